# Sourced by the tests of packages and images, which need root: a bare Debian 12, and programs in it.
source "$(dirname "${BASH_SOURCE[0]}")/../script/lib.sh"

# The Debian to test on: an archive as debootstrap makes it, made on first use.
base=$root/build/debian-base.tar
make_base() {
    [[ ! -e $base ]] || return 0
    local made
    made=$(mktemp -d)
    say "Fetching a bare Debian 12"
    debootstrap --variant=minbase bookworm "$made" >"$made.log" || { cat "$made.log" >&2; return 1; }
    rm -f "$made.log"
    # Security updates, too: the libraries that programs were built with may be from there.
    cp /etc/apt/sources.list.d/debian.sources "$made/etc/apt/sources.list.d/" 2>/dev/null &&
        : >"$made/etc/apt/sources.list"
    rm -f "$made"/var/cache/apt/archives/*.deb
    chmod 0755 "$made"
    mkdir -p "${base%/*}"
    tar -C "$made" --one-file-system -cf "$base.new" .
    mv "$base.new" "$base"
    rm -rf "$made"
}

# eventually WHAT COMMAND…: until it succeeds, ten seconds at most.
eventually() {
    local what=$1 tries
    shift
    for ((tries = 0; tries < 100; ++tries)); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    say "not so after ten seconds: $what"
    return 1
}

passed=0
# ok WHAT COMMAND…: one test; the first that fails ends the run.
ok() {
    local what=$1
    shift
    if ! "$@"; then
        say "FAILED: $what"
        printf '%d passed, 1 failed\n' "$passed"
        exit 1
    fi
    passed=$((passed + 1))
    printf 'ok: %s\n' "$what"
}
