// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Sha256.h"
#include "core/eval/ProtocolPasses.h"
#include "core/eval/WikiTextPages.h"
#include "tests/support/Test.h"

#include <cstdlib>

using namespace espalier;
using namespace std::string_literals;

TEST(pagesBeginWithTitles)
{
    const std::vector<std::string> pages =
        wikiTextPages("\n = One = \n\n text\n\n = = Part = = \n more\n = Two = \n end \n");
    COMPARE(pages.size(), 2U);
    COMPARE(pages[0], " = One = \n\n text\n\n = = Part = = \n more"s);
    COMPARE(pages[1], " = Two = \n end \n"s);
    VERIFY(wikiTextPages(" \n\n").empty());
}

TEST(detokenizesAsTheHarnessDoes)
{
    COMPARE(wikiTextDetokenized(" = One = \n 1 @,@ 200 , well @-@ known ; so ( he said ) ."),
            " = One =\n1,200, well-known; so (he said) ."s);
    COMPARE(wikiTextDetokenized("= = Part = = \n \" a word \" and [ a ] { b } 's"),
            "== Part ==\n\"a word\" and [a] {b}'s"s);
    COMPARE(wikiTextDetokenized("the dogs ' bone N of 5 \u00B0 C"),
            "the dogs' bone 1 of 5\u00B0C"s);
    COMPARE(wikiTextDetokenized("open ( and \" never closed"), "open ( and \" never closed"s);
}

TEST(wholeTestSplitAsTheHarnessReadsIt)
{
    // preprocess_wikitext.py of lm-evaluation-harness 0.4.13 over wiki.test.raw.
    const char* file = std::getenv("ESPALIER_WIKITEXT_TEST");
    if (file == nullptr) {
        SKIP("set ESPALIER_WIKITEXT_TEST to wiki.test.raw to compare every page");
    }
    std::string joined;
    std::int64_t words = 0;
    std::size_t bytes = 0;
    const std::vector<std::string> pages = wikiTextPages(readFile(file));
    for (const std::string& page : pages) {
        joined += (joined.empty() ? ""s : "\0"s) + wikiTextDetokenized(page);
        words += rollingWords(page);
        bytes += page.size();
    }
    COMPARE(pages.size(), 62U);
    COMPARE(words, 241335);
    COMPARE(bytes, 1290527U);
    COMPARE(sha256Of(joined), "b0ae50e166add20959a5406d9b3c99fe1f23819ec0a10149047149434fb85d81"s);
}
