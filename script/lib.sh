# Sourced by the scripts beside it.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# missing_packages GROUP…: what packages.txt lists under these groups and this machine lacks.
missing_packages() {
    local installed group package
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n')
    while read -r group package; do
        [[ " $* " == *" $group "* ]] || continue
        case $package in
            # Often not Debian's own; any Node 18 or newer will do.
            nodejs) command -v node >/dev/null && continue ;;
            npm) command -v npm >/dev/null && continue ;;
        esac
        grep -qxF "installed $package" <<<"$installed" || printf '%s\n' "$package"
    done < <(sed 's/#.*//' "$root/packages.txt")
}

# install_packages GROUP…: makes sure that the packages of these groups are installed.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    local install=(apt-get install --yes --no-install-recommends "${missing[@]}")
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        say "Packages are missing, and installing them needs root. Run this as root, then try again:"
        say "    apt-get update && ${install[*]}"
        return 1
    fi
    say "Installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq
}

# unpack_packages: those of the group unpack, under build/tools; their programs go to the PATH.
unpack_packages() {
    local tools=$root/build/tools package
    export PATH=$tools/usr/bin:$tools/usr/sbin:$PATH
    while read -r package; do
        [[ ! -e $tools/$package ]] || continue
        say "Unpacking $package"
        mkdir -p "$tools"
        (
            cd "$tools"
            download=(apt-get download -qq "$package")
            "${download[@]}" 2>/dev/null || { as_root apt-get update -qq && "${download[@]}"; }
            dpkg-deb -x "$package"_*.deb .
            rm -f "$package"_*.deb
            touch "$package"
        ) || return
    done < <(awk '$1 == "unpack" { print $2 }' "$root/packages.txt")
}

# configure PRESET [PART…]: with these parts on (TESTS, BENCHMARKS, LOAD_GENERATOR). In a new build tree the others
# are off, so that nothing is built or looked for that is not needed; in an existing one they stay as they are.
configure() {
    local preset=$1 tree=$root/build/$1 part value settings=() changed=false
    shift
    for part in TESTS BENCHMARKS LOAD_GENERATOR; do
        value=OFF
        [[ " $* " == *" $part "* ]] && value=ON
        grep -qsx "CARILLON_$part:BOOL=ON" "$tree/CMakeCache.txt" && value=ON
        grep -qsx "CARILLON_$part:BOOL=$value" "$tree/CMakeCache.txt" || changed=true
        settings+=("-DCARILLON_$part=$value")
    done
    if $changed || [[ ! -e $tree/build.ninja || $root/CMakePresets.json -nt $tree/build.ninja ]]; then
        say "Configuring build/$preset"
        (cd "$root" && cmake --preset "$preset" "${settings[@]}")
    fi
}

# build PRESET [TARGET…]: what is configured; silent when there is nothing to do.
# Its `|| return` is for callers that ask for its status: Bash then ignores `set -e` in here.
build() {
    local preset=$1 targets=()
    shift
    (($#)) && targets=(--target "$@")
    cd "$root" || return
    cmake --build --preset "$preset" --parallel "$(nproc)" "${targets[@]}" |
        sed -u -e '/no work to do/d' -e '/Re-checking globbed/d'
}
