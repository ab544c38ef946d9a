# Shared by the scripts of this folder: where the tree is, how to speak, how to build, how to ask.
#
# Sourced, never run. Everything a script needs twice lives here; nothing here installs or starts
# anything by itself. Nothing is exported: QR_ variables are the server's, the rest the user's.
# shellcheck shell=bash

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export LC_ALL=C.UTF-8

# Debian's own interpreter: the one that Debian's python3-* packages serve.
PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=python3

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Compilers that run at once: one a core, and no more than memory carries (the largest source takes
# about 1 GB with AddressSanitizer).
build_jobs() {
    local cores memory_gb
    cores=$(nproc)
    memory_gb=$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
    [ "$memory_gb" -ge 1 ] || memory_gb=1
    printf '%s' "$((cores < memory_gb ? cores : memory_gb))"
}

# configure PRESET: only where it has not been done; ninja sees changed CMake files by itself.
# Continuous integration builds all from nothing, which is a third of the work with sources compiled
# together (a "unity build"). The fuzz preset keeps them apart: there each must name what it uses.
configure() {
    local preset=$1
    [ -f "$ROOT/build/$preset/build.ninja" ] && return 0
    local -a how=(--preset "$preset")
    [ "${CI:-}:$preset" != true:dev ] || how+=(-DCMAKE_UNITY_BUILD=ON)
    (cd "$ROOT" && cmake "${how[@]}") || die "cmake ${how[*]} failed"
}

# build_targets PRESET [TARGET...]
build_targets() {
    local preset=$1
    shift
    configure "$preset"
    cmake --build "$ROOT/build/$preset" --parallel "$(build_jobs)" ${1:+--target "$@"}
}

# port_is_taken PORT: something on this machine answers there.
port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# http_status PORT PATH: prints the status of a GET, or nothing when there is no answer in 2 s.
http_status() (
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 0
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
    read -r -t 2 _ status _ <&3 && printf '%s' "$status"
) 2>/dev/null

# wait_until_ready PORT PID SECONDS: 0 once /health/ready answers 200, 1 when the process has ended
# or the time is up.
wait_until_ready() {
    local port=$1 pid=$2 deadline=$((SECONDS + $3))
    while [ "$SECONDS" -lt "$deadline" ]; do
        [ "$(http_status "$port" /health/ready || true)" = 200 ] && return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}
