# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by ./run, ./check and .ci/run: installs missing packages, gets libtorch, configures and builds.
# Sourced, not executed; the caller has set ROOT to the top of the source tree and `set -eu`.

say() { printf '%s\n' "espalier: $*" >&2; }
die() { say "$*"; exit 1; }

build_packages="g++ cmake ninja-build pkg-config python3 python3-pip libsqlite3-dev nlohmann-json3-dev zlib1g-dev libzstd-dev libssl-dev libyaml-cpp-dev libpcre2-dev libutf8proc-dev"
window_packages="qt6-base-dev libqt6svg6-dev libqcustomplot-dev qt6-l10n-tools qt6-tools-dev qt6-tools-dev-tools libgl-dev"

# Installs those of the named packages that are missing; elsewhere than on Debian and its kin lists them and stops.
install_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        if command -v cmake >/dev/null 2>&1 && command -v ninja >/dev/null 2>&1 && command -v c++ >/dev/null 2>&1; then
            return 0 # whatever is missing, CMake names it
        fi
        say "this system has no apt-get. Install these (Debian's names) and start again:"
        for package in "$@"; do printf '  %s\n' "$package" >&2; done
        exit 1
    fi
    missing=""
    for package in "$@"; do
        # pip may be there without Debian's package
        if [ "$package" = python3-pip ] && python3 -m pip --version >/dev/null 2>&1; then continue; fi
        state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
        [ "$state" = "install ok installed" ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "installing:$missing"
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || die "these packages are missing and sudo is not there to install them:$missing"
        as_root=sudo
    fi
    $as_root apt-get update -qq || say "apt-get update failed; going on with the lists that are here"
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2 \
        || die "apt-get could not install:$missing"
}

libtorch_version=2.13.0

# Unpacks the wheel's libraries and headers into build/libtorch, once for all build folders.
fetch_wheel() { # name==version folder
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$2" "$1" >&2 \
        || die "pip could not fetch $1. Unpack libtorch yourself and set LIBTORCH to its folder."
}

ensure_libtorch() {
    if [ -n "${LIBTORCH:-}" ]; then return 0; fi
    case "${ESPALIER_CMAKE_ARGS:-}" in *-DESPALIER_LIBTORCH=*) return 0 ;; esac
    target="$ROOT/build/libtorch"
    [ -f "$target/complete" ] && return 0
    say "fetching libtorch $libtorch_version (once, up to 530 MB)"
    rm -rf "$target.part"
    mkdir -p "$target.part/wheels"
    fetch_wheel "torch==$libtorch_version" "$target.part/wheels"
    unpack_wheels "$target.part"
    # The CUDA build's libtorch_cpu.so itself needs the CUDA runtime and CUPTI, which are not in its wheel.
    if [ -f "$target.part/torch/lib/libtorch_cuda.so" ]; then
        fetch_wheel "nvidia-cuda-runtime==13.0.*" "$target.part/wheels"
        fetch_wheel "nvidia-cuda-cupti==13.0.*" "$target.part/wheels"
        unpack_wheels "$target.part"
    fi
    rm -rf "$target.part/wheels" "$target"
    : > "$target.part/complete"
    mv "$target.part" "$target"
}

unpack_wheels() {
    python3 - "$1" <<'PY'
import glob, sys, zipfile
folder = sys.argv[1]
for wheel in glob.glob(folder + "/wheels/*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        # Libraries and headers only: nothing of Python is needed at run time.
        names = [n for n in archive.namelist() if n.startswith(("torch/lib/", "torch/include/", "nvidia/"))
                 or (".dist-info/" in n and n.rsplit("/", 1)[-1].upper().startswith(("LICENSE", "NOTICE")))]
        archive.extractall(folder, names)
PY
}

# configure preset; fast when nothing changed
configure() {
    wanted="${LIBTORCH:-} ${ESPALIER_CMAKE_ARGS:-}"
    stamp="$ROOT/build/$1/.configured"
    if [ ! -f "$ROOT/build/$1/build.ninja" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        # shellcheck disable=SC2086
        cmake -S "$ROOT" --preset "$1" ${ESPALIER_CMAKE_ARGS:-} >&2
        printf '%s' "$wanted" > "$stamp"
    fi
}

build_jobs() { nproc 2>/dev/null || echo 2; }
