#!/usr/bin/env bash
# Builds and runs the default test tier, stage by stage, and ends with one line of counts.
#
#   scripts/test.sh            dev, asan, tsan, fuzz
#   scripts/test.sh --quick    dev alone: unit, contract, end to end, tidy
#   scripts/test.sh --clients  the default, and then other projects' own clients (Cohere, OpenAI,
#                              Triton; pinned in tests/clients/requirements.txt, fetched from PyPI)
#
# A skipped test must be on tests/allowed_skips.txt with its reason; any other skip fails. With
# TEST_DEADLINE (seconds since the epoch) no stage starts after that time, and none that would not
# end within TEST_OVERRUN seconds of it, by what the first stage took; what was left out is named.
# Exit status: 0 when nothing failed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

stages=(dev asan tsan fuzz)
with_clients=0
for argument in "$@"; do
    case $argument in
        --quick) stages=(dev) ;;
        --clients) with_clients=1 ;;
        *) die "unknown argument '$argument'; allowed: --quick, --clients" ;;
    esac
done

[ "$with_clients" = 0 ] || stages+=(clients)

cd "$ROOT"
scripts/install_packages.sh build test package
# Without a toolkit the kernels' tests skip, as allowed; nothing else needs it.
scripts/install_packages.sh cuda || note "no CUDA toolkit: kernels will not be tested"
results=$ROOT/build/results
rm -rf "$results"
mkdir -p "$results"

# run_ctest PRESET FOLDER [ctest arguments...]: the tests below build/PRESET/FOLDER.
run_ctest() {
    local preset=$1 folder=$2 name
    shift 2
    name=$preset-${folder//\//-}
    ctest --test-dir "build/$preset/$folder" --parallel "$(nproc)" --output-on-failure \
        --no-tests=error --timeout 300 --output-junit "$results/$name.xml" "$@" \
        >"$results/$name.log" 2>&1 && return 0
    # A passing test is one line of the log; only what went wrong is worth the screen.
    grep -vE '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed |^ +Start +[0-9]+: ' "$results/$name.log" |
        tail -n 300
    return 1
}

stage_dev() {
    build_targets dev || return 1
    run_ctest dev .
}

# Without what measures: its numbers mean nothing here, and its parts have unit tests.
stage_asan() {
    build_targets asan || return 1
    run_ctest asan . --label-exclude 'tidy|packaging' --exclude-regex '^perf\.'
}

# ThreadSanitizer knows false races in Asio 1.81, so server/ stays out; nothing below it uses Asio.
stage_tsan() {
    build_targets tsan tests/host/all tests/kernels/all || return 1
    local status=0
    run_ctest tsan tests/host || status=1
    run_ctest tsan tests/kernels || status=1
    return "$status"
}

# One client a file. Each is a suite of its own in the results.
stage_clients() {
    build_targets dev quantumrerank || return 1
    local python=$ROOT/build/clients/bin/python status=0 file name
    [ -x "$python" ] || "$PYTHON" -m venv "$ROOT/build/clients" || return 1
    "$python" -m pip install -q -r tests/clients/requirements.txt || return 1
    for file in tests/clients/*_test.py; do
        name=$(basename "$file" .py)
        QR_SOURCE_DIR=$ROOT QR_BINARY=$ROOT/build/dev/bin/quantumrerank \
            "$python" -B -m pytest -q --junit-xml "$results/clients-$name.xml" "$file" || status=1
    done
    return "$status"
}

stage_fuzz() { scripts/fuzz.sh --junit "$results/fuzz.xml"; }

# What a stage takes, in percent of the first one, when nothing is built yet.
declare -A PERCENT=([dev]=0 [asan]=140 [tsan]=60 [fuzz]=30 [clients]=20)
first_seconds=0
# is_too_late STAGE
is_too_late() {
    local now
    [ -n "${TEST_DEADLINE:-}" ] || return 1
    now=$(date +%s)
    [ "$now" -lt "$TEST_DEADLINE" ] || return 0
    [ $((now + first_seconds * ${PERCENT[$1]} / 100)) -gt $((TEST_DEADLINE + ${TEST_OVERRUN:-0})) ]
}

left_out=()
for stage in "${stages[@]}"; do
    if is_too_late "$stage"; then
        left_out+=("$stage")
        continue
    fi
    say "Stage $stage"
    started=$SECONDS
    if "stage_$stage"; then word=passed; else word=FAILED; fi
    # A stage that failed before it could count anything is one failure.
    if [ "$word" = FAILED ] && ! grep -qs '<failure' "$results/$stage"*.xml; then
        printf '<testsuite><testcase name="stage %s"><failure/></testcase></testsuite>\n' "$stage" \
            >"$results/$stage-stage.xml"
    fi
    [ "$first_seconds" -gt 0 ] || first_seconds=$((SECONDS - started))
    note "stage $stage $word in $((SECONDS - started)) s"
done

say "Result after $SECONDS s"
[ ${#left_out[@]} = 0 ] || note "left out, no time: ${left_out[*]}"
"$PYTHON" scripts/summarise_tests.py --allowed-skips tests/allowed_skips.txt "$results"/*.xml
