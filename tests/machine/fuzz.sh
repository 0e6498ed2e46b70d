# shellcheck shell=bash
# Fuzzers run in the build root: they need nothing but their own process.

# fuzz [TARGET] [SECONDS]
command_fuzz() {
    local wanted='' seconds=60 fuzzer fuzzers=() failed=()
    [[ ${1:-} =~ ^([0-9]+|)$ ]] || { wanted=$1 && shift; }
    [[ -z ${1:-} ]] || seconds=$1
    [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "fuzz: '$seconds' is no number of seconds; ./dev fuzz [TARGET] [SECONDS]"
    for fuzzer in "$source_dir"/tests/fuzz/*_fuzzer.cpp; do
        fuzzer=$(basename "$fuzzer" .cpp)
        [[ $wanted && $fuzzer != "$wanted" && $fuzzer != "${wanted}_fuzzer" ]] || fuzzers+=("$fuzzer")
    done
    ((${#fuzzers[@]} > 0)) || die "fuzz: there is no tests/fuzz/${wanted%_fuzzer}_fuzzer.cpp"
    mount_build_root
    step "build fuzz" "./dev build fuzz mcpctl-fuzzers shows the errors" build fuzz "${fuzzers[@]}"
    for fuzzer in "${fuzzers[@]}"; do
        run_fuzzer "$fuzzer" "$seconds" || failed+=("$fuzzer")
    done
    ((${#failed[@]} == 0)) || die "fuzz: ${failed[*]} found something: build/fuzz/NAME-crash-…, see build/logs/fuzz-NAME.log"
}

# What it found in earlier runs is kept in build/fuzz/corpus and goes on growing; the seeds in the tree stay as they are.
run_fuzzer() {
    local fuzzer=$1 seconds=$2 name=${1%_fuzzer} status=0
    local log=$logs/fuzz-$name.log found=build/fuzz/corpus/$name seeds=tests/fuzz/seeds/$name
    in_source_tree mkdir -p "$found"
    say "${bold}$fuzzer${plain} for $seconds s …"
    job in_source_tree "build/fuzz/tests/fuzz/$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len=65536 -print_final_stats=1 -artifact_prefix="build/fuzz/$name-" "$found" "$seeds" \
        </dev/null >"$log" 2>&1 || status=$?
    if ((status != 0)); then
        grep -m 1 -A 12 -E 'broken promise|ERROR: |runtime error' "$log" | sed 's/^/  | /' >&2 || tail -n 20 "$log" >&2
        say "  ${red}failed${plain}; again with: ./dev sh 'build/fuzz/tests/fuzz/$fuzzer build/fuzz/$name-crash-…'"
        return 1
    fi
    say "  $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, $(grep -o 'cov: [0-9]*' "$log" | tail -n 1), nothing found"
}

in_source_tree() {
    local build_directory=/src/mcpctl
    in_build_root "$@"
}
