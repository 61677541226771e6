// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/RougeL.h"
#include "tests/support/Test.h"

using namespace espalier;

TEST(vectorsOfTheReference)
{
    struct Vector {
        const char* target;
        const char* prediction;
        std::size_t m, n, common;
        double f;
    };

    const Vector vectors[] = {
        {"The cat sat on the mat", "The cat sat on a mat", 6, 6, 5, 0.833333},
        {"List three ways to save water at home.", "Name three ways to save energy at home.", 8, 8,
         6, 0.75},
        {"Describe the water cycle.", "describe THE water-cycle", 4, 4, 4, 1.0},
        {"a b c d e f g h i j", "a b c d e f g k l m", 10, 10, 7, 0.7},
        {"Summarise the text below in one line", "In one line, summarise the text below", 7, 7, 4,
         0.571429},
        {"Don't stop", "Do not stop", 3, 3, 1, 0.333333},
        {"one two three", "one two three four five six seven", 3, 7, 3, 0.6},
        {"写一首诗", "写一首诗", 0, 0, 0, 0.0},
    };
    for (const Vector& vector : vectors) {
        const RougeScore score = rougeL(vector.target, vector.prediction);
        COMPARE(score.target, vector.m);
        COMPARE(score.prediction, vector.n);
        COMPARE(score.common, vector.common);
        COMPARE_CLOSE(score.f, vector.f, 5e-7);
        COMPARE(rougeL(vector.prediction, vector.target).f, score.f);
    }
    const RougeScore half = rougeL("one two three", "one two three four five six seven");
    COMPARE_CLOSE(half.precision, 3.0 / 7.0, 1e-12);
    COMPARE(half.recall, 1.0);
    VERIFY(!(rougeL("a b c d e f g h i j", "a b c d e f g k l m").f > 0.7)); // kept by the filter
}

TEST(agreesWithALongWayRound)
{
    // Longest common subsequence by trying every subset of the target.
    const std::vector<std::string> a{"x", "y", "x", "z", "y", "x", "z"};
    const std::vector<std::string> b{"y", "x", "x", "y", "z", "z", "x"};
    std::size_t best = 0;
    for (unsigned subset = 0; subset < (1U << a.size()); ++subset) {
        std::size_t at = 0;
        std::size_t length = 0;
        bool fits = true;
        for (std::size_t i = 0; i < a.size() && fits; ++i) {
            if ((subset >> i & 1U) == 0) {
                continue;
            }
            while (at < b.size() && b[at] != a[i]) {
                ++at;
            }
            fits = at < b.size();
            ++at;
            ++length;
        }
        best = fits && length > best ? length : best;
    }
    COMPARE(rougeL(a, b).common, best);
}

TEST(lettersThatBecomeAscii)
{
    COMPARE(rougeTokens("5 \u212Am"), (std::vector<std::string>{"5", "km"}));
    COMPARE(rougeTokens("\u0130stanbul"), (std::vector<std::string>{"i", "stanbul"}));
    COMPARE(rougeTokens("na\u00EFve"), (std::vector<std::string>{"na", "ve"}));
}
