// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/Evaluation.h"
#include "core/eval/PeakRss.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <string>

namespace espalier {

namespace {

// The peak before the last PeakRssScope began, which the kernel has forgotten.
std::atomic<std::int64_t> earlierPeak{0};

std::int64_t highWaterMark()
{
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
        long long kibibytes = 0;
        if (std::sscanf(line.c_str(), "VmHWM: %lld kB", &kibibytes) == 1) {
            return kibibytes * 1024;
        }
    }
    return 0;
}

void resetHighWaterMark()
{
    std::ofstream clear("/proc/self/clear_refs");
    clear << "5"; // proc(5): resets the peak resident set size to the current one
}

} // namespace

std::int64_t peakRssBytes()
{
    return std::max(earlierPeak.load(), highWaterMark());
}

void resetPeakRss()
{
    earlierPeak = 0;
    resetHighWaterMark();
}

PeakRssScope::PeakRssScope()
    : m_outer(peakRssBytes())
{
    resetPeakRss();
}

PeakRssScope::~PeakRssScope()
{
    earlierPeak = std::max(earlierPeak.load(), m_outer);
}

std::int64_t PeakRssScope::peakBytes() const
{
    return peakRssBytes();
}

} // namespace espalier
