#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs clang-tidy (.clang-tidy, warnings are errors) over the named files, or over those changed since a commit.
#   resources/scripts/tidy.sh core/base/Sha256.cpp ...      resources/scripts/tidy.sh --since COMMIT
# A file that sees libtorch takes half a minute; that is why the gate does not do all of them.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/resources/scripts/setup.sh"
cd "$ROOT"
if [ "${1:-}" = --since ]; then
    # shellcheck disable=SC2046
    set -- $(git diff --name-only --diff-filter=d "$2" -- '*.cpp')
fi
[ $# -gt 0 ] || die "name .cpp files, or --since COMMIT"
command -v clang-tidy >/dev/null 2>&1 || install_packages clang-tidy
# clang cannot read GCC's precompiled headers: a configuration of its own, without them.
if [ ! -f build/tidy/compile_commands.json ]; then
    ensure_libtorch
    cmake -S . -B build/tidy -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >&2
    cmake --build build/tidy --target git_revision >&2
fi
printf '%s\n' "$@" | xargs -P "$(build_jobs)" -n 1 clang-tidy --quiet -p build/tidy \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-unused-command-line-argument
