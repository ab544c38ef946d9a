#!/usr/bin/env bash
# Prints docs/PERFORMANCE.md and draws docs/plots anew from the committed results.
#
#   scripts/performance_page.sh            writes them
#   scripts/performance_page.sh --check    only looks whether the page is what the results give
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
case " $* " in *" --check "*) ;; *) scripts/install_packages.sh bench ;; esac
exec "$PYTHON" -B perf/page/page.py "$@"
