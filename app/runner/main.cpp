// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Verb.h"

int main(int argc, char** argv)
{
    return espalier::cli::dispatch({argv + 1, argv + argc});
}
