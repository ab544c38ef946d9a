#!/usr/bin/env bash
# Runs a load scenario, and draws what it measured.
#
#   scripts/load.sh SCENARIO [--url http://HOST:PORT] [--output FOLDER] [qr_load's flags...]
#
# SCENARIO is a name in perf/load/scenarios or a path to such a file. Without --url it builds and
# starts our server on a free port of this machine and stops it afterwards: handy, but then load and
# server share the cores. Into build/load/SCENARIO or FOLDER it writes result.json, rate.svg (open
# loops) and time.svg (runs with rows). qr_load --help names the flags that may follow; exit status
# 2 for a wrong one, 3 where it could not run.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

preset=bench
scenarios=$ROOT/perf/load/scenarios
usage() {
    local names
    names=$(cd "$scenarios" && printf ' %s' *.toml)
    die "found ${1:-no scenario}; allowed: a file or one of${names//.toml/}"
}

[ $# -gt 0 ] || usage
case $1 in
    -*) usage "'$1' in place of a scenario" ;;
    */* | *.toml) scenario=$(realpath -- "$1") ;;
    *) scenario=$scenarios/$1.toml ;;
esac
[ -f "$scenario" ] || usage "'$1'"
shift
name=$(basename "$scenario" .toml)
url=
folder=$ROOT/build/load/$name
flags=()
while [ $# -gt 0 ]; do
    case $1 in
        --url | --output)
            [ $# -gt 1 ] || die "$1: found nothing behind it; allowed: a value"
            if [ "$1" = --url ]; then url=$2; else folder=$2; fi
            shift
            ;;
        *) flags+=("$1") ;;
    esac
    shift
done

mkdir -p "$folder"
folder=$(realpath -- "$folder")
cd "$ROOT"
scripts/install_packages.sh build bench
say "Building ($preset)"
targets=(qr_load)
[ -n "$url" ] || targets+=(quantumrerank)
build_targets "$preset" "${targets[@]}"

server=
data=
stop_server() {
    [ -n "$server" ] || return 0
    if kill -TERM "$server" 2>/dev/null; then
        wait "$server" || true
    fi
    server=
    [ -z "$data" ] || rm -rf "$data"
}
trap stop_server EXIT
trap 'exit 130' INT TERM

if [ -z "$url" ]; then
    port=$("$PYTHON" -c 'import socket
with socket.create_server(("127.0.0.1", 0)) as probe:
    print(probe.getsockname()[1])')
    storage=()
    if grep -q '^\[\[collection\]\]' "$scenario"; then
        data=$(mktemp -d "$folder/data.XXXXXX")
        storage=(--data-dir "$data")
    fi
    # One line a request is no part of what the server is asked for here.
    "build/$preset/bin/quantumrerank" serve --hostname 127.0.0.1 --port "$port" --log-level warn \
        ${storage[@]+"${storage[@]}"} 2>"$folder/server.log" &
    server=$!
    wait_until_ready "$port" "$server" 30 ||
        die "the server did not become ready; see $folder/server.log"
    url=http://127.0.0.1:$port
    if [ -n "$data" ]; then
        say "Filling the collection"
        "$PYTHON" -B perf/load/fill.py "$scenario" --url "$url"
    fi
fi

say "Running $name against $url"
result=$folder/result.json
rm -f "$result" "$folder/rate.svg" "$folder/time.svg"
"build/$preset/bin/qr_load" --scenario "$scenario" --url "$url" --output "$result" \
    ${flags[@]+"${flags[@]}"}
stop_server

# plot HORIZONTAL: nothing where the run has no such points.
plot() {
    "$PYTHON" -B perf/load/plot.py "$result" --against "$1" --output "$folder/$1.svg" \
        --title "$name" 2>"$folder/plot.log" || { [ $? = 4 ] || die "$(cat "$folder/plot.log")"; }
}
plot rate
plot time
rm -f "$folder/plot.log"
say "Written to $folder"
ls "$folder"
