// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/ProcessWords.h"

#include <fstream>

namespace espalier {

std::vector<std::string> processWords()
{
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    std::vector<std::string> words;
    for (std::string word; std::getline(file, word, '\0');) {
        words.push_back(word);
    }
    return words;
}

} // namespace espalier
