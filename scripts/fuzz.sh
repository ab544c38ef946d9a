#!/usr/bin/env bash
# Runs every libFuzzer target over its committed corpus, then for some seconds on its own, and holds
# each parser to its line coverage.
#
#   scripts/fuzz.sh [--seconds N]    N seconds of fuzzing a target, 10 by default
#                   [--grow]         and adds inputs that reach new code to the committed corpora
#                   [--junit FILE]   and writes the outcome as JUnit
#
# Coverage is that of the committed corpora alone, so that it does not depend on luck; the floors
# stand in tests/fuzz/coverage_floors.txt. A crash is left under build/fuzz/crashes/.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seconds=10
grow=0
junit=
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=$2 && shift 2 ;;
        --junit) junit=$2 && shift 2 ;;
        --grow) grow=1 && shift ;;
        *) die "unknown argument '$1'; allowed: --seconds N, --grow, --junit FILE" ;;
    esac
done

cd "$ROOT"
build_targets fuzz tests/fuzz/all
work=$ROOT/build/fuzz
rm -rf "$work/profiles"
mkdir -p "$work/profiles" "$work/crashes" "$work/found"

cases=()
failed=0
# record NAME STATUS
record() {
    if [ "$2" = 0 ]; then
        cases+=("<testcase name=\"$1\"/>")
    else
        cases+=("<testcase name=\"$1\"><failure/></testcase>")
        failed=1
    fi
}

objects=()
for program in "$work"/bin/*_fuzz; do
    [ -x "$program" ] || die "no fuzz target was built"
    name=$(basename "$program")
    corpus=tests/fuzz/corpus/$name
    [ -d "$corpus" ] || die "$name has no corpus: $corpus is missing"
    objects+=(-object "$program")
    mkdir -p "$work/found/$name"
    flags=(-timeout=10 -rss_limit_mb=3072 -verbosity=0 "-artifact_prefix=$work/crashes/$name-")

    status=0
    LLVM_PROFILE_FILE=$work/profiles/$name.profraw "$program" "${flags[@]}" -runs=0 "$corpus" \
        >"$work/$name.log" 2>&1 || status=$?
    [ "$status" = 0 ] || tail -n 40 "$work/$name.log"
    record "$name: corpus" "$status"

    status=0
    LLVM_PROFILE_FILE=/dev/null "$program" "${flags[@]}" -max_total_time="$seconds" \
        "$work/found/$name" "$corpus" >"$work/$name.log" 2>&1 || status=$?
    [ "$status" = 0 ] || tail -n 40 "$work/$name.log"
    record "$name: $seconds s" "$status"
    note "$name: $(find "$corpus" -type f | wc -l) inputs and $seconds s, status $status"

    if [ "$grow" = 1 ]; then
        LLVM_PROFILE_FILE=/dev/null "$program" "${flags[@]}" -merge=1 "$corpus" "$work/found/$name"
    fi
done

llvm-profdata-14 merge -sparse "$work"/profiles/*.profraw -o "$work/coverage.profdata"
llvm-cov-14 export -summary-only -instr-profile "$work/coverage.profdata" \
    "${objects[@]:1}" >"$work/coverage.json" 2>"$work/coverage.log" ||
    { cat "$work/coverage.log" && die "llvm-cov failed"; }
while IFS=$'\t' read -r status file text; do
    note "coverage $file: $text"
    record "coverage of $file" "$status"
done < <("$PYTHON" scripts/judge_coverage.py tests/fuzz/coverage_floors.txt \
    "$work/coverage.json" "$ROOT")

if [ -n "$junit" ]; then
    printf '%s\n' '<testsuite name="fuzz">' "${cases[@]}" '</testsuite>' >"$junit"
fi
exit "$failed"
