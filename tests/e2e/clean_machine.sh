#!/usr/bin/env bash
# From nothing: a bare Debian 12 in a folder, a clone of this repository in it, the two commands.
#
#   tests/e2e/clean_machine.sh [FOLDER]          run.sh --check, then test.sh
#   tests/e2e/clean_machine.sh --run [FOLDER]    run.sh --check alone
#
# Needs root, mmdebstrap and a Debian mirror; about 4 GB in FOLDER (a temporary one by default),
# which is removed at the end. The clone is of HEAD: what is not committed is not tested. Only the
# clone's own scripts install anything.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
only_run=0
if [ "${1:-}" = --run ]; then
    only_run=1
    shift
fi
[ "$(id -u)" = 0 ] || { echo "needs root, to make and enter a system of its own" >&2 && exit 2; }
command -v mmdebstrap >/dev/null || { echo "needs mmdebstrap" >&2 && exit 2; }

parent=${1:-}
[ -n "$parent" ] || parent=$(mktemp -d -t qr-clean-XXXXXX)
machine=$parent/machine
mounted=()
clean_up() {
    for point in "${mounted[@]}"; do umount -l "$point"; done
    rm -rf "$machine"
    rmdir --ignore-fail-on-non-empty "$parent"
}
trap clean_up EXIT

mount_in() {
    mount --bind "$1" "$machine$1"
    mounted=("$machine$1" "${mounted[@]}")
}

echo "== A bare Debian 12"
# The host's own mirror and proxy settings, so that this works where the host's apt works.
mmdebstrap --quiet --variant=apt --aptopt='Acquire::Retries "3"' bookworm "$machine"
for file in /etc/resolv.conf /etc/hosts; do cp -L "$file" "$machine$file"; done
[ ! -e /etc/apt/apt.conf ] || cp /etc/apt/apt.conf "$machine/etc/apt/apt.conf"
for point in /proc /sys /dev /dev/pts; do mount_in "$point"; done
git -c safe.directory='*' clone --quiet --no-hardlinks "$root" "$machine/quantumrerank"

inside() {
    echo "== $*"
    local started=$SECONDS
    # --pid: whatever a command leaves behind ends with it.
    unshare --pid --fork --kill-child chroot "$machine" /usr/bin/env -i \
        HOME=/tmp PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        bash -c "cd /quantumrerank && $*" </dev/null
    echo "   took $((SECONDS - started)) s"
}

inside ./scripts/run.sh --check
inside ./scripts/run.sh --check # a second time: nothing left to set up
[ "$only_run" = 1 ] || inside ./scripts/test.sh
