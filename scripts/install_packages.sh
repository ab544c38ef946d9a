#!/usr/bin/env bash
# Installs the Debian packages that a purpose needs and this machine lacks; says which and why.
#
#   scripts/install_packages.sh build            what compiles and runs the server (the default)
#   scripts/install_packages.sh build test       and what the tests need
#   scripts/install_packages.sh build bench      and what the benchmarks need
#   scripts/install_packages.sh bench peers      and what the server is compared with
#   scripts/install_packages.sh build package    and what makes the Debian packages
#   scripts/install_packages.sh build cuda       and a CUDA toolkit below build/ where none is
#                                                installed: for the module and for emulated tests
#   scripts/install_packages.sh --list build     prints the names and installs nothing
#
# With nothing missing it needs no root, touches no network and ends in well under a second. It
# never removes a package and leaves the services it installs (nginx, prometheus) switched off.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

declare -A PACKAGES=(
    [build]='
g++                     the compiler
cmake                   the build system
ninja-build             what CMake drives
pkg-config              finds libraries that bring no CMake files
git                     states the commit a build was made from
ca-certificates         outgoing HTTPS
libboost1.81-dev        Asio and Beast: sockets and HTTP (1.81: the default 1.74 lacks what we use)
libsimdjson-dev         parses request numbers
nlohmann-json3-dev      reads and writes small JSON
libcli11-dev            command line
libtomlplusplus-dev     configuration file
prometheus-cpp-dev      metrics
libcurl4-openssl-dev    outgoing HTTP: rerank --url, health
zlib1g-dev              gzip request bodies
libicu-dev              Unicode: what a tokenizer lowers, splits and drops
libmd-dev               SHA-256 of a model
librocksdb-dev          keeps collections
libssl-dev              encrypts them; the load tool: load over TLS
libroaring-dev          which documents have a tag
ccache                  makes a second build quick
mold                    links faster
python3                 compares the sample with its expected ranking
curl                    the lines that run.sh suggests'
    [test]='
python3-venv            keeps the Python clients that we test with out of the system
libgtest-dev            unit tests
libgmock-dev            their matchers
libsimde-dev            runs AVX-512 kernels on a CPU without, in tests
strace                  sees what reaches the disk, and makes it fail
openssl                 tests of the load tool: throw-away certificates
python3-jsonschema      holds answers to the OpenAPI document
python3-numpy           rows for the collections of load scenarios
prometheus              promtool, which lints /metrics
clang                   builds the fuzzers
libclang-rt-14-dev      libFuzzer and the sanitizers for clang
llvm-14                 llvm-cov: coverage of the parsers
clang-format-14         formatting
shellcheck              lints the scripts
libbenchmark-dev        micro benchmarks, whose smoke sizes are tests
valgrind                a CPU without AVX-512, to see a backend refused; counts instructions
systemd                 systemd-analyze, which checks our unit
openssl                 makes the certificate of a test over TLS'
    [bench]='
libbenchmark-dev        micro benchmarks
libssl-dev              the load tool: load over TLS
python3-matplotlib      draws what it measured
python3-numpy           rows for the collections of load scenarios
nginx-light             the server that ours is measured beside
libnginx-mod-http-echo  makes it read a request body
wrk                     drives both'
    [peers]='
python3-venv            keeps the Python packages that we measure beside out of the system
python3-faiss           FAISS as Debian has it
python3-numpy           rows to search, and what is expected of a search
python3-threadpoolctl   says which BLAS a library uses'
    [package]='
dpkg-dev                computes what a package depends on
file                    tells it which files are programs'
    [cuda]='
python3-pip             fetches the toolkit'
)

list_only=0
purposes=()
for argument in "$@"; do
    case $argument in
        --list) list_only=1 ;;
        build | test | bench | peers | package | cuda) purposes+=("$argument") ;;
        *)
            die "unknown argument '$argument'; allowed: --list, build, test, bench, peers," \
                "package, cuda"
            ;;
    esac
done
[ ${#purposes[@]} -gt 0 ] || purposes=(build)

# Where a toolkit is installed it is taken, and `cuda` has nothing to do.
has_toolkit() {
    local home
    for home in "${CUDA_HOME:-/usr/local/cuda}" /usr/local/cuda; do
        [ ! -x "$home/bin/nvcc" ] || [ ! -e "$home/include/cuda_runtime_api.h" ] || return 0
    done
    return 1
}
fetches_toolkit=0
others=()
for purpose in "${purposes[@]}"; do
    if [ "$purpose" != cuda ]; then
        others+=("$purpose")
    elif [ "$list_only" = 1 ] || ! has_toolkit; then
        others+=(cuda)
        fetches_toolkit=1
    fi
done
purposes=("${others[@]}")
fetch_toolkit() { [ "$fetches_toolkit" = 0 ] || "$ROOT/scripts/install_cuda_toolkit.sh"; }

declare -A reason=()
names=()
for purpose in "${purposes[@]}"; do
    while read -r name why; do
        [ -n "$name" ] || continue
        names+=("$name")
        reason[$name]=$why
    done <<<"${PACKAGES[$purpose]}"
done

if [ "$list_only" = 1 ]; then
    printf '%s\n' "${names[@]}"
    exit 0
fi

command -v dpkg-query >/dev/null ||
    die "these scripts know Debian 12; elsewhere install what these are there: ${names[*]}"
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null |
    sed -n 's/^installed //p' || true)
missing=()
for name in "${names[@]}"; do
    grep -qxF -- "$name" <<<"$installed" || missing+=("$name")
done
if [ ${#missing[@]} = 0 ]; then
    fetch_toolkit
    exit 0
fi

say "Packages to install (${purposes[*]})"
for name in "${missing[@]}"; do
    printf '   %-24s %s\n' "$name" "${reason[$name]}"
done
as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
        die "needs root to install them; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
fi

# Debian starts a service as soon as it is installed; we want programs, not services. An
# existing policy is the machine's own and stays.
policy=/usr/sbin/policy-rc.d
made_policy=0
remove_policy() { [ "$made_policy" = 0 ] || "${as_root[@]}" rm -f "$policy"; }
trap remove_policy EXIT
if [ ! -e "$policy" ]; then
    made_policy=1
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi

has_unit() { [ -e "/lib/systemd/system/$1.service" ] || [ -e "/etc/systemd/system/$1.service" ]; }
ours_to_disable=()
for service in nginx prometheus; do
    has_unit "$service" || ours_to_disable+=("$service")
done

"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
    die "apt-get update failed: is the network reachable?"
# --no-remove: a conflict (an installed libboost1.74-dev, say) is for the machine's owner to solve.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    --no-remove "${missing[@]}" >/dev/null ||
    die "apt-get could not install: ${missing[*]}
(where it names a conflict with libboost1.74-dev: apt-get remove that, then run this again)"
for service in "${ours_to_disable[@]}"; do
    if has_unit "$service"; then
        "${as_root[@]}" systemctl --quiet disable "$service" 2>/dev/null || true
    fi
done
fetch_toolkit
