#!/usr/bin/env bash
# From a clean machine to a working server: installs, builds, starts, shows a ranking, serves.
#
#   scripts/run.sh            keeps serving on 127.0.0.1:8080 until Ctrl-C (QR_PORT chooses another)
#   scripts/run.sh --check    ends after the sample: 0 when the ranking is the expected one, else 1
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

check_only=0
case ${1:-} in
    '') ;;
    --check) check_only=1 ;;
    *) die "unknown argument '$1'; allowed: --check" ;;
esac

port=${QR_PORT:-8080}
[[ $port =~ ^[0-9]{1,5}$ && $((10#$port)) -ge 1 && $((10#$port)) -le 65535 ]] ||
    die "QR_PORT: found '$port', allowed is a port, 1 to 65535"
url=http://127.0.0.1:$port
binary=$ROOT/build/release/bin/quantumrerank
sample=$ROOT/samples/scifact_claim

! port_is_taken "$port" ||
    die "port $port on 127.0.0.1 is already in use; stop what listens there or choose another:
    QR_PORT=$((port < 65535 ? port + 1 : port - 1)) $0 $*"

"$ROOT/scripts/install_packages.sh" build
say "Building (release)"
build_targets release quantumrerank

# The log is data for machines; on a terminal the ranking should stay in sight.
log=$ROOT/build/release/server.log
"$binary" serve --hostname 127.0.0.1 --port "$port" 2>"$log" &
server=$!
stop_server() {
    trap - INT TERM EXIT
    if kill -TERM "$server" 2>/dev/null; then
        wait "$server" || true
    fi
}
trap stop_server EXIT
trap 'stop_server; exit 0' INT TERM

if ! wait_until_ready "$port" "$server" 30; then
    tail -n 5 "$log" >&2
    die "the server did not become ready on $url; its whole log: $log"
fi

say "A claim against 100 abstracts, through $url/v1/rerank"
note "$(sed -n 's/^  "text": "\(.*\)",$/\1/p' "$sample/request.json" | head -n 1)"
"$binary" rerank --url "$url" --format table "$sample/request.json" ||
    die "the sample request failed; the server's log: $log"

say "A question against 12 sentences, as text"
note "what protects against a virus"
"$binary" rerank --url "$url" --query "what protects against a virus" --top-n 4 \
    "$ROOT/samples/texts/facts.txt" || die "the text sample failed; the server's log: $log"

if [ "$check_only" = 1 ]; then
    "$binary" rerank --url "$url" --format json "$sample/request.json" |
        "$PYTHON" "$ROOT/samples/check_answer.py" "$sample/expected.json"
    exit 0
fi

say "Serving on $url; to try next:"
cat <<LINES
   curl -s $url/v1/rerank -H 'Content-Type: application/json' \\
        -d '{"query": "ice", "documents": ["Yeast ferments sugar.", "Glaciers carve valleys."]}'
   curl -s $url/v1/rerank -H 'Content-Type: application/json' \\
        -d '{"query": [1, 0], "documents": [[0.6, 0.8], [1, 0.1], [-1, 0]], "top_n": 2}'
   $binary rerank --query "quantum states" samples/texts/facts.txt
   curl -s $url/v1/rerank -H 'Content-Type: application/json' \\
        --data-binary @samples/scifact_claim/request.json
   curl -s $url/v1/methods
   curl -s $url/health
   in a browser: $url/docs
   log: $log    stop: Ctrl-C
LINES
wait "$server"
