// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier {

/// Byte strings and a number for each, as a double array: one step a byte, without a branch on the
/// alphabet.
class ByteTrie {
public:
    static constexpr std::int32_t kRoot = 0;
    static constexpr std::int32_t kNone = -1;

    ByteTrie() = default;
    /// Keys must differ, not be empty, and have numbers from 0 on.
    explicit ByteTrie(std::vector<std::pair<std::string_view, std::int32_t>> keys);

    /// The node one byte on from `node`, or kNone.
    std::int32_t step(std::int32_t node, char byte) const
    {
        const auto next = static_cast<std::size_t>(m_nodes[static_cast<std::size_t>(node)].base) +
                          static_cast<unsigned char>(byte);
        return m_nodes[next].parent == node ? static_cast<std::int32_t>(next) : kNone;
    }

    /// The number of the key that ends here, or kNone.
    std::int32_t valueAt(std::int32_t node) const
    {
        return m_nodes[static_cast<std::size_t>(node)].value;
    }

    bool empty() const { return m_nodes.empty(); }

private:
    struct Node {
        std::int32_t base = 0;    // children lie at base + byte
        std::int32_t parent = -2; // -2: free
        std::int32_t value = kNone;
    };

    struct Task;
    std::int32_t placeFor(const std::vector<unsigned char>& bytes);

    std::vector<Node> m_nodes = {};
    std::size_t m_firstFree = 1;
    std::size_t m_usedEnd = 1; // behind the last node that is taken
};

} // namespace espalier
