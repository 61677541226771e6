// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/PackedForward.h"

#include "core/model/Rope.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

/// x1, x2 -> x1 cos - x2 sin, x2 cos + x1 sin, the halves of a head.
void rotateHead(float* head, const float* cos, const float* sin, std::int64_t half)
{
    for (std::int64_t i = 0; i < half; ++i) {
        const float first = head[i], second = head[half + i];
        head[i] = first * cos[i] - second * sin[i];
        head[half + i] = second * cos[i] + first * sin[i];
    }
}

ProductRows plainRows(const std::vector<float>& values, std::int64_t count, std::int64_t width)
{
    return {.values = values.data(), .stride = width, .count = count};
}

} // namespace

PackedForward::PackedForward(const ModelConfig& config, std::int64_t blocks, std::int64_t sequences,
                             std::int64_t capacity)
    : m_config(config)
    , m_cache(config, blocks, sequences, capacity)
    , m_queries(config.heads * config.headDim)
    , m_qkvWidth(m_queries + 2 * config.keyValueHeads * config.headDim)
{
    RotaryTable table(config, at::kCPU);
    const auto [cos, sin] = table.at(0, capacity);
    m_cos = cos.contiguous();
    m_sin = sin.contiguous();
}

void PackedForward::setRows(std::vector<DecodeRow> rows)
{
    m_rows = std::move(rows);
    const std::size_t count = m_rows.size();
    m_qkv.resize(count * static_cast<std::size_t>(m_qkvWidth));
    m_mixed.resize(count * static_cast<std::size_t>(m_queries));
    m_inner.resize(count * static_cast<std::size_t>(m_config.intermediateSize));
    m_units.clear();
    const std::int64_t most = std::max<std::int64_t>(m_kernels.maxRows / group(), 1);
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0 && m_rows[i].sequence == m_rows[i - 1].sequence && m_units.back().rows < most) {
            ++m_units.back().rows;
        } else {
            m_units.push_back({.first = static_cast<std::int64_t>(i), .rows = 1});
        }
    }
}

void PackedForward::run(TeamMember& member, const PackedBlock& block, std::int64_t index, float* x)
{
    const std::int64_t hidden = m_config.hiddenSize, inner = m_config.intermediateSize;
    const ProductResult intoX{.epilogue = Epilogue::Add, .values = x, .stride = hidden};
    packedProduct(member, m_kernels, normed(x, rowCount(), block.inputNorm), block.qkv,
                  {.values = m_qkv.data(), .stride = m_qkvWidth});
    member.wait();
    for (std::int64_t i = 0; (i = member.take(rowCount())) >= 0;) {
        place(block, index, i);
    }
    member.wait();
    attention(member, block, index);
    member.wait();
    packedProduct(member, m_kernels, plainRows(m_mixed, rowCount(), m_queries), block.output,
                  intoX);
    member.wait();
    packedProduct(member, m_kernels, normed(x, rowCount(), block.postNorm), block.gateUp,
                  {.epilogue = Epilogue::SwiGlu,
                   .values = m_inner.data(),
                   .stride = inner,
                   .columns = inner});
    member.wait();
    packedProduct(member, m_kernels, plainRows(m_inner, rowCount(), inner), block.down, intoX);
    member.wait();
}

ProductRows PackedForward::normed(const float* values, std::int64_t count,
                                  const std::vector<float>& norm) const
{
    ProductRows rows{.values = values, .stride = m_config.hiddenSize, .count = count};
    rows.norm = norm.data();
    rows.epsilon = static_cast<float>(m_config.normEpsilon);
    return rows;
}

void PackedForward::normHead(float* head, const std::vector<float>& norm) const
{
    const float epsilon = static_cast<float>(m_config.normEpsilon);
    m_kernels.scaled(head, m_kernels.inverseRms(head, m_config.headDim, epsilon), norm.data(),
                     m_config.headDim, head, 1);
}

/// Norms and rotation of a row's queries and keys; keys and values into the cache.
void PackedForward::place(const PackedBlock& block, std::int64_t index, std::int64_t i)
{
    const DecodeRow& row = m_rows[static_cast<std::size_t>(i)];
    const std::int64_t dim = m_config.headDim, half = dim / 2;
    float* qkv = m_qkv.data() + i * m_qkvWidth;
    const float* cos = m_cos.const_data_ptr<float>() + row.position * half;
    const float* sin = m_sin.const_data_ptr<float>() + row.position * half;
    for (std::int64_t h = 0; h < m_config.heads + m_config.keyValueHeads; ++h) {
        float* head = qkv + h * dim;
        if (!block.queryNorm.empty()) {
            normHead(head, h < m_config.heads ? block.queryNorm : block.keyNorm);
        }
        if (block.isRotated) {
            rotateHead(head, cos, sin, half);
        }
    }
    for (std::int64_t h = 0; h < m_config.keyValueHeads; ++h) {
        const float* key = qkv + m_queries + h * dim;
        m_cache.head(index, row.sequence, h)
            .put(row.position, key, key + m_config.keyValueHeads * dim);
    }
}

void PackedForward::attention(TeamMember& member, const PackedBlock& block, std::int64_t index)
{
    const std::int64_t heads = m_config.keyValueHeads;
    const auto tasks = static_cast<std::int64_t>(m_units.size()) * heads;
    for (std::int64_t task = 0; (task = member.take(tasks)) >= 0;) {
        const Unit& unit = m_units[static_cast<std::size_t>(task / heads)];
        const DecodeRow& last = m_rows[static_cast<std::size_t>(unit.first + unit.rows - 1)];
        float* scratch =
            member.scratch(attentionScratch(m_kernels, last.position + 1, m_config.headDim));
        attendUnit(block, m_cache.head(index, last.sequence, task % heads), unit, task % heads,
                   scratch);
    }
}

/// The queries of one key head, as many at a time as a tile takes.
void PackedForward::attendUnit(const PackedBlock& block, const PackedKeyValues& cached,
                               const Unit& unit, std::int64_t head, float* scratch)
{
    const float scale = 1.0F / std::sqrt(static_cast<float>(m_config.headDim));
    AttentionRow rows[KernelSet::kMostRows];
    std::int64_t count = 0;
    const auto flush = [&] {
        attend(m_kernels, cached, {rows, static_cast<std::size_t>(count)}, scale, scratch);
        count = 0;
    };
    for (std::int64_t i = unit.first; i < unit.first + unit.rows; ++i) {
        for (std::int64_t h = head * group(); h < (head + 1) * group(); ++h) {
            rows[count++] = attentionRow(block, i, h);
            if (count == m_kernels.maxRows) {
                flush();
            }
        }
    }
    if (count > 0) {
        flush();
    }
}

AttentionRow PackedForward::attentionRow(const PackedBlock& block, std::int64_t i,
                                         std::int64_t head)
{
    const std::int64_t end = m_rows[static_cast<std::size_t>(i)].position + 1;
    const std::int64_t dim = m_config.headDim;
    return {.query = m_qkv.data() + i * m_qkvWidth + head * dim,
            .output = m_mixed.data() + i * m_queries + head * dim,
            .begin = block.window > 0 ? std::max<std::int64_t>(end - block.window, 0) : 0,
            .end = end};
}

} // namespace espalier
