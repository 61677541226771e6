// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ClassificationSet.h"
#include "core/data/Split.h"
#include "tests/support/Test.h"

#include <algorithm>
#include <cstdlib>

using namespace espalier;

namespace {

using Names = std::vector<std::string>;
using Counts = std::vector<std::int64_t>;

const Path kData = Path(ESPALIER_TEST_DATA) / "data";

ClassificationSet ofTsv(std::string_view content, const ClassificationOptions& options = {})
{
    return classificationOf(parseTable(content, "some.tsv", {.form = TableForm::Tsv}), options);
}

} // namespace

TEST(namesAreNumberedAsTheyAppear)
{
    const ClassificationSet set = readClassification(kData / "reviews.csv");
    COMPARE(set.labels, (Names{"good", "bad"}));
    COMPARE(set.labelCounts(), (Counts{2, 1}));
    COMPARE(set.classes(), (Counts{0, 1, 0}));
    COMPARE(set.textField, "text");
    VERIFY(!set.pairs);
    COMPARE(set.examples[1].text, "He said \"no\"\nand left");
    COMPARE(set.examples[2].line, std::size_t(6));
}

TEST(numbersAreClassesThemselves)
{
    // The first label is 1: by appearance it would become class 0, here and not in another file.
    const ClassificationSet set = readClassification(kData / "reviews.tsv.gz");
    COMPARE(set.labels, (Names{"0", "1"}));
    COMPARE(set.classes(), (Counts{1, 0}));
    // Class 1 has no example, but its place.
    COMPARE(ofTsv("text\tlabel\na\t2\nb\t0\n").labelCounts(), (Counts{1, 0, 1}));
    VERIFY_FAILS(ofTsv("text\tlabel\na\t0\nb\t-1\n"), ErrorCode::InvalidInput,
                 "some.tsv, line 3, field \"label\": -1 is no class");
}

TEST(givenNamesDecide)
{
    const ClassificationOptions options{.labels = {"no", "yes"}};
    COMPARE(ofTsv("text\tlabel\na\tyes\nb\t0\nc\tno\n", options).classes(), (Counts{1, 0, 0}));
    VERIFY_FAILS(ofTsv("text\tlabel\na\tmaybe\n", options), ErrorCode::InvalidInput,
                 "\"maybe\" is none of the 2 classes");
    VERIFY_FAILS(ofTsv("text\tlabel\na\t2\n", options), ErrorCode::InvalidInput, "from 0 to 1");
    VERIFY_FAILS(ofTsv("text\tlabel\na\t2\n", {.labels = {"a", "a"}}), ErrorCode::InvalidInput,
                 "named twice");
}

TEST(pairsAreRecognised)
{
    const ClassificationSet set =
        ofTsv("index\tquestion\tsentence\tlabel\n0\tWho?\tThey.\tentailment\n");
    VERIFY(set.pairs);
    COMPARE(set.textField + "/" + set.pairField, "question/sentence");
    COMPARE(set.examples[0].pair, "They.");
    // Naming the text alone means single texts.
    VERIFY(!ofTsv("sentence1\tsentence2\tlabel\na\tb\t1\n", {.text = "sentence2"}).pairs);
    VERIFY_FAILS(ofTsv("sentence1\tsentence2\tlabel\na\tb\t1\n", {.pair = "sentence2"}),
                 ErrorCode::InvalidInput, "Name the first one");
    VERIFY_FAILS(ofTsv("sentence1\tsentence2\tlabel\na\t \t1\n"), ErrorCode::InvalidInput,
                 "line 2, field \"sentence2\": it is empty");
    VERIFY_FAILS(ofTsv("words\tlabel\na\t1\n"), ErrorCode::NotFound, "fields are: words, label");
    VERIFY_FAILS(ofTsv("text\tanswer\na\t1\n"), ErrorCode::NotFound, "hold the label");
    COMPARE(ofTsv("text\tanswer\na\t1\n", {.label = "answer"}).labelField, "answer");
}

TEST(numbersCanBeThePrediction)
{
    const ClassificationOptions number{.target = Target::Number};
    const ClassificationSet set =
        ofTsv("sentence1\tsentence2\tscore\na\tb\t2.5\nc\td\t-1e1\n", number);
    COMPARE(set.examples[0].value, 2.5);
    COMPARE(set.examples[1].value, -10.0);
    VERIFY(set.labels.empty() && set.labelCounts().empty());
    VERIFY_FAILS(ofTsv("text\tscore\na\tnan\n", number), ErrorCode::InvalidInput,
                 "\"nan\" is no finite number");
    VERIFY_FAILS(ofTsv("text\tscore\na\t1.5x\n", number), ErrorCode::InvalidInput, "1.5x");
}

TEST(fingerprintIsOfTheContent)
{
    const ClassificationSet tsv = ofTsv("id\ttext\tlabel\n7\ta, b\tx\n");
    const ClassificationSet csv = classificationOf(
        parseTable("category,sentence\r\nx,\"a, b\"\r\n", "other.csv", {.form = TableForm::Csv}));
    COMPARE(tsv.fingerprint, csv.fingerprint);
    // sha256sum of the one line ["a, b","x"]
    COMPARE(tsv.fingerprint, "eb1a94bae708f688e8e3e3d3d3c4ede1eb1c235f04ccd92ba92d60b2cb98b5e3");
    VERIFY(tsv.fingerprint != ofTsv("text\tlabel\na, b\ty\n").fingerprint);
    VERIFY(tsv.fingerprint != ofTsv("text_a\ttext_b\tlabel\na\tb\tx\n").fingerprint);
}

TEST(splitKeepsClassesInTheirShares)
{
    Counts classes;
    for (int i = 0; i < 1000; ++i) {
        classes.push_back(i % 10 == 0 ? 1 : 0);
    }
    const Split split = splitByClass(classes, {}, 7);
    COMPARE(split.train.size(), std::size_t(800));
    COMPARE(split.dev.size(), std::size_t(100));
    COMPARE(split.test.size(), std::size_t(100));
    const auto rare = [&](const std::vector<std::size_t>& places) {
        return std::ranges::count_if(places, [&](std::size_t i) { return classes[i] == 1; });
    };
    COMPARE(rare(split.train), 80);
    COMPARE(rare(split.dev), 10);
    COMPARE(rare(split.test), 10);
    std::vector<std::size_t> all = split.train;
    all.insert(all.end(), split.dev.begin(), split.dev.end());
    all.insert(all.end(), split.test.begin(), split.test.end());
    std::ranges::sort(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        COMPARE(all[i], i);
    }
    VERIFY(std::ranges::is_sorted(split.train));
    COMPARE(splitByClass(classes, {}, 7).dev, split.dev);
    VERIFY(splitByClass(classes, {}, 8).dev != split.dev);
}

TEST(manySmallClassesDoNotAllGoToTraining)
{
    // 77 classes of 3: class by class rounding would give training everything.
    Counts classes;
    for (int i = 0; i < 231; ++i) {
        classes.push_back(i / 3);
    }
    const Split split = splitByClass(classes, {}, 1);
    VERIFY(split.dev.size() >= 22 && split.dev.size() <= 24);
    VERIFY(split.test.size() >= 22 && split.test.size() <= 24);
}

TEST(wrongSharesAreRefused)
{
    COMPARE(parseShares("0.5,0.25,0.25").dev, 0.25);
    COMPARE(parseShares("1,0,0").train, 1.0);
    VERIFY_FAILS(parseShares("0.8,0.1"), ErrorCode::InvalidInput, "not three shares");
    VERIFY_FAILS(parseShares("0.8,0.1,0.1,"), ErrorCode::InvalidInput, "not three shares");
    VERIFY_FAILS(parseShares("0.8,0.1,x"), ErrorCode::InvalidInput, "not three shares");
    VERIFY_FAILS(parseShares(""), ErrorCode::InvalidInput, "not three shares");
    VERIFY_FAILS(parseShares("0.8,0.1,0.2"), ErrorCode::InvalidInput, "add up to 1.1");
    VERIFY_FAILS(parseShares("1.2,-0.1,-0.1"), ErrorCode::InvalidInput, "none below 0");
    VERIFY_FAILS(parseShares("nan,0,1"), ErrorCode::InvalidInput, "add up to");
    const Counts two{0, 0};
    VERIFY_FAILS(splitByClass(two, {}, 0), ErrorCode::InvalidInput, "none is left for");
    COMPARE(splitByClass(two, {1, 0, 0}, 0).train.size(), std::size_t(2));
}

TEST(publicSetsAreRead)
{
    const char* place = std::getenv("ESPALIER_DATA");
    if (place == nullptr) {
        SKIP("ESPALIER_DATA names no folder with public sets");
    }
    const Path folder(place);
    COMPARE(readClassification(folder / "qnli/dev.tsv").labels,
            (Names{"entailment", "not_entailment"}));
    COMPARE(readClassification(folder / "sentence-polarity/dev.tsv").labels, (Names{"0", "1"}));
    COMPARE(readClassification(folder / "pros-cons/train.tsv.gz").labels, (Names{"0", "1"}));
    COMPARE(readClassification(folder / "banking77/train.csv").labels.size(), std::size_t(77));
    ClassificationOptions noHeader;
    noHeader.table.fields = {"index", "sentence1", "sentence2", "label"};
    VERIFY(readClassification(folder / "wnli/val_117.tsv", noHeader).examples.size() > 100);
}
