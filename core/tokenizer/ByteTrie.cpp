// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ByteTrie.h"

#include <algorithm>
#include <deque>

namespace espalier {

struct ByteTrie::Task {
    std::size_t begin = 0, end = 0; // keys below this node, in order
    std::size_t depth = 0;
    std::int32_t node = kRoot;
};

namespace {

constexpr std::size_t kBytes = 256;
constexpr std::size_t kMostTries = 64; // of places that are partly taken, before a fresh one

} // namespace

/// A base at which all children find a free node.
std::int32_t ByteTrie::placeFor(const std::vector<unsigned char>& bytes)
{
    while (m_firstFree < m_usedEnd && m_nodes[m_firstFree].parent != -2) {
        ++m_firstFree;
    }
    std::size_t tries = 0;
    std::size_t at = m_firstFree;
    for (; tries < kMostTries && at < m_usedEnd; ++at) {
        if (m_nodes[at].parent != -2 || at < bytes.front()) {
            continue;
        }
        const std::size_t base = at - bytes.front();
        const bool fits = std::ranges::all_of(
            bytes, [&](unsigned char byte) { return m_nodes[base + byte].parent == -2; });
        if (fits) {
            return static_cast<std::int32_t>(base);
        }
        ++tries;
    }
    if (tries == kMostTries) {
        m_firstFree = at; // the places before are left empty: trying them again takes too long
    }
    return static_cast<std::int32_t>(m_usedEnd);
}

ByteTrie::ByteTrie(std::vector<std::pair<std::string_view, std::int32_t>> keys)
{
    std::ranges::sort(keys);
    m_nodes.resize(2 * kBytes);
    m_nodes[kRoot].parent = -1;
    std::deque<Task> tasks = {{0, keys.size(), 0, kRoot}};
    std::vector<unsigned char> bytes;
    std::vector<std::size_t> starts;
    while (!tasks.empty()) {
        const Task task = tasks.front();
        tasks.pop_front();
        bytes.clear();
        starts.clear();
        for (std::size_t i = task.begin; i < task.end; ++i) {
            const auto& [text, value] = keys[i];
            if (text.size() == task.depth) {
                m_nodes[static_cast<std::size_t>(task.node)].value = value;
                continue;
            }
            const auto byte = static_cast<unsigned char>(text[task.depth]);
            if (bytes.empty() || bytes.back() != byte) {
                bytes.push_back(byte);
                starts.push_back(i);
            }
        }
        if (bytes.empty()) {
            continue;
        }
        starts.push_back(task.end);
        const std::int32_t base = placeFor(bytes);
        m_usedEnd = std::max(m_usedEnd, static_cast<std::size_t>(base) + bytes.back() + 1);
        if (m_usedEnd + 2 * kBytes > m_nodes.size()) {
            m_nodes.resize(m_usedEnd + 2 * kBytes + m_nodes.size() / 2);
        }
        m_nodes[static_cast<std::size_t>(task.node)].base = base;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const std::int32_t child = base + bytes[i];
            m_nodes[static_cast<std::size_t>(child)].parent = task.node;
            tasks.push_back({starts[i], starts[i + 1], task.depth + 1, child});
        }
    }
    // step() looks up to 255 nodes behind any base.
    m_nodes.resize(m_usedEnd + kBytes);
    m_nodes.shrink_to_fit();
}

} // namespace espalier
