// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ModelCard.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

ModelCardFacts example()
{
    return {.title = "Stories 260K, Wanda 50 %",
            .methodId = "prune-wanda",
            .methodTitle = "Wanda",
            .paper = "Sun et al., 2024.",
            .bibtex = "@article{wanda}",
            .params = {{"sparsity", 0.5}},
            .baseModel = "stories260K",
            .sourceModel = "stories260K, after run 0012 (Wanda)",
            .licence = "mit",
            .facts = {{.name = "calibration", .value = "a | b"}},
            .results = {{.measure = "perplexity",
                         .value = "18.44",
                         .baseline = "3.56",
                         .protocol = "64 windows of 256 tokens"}},
            .honesty = {"Storage stays dense: no smaller file."},
            .command = "espalier-run apply prune-wanda"};
}

void verifyHolds(const std::string& card, const std::string& text)
{
    VERIFY2(card.find(text) != std::string::npos, text + "\n--- not in ---\n" + card);
}

} // namespace

TEST(saysWhatWasMeasuredAndHow)
{
    const std::string card = modelCard(example());
    VERIFY(card.starts_with("---\nlicense: \"mit\"\nbase_model: \"stories260K\"\n"));
    verifyHolds(card, "\n# Stories 260K, Wanda 50 %\n");
    verifyHolds(card, "| perplexity | 18.44 | 3.56 | 64 windows of 256 tokens |\n");
    verifyHolds(card, "| sparsity | 0.5 |\n");
    verifyHolds(card, "| calibration | a \\| b |\n");
    verifyHolds(card, "- Storage stays dense: no smaller file.\n");
    verifyHolds(card, "```sh\nespalier-run apply prune-wanda\n```\n");
    verifyHolds(card, "stays under its licence, mit.");
}

TEST(admitsWhatIsNotKnown)
{
    ModelCardFacts facts = example();
    facts.licence = "";
    facts.results[0].baseline = "";
    const std::string card = modelCard(facts);
    VERIFY(card.find("license:") == std::string::npos);
    verifyHolds(card, "The licence of stories260K is not known");
    verifyHolds(card, "| perplexity | 18.44 | not measured |");
    facts.results.clear();
    verifyHolds(modelCard(facts), "This run measured nothing.");
}

TEST(namesCannotBreakTheFrontMatterOrAFence)
{
    ModelCardFacts facts = example();
    facts.baseModel = "odd: \"name\"\n---";
    facts.command = "echo ```\n";
    const std::string card = modelCard(facts);
    verifyHolds(card, R"(base_model: "odd: \"name\"\n---")");
    verifyHolds(card, "````sh\necho ```\n````\n");
}
