// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Cutting.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/PreTokenizers.h"

namespace espalier {

namespace {

class Metaspace : public PreTokenizer {
public:
    explicit Metaspace(const JsonPart& part)
        : m_mark(part.text("replacement"))
        , m_splits(part.flag("split", true))
    {
        // Before there was prepend_scheme, add_prefix_space said the same as "always" or "never".
        const bool prefix = part.flag("add_prefix_space", true);
        m_scheme = part.text("prepend_scheme", prefix ? "always" : "never");
        if (m_scheme != "always" && m_scheme != "never" && m_scheme != "first") {
            part.unsupported("the prepend_scheme \"" + m_scheme + "\"");
        }
        std::size_t end = 0;
        if (m_mark.empty() || (m_markPoint = nextCodePoint(m_mark, end), end != m_mark.size())) {
            part.corrupt("has a \"replacement\" that is not one character");
        }
    }

    void apply(Pieces& pieces) const override
    {
        for (const Piece& piece : pieces.takeList()) {
            TrackedText text = piece.copy();
            {
                Rewrite rewrite(text);
                const bool prepends =
                    m_scheme == "always" || (m_scheme == "first" && piece.atStart);
                if (prepends && piece.text.front() != ' ' && !piece.text.starts_with(m_mark)) {
                    rewrite.put(m_mark, 0);
                }
                spaceMarked(rewrite);
            }
            pieces.add(pieces.keep(std::move(text), piece.atStart));
        }
        if (m_splits) {
            cutByClass(
                pieces, [this](char32_t c) { return c == m_markPoint; }, Cut::MergedWithNext);
        }
    }

private:
    void spaceMarked(Rewrite& rewrite) const
    {
        const std::string_view source = rewrite.source();
        std::size_t done = 0;
        for (std::size_t at = source.find(' '); at != std::string_view::npos;
             at = source.find(' ', done)) {
            rewrite.keep(done, at);
            rewrite.put(m_mark, at);
            done = at + 1;
        }
        rewrite.keep(done, source.size());
    }

    std::string m_mark;
    char32_t m_markPoint = 0;
    bool m_splits;
    std::string m_scheme = {};
};

} // namespace

std::unique_ptr<PreTokenizer> makeMetaspace(const JsonPart& part)
{
    return std::make_unique<Metaspace>(part);
}

} // namespace espalier
