# shellcheck shell=bash
# The tiers: lint, unit, contract, system.

total_passed=0 total_failed=0 total_skipped=0
summary=()

command_test() {
    local tier=all filter='' presets=(asan release)
    case ${1:-} in
        unit | contract | system | lint) tier=$1 && shift ;;
    esac
    filter=${1:-}
    [[ -z $filter ]] || filter="*$filter*"
    # A tier by itself is for quick work: one preset.
    [[ $tier == all ]] || presets=(dev)
    case $tier in
        all | lint) lint_tier ;;&
        all | unit) for preset in "${presets[@]}"; do build_root_tier unit "$preset" "$filter"; done ;;&
        all | contract) for preset in "${presets[@]}"; do build_root_tier contract "$preset" "$filter"; done ;;&
        all | system) system_tier "$filter" ;;&
    esac
    printf '%s\n' "${summary[@]}"
    echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
    ((total_failed == 0)) || exit 1
}

lint_tier() {
    local begin
    begin=$(now_ms)
    mount_build_root_once
    lint || true
    finish_tier lint "$begin" "$passed" "$failed" 0
}

# Unit and contract tests need nothing but the build root.
build_root_tier() {
    local tier=$1 preset=$2 filter=$3 begin status=0 build_directory=/src/mcpctl
    local binary=build/$preset/tests/$tier/mcpctl-$tier-tests name="$tier ($preset)" log=$logs/test-$tier-$preset.log
    local targets=("mcpctl-$tier-tests")
    # Everything compiles in release; once is enough for what the tier does not run.
    [[ $preset != release ]] || targets=()
    begin=$(now_ms)
    mount_build_root_once
    step "build $preset" "./dev build $preset shows the errors" build "$preset" "${targets[@]}"
    begin_tier "$name" "$binary" "$tier-$preset"
    job in_build_root "$binary" --gtest_brief=1 --gtest_filter="${filter:-*}" \
        --gtest_output="json:build/reports/$tier-$preset.json" </dev/null >"$log" 2>&1 || status=$?
    read_report "$name" "$begin" "$tier-$preset" "$status" "$log" "$filter"
}

# System tests run as root in a machine with the package installed, and see real systemd, journal and engines. Those of
# a reboot come last, in phases between which the machine is booted again, and after them those of the package.
system_tier() {
    local filter=$1
    mount_build_root_once
    step "build release" "./dev build release shows the errors" build release mcpctl-agent mcpctl mcpctl-relay mcpctl-exec-env mcpctl-http-bridge mcpctl-system-tests
    unmount_build_root
    use_package_layer
    new_machine --bind="$reports:/var/lib/reports"
    system_phase system "${filter:-*}-BeforeReboot.*:AfterReboot*:Package*" "$filter"
    # The filter is a pattern, so it is not quoted.
    # shellcheck disable=SC2053
    if [[ -z $filter || BeforeRebootAfterReboot == $filter ]]; then
        system_phase "before reboot" 'BeforeReboot.*' ''
        reboot_machine
        system_phase "after reboot" 'AfterReboot.*' ''
        # It unmounts what is bound into the machine.
        in_machine "mkdir -p /opt/tests && cd $tests_directory &&
            cp --parents system/mcpctl-system-tests fixtures/mcp-server/mcp-test-server /opt/tests/"
        tests_directory=/opt/tests
        soft_reboot_machine
        system_phase "after soft reboot" 'AfterReboot*' ''
    fi
    stop_machine
    # The last test there leaves no package, so they have a machine of their own.
    # shellcheck disable=SC2053
    if [[ -z $filter || PackageUpgradePackagePurge == $filter ]]; then
        tests_directory=/src/mcpctl/build/release/tests
        new_machine --bind="$reports:/var/lib/reports"
        system_phase package 'PackageUpgrade.*:PackagePurge.*' ''
        stop_machine
    fi
}

tests_directory=/src/mcpctl/build/release/tests  # as the machine sees it

# system_phase NAME GTEST-FILTER FILTER: FILTER as read_report wants it.
system_phase() {
    local name=$1 begin status=0 report=${1// /-} binary=build/release/tests/system/mcpctl-system-tests
    local log=$logs/test-$report.log journal=$logs/test-$report-journal.log
    begin=$(now_ms)
    begin_tier "$name" "$binary" "$report"
    in_machine "cd $tests_directory/system && ./mcpctl-system-tests --gtest_brief=1 --gtest_filter='$2' \
        --gtest_output=json:/var/lib/reports/$report.json" </dev/null >"$log" 2>&1 || status=$?
    [[ -e $reports/$report.json ]] || cp "$machine_dir/root/var/lib/reports/$report.json" "$reports/" || true
    in_machine "journalctl --no-pager --output=short-precise" </dev/null >"$journal" 2>&1 || true
    ((status == 0)) || say "the machine's journal: $journal"
    read_report "$name" "$begin" "$report" "$status" "$log" "$3"
}

build_root_is_mounted=''

mount_build_root_once() {
    [[ $build_root_is_mounted ]] || mount_build_root
    build_root_is_mounted=1
}

unmount_build_root() {
    umount --recursive --lazy "$root"
    build_root_is_mounted=''
}

begin_tier() {
    rm -f "$reports/$3.json"
    [[ -x $source_dir/$2 ]] || die "$1: there is no $2; its tests/…/CMakeLists.txt should make it"
    say "${bold}test $1${plain} …"
}

# GoogleTest's JSON report has one line per fact, so grep is enough to count. A program that dies writes no report:
# that is one failure, as is a report with nothing wrong from a program that says it failed.
read_report() {
    local name=$1 begin=$2 report=$reports/$3.json status=$4 log=$5 filter=$6 ran=0 failed=0 skipped=0
    if [[ -e $report ]]; then
        ran=$(grep -c '"result": "COMPLETED"' "$report" || true)
        skipped=$(grep -c '"result": "SKIPPED"' "$report" || true)
        failed=$(grep -c '"failures": \[' "$report" || true)
    fi
    ((status == 0 || failed > 0)) || failed=1 ran=$((ran + 1))
    if ((ran == 0)) && [[ -z $filter ]]; then
        say "$name: not a single test ran"
        failed=1 ran=1
    elif ((ran == 0)); then
        say "$name: no test matches $filter"
    fi
    if ((failed > 0)); then
        tail -n 100 "$log" | sed 's/^/  | /' >&2
        say "$name failed (exit status $status); full log: $log"
    fi
    finish_tier "$name" "$begin" $((ran - failed)) "$failed" "$skipped"
}

finish_tier() {
    total_passed=$((total_passed + $3)) total_failed=$((total_failed + $4)) total_skipped=$((total_skipped + $5))
    summary+=("$(printf '%-16s %s passed, %s failed, %s skipped in %s' "$1:" "$3" "$4" "$5" "$(seconds_since "$2")")")
    say "${summary[-1]}"
}
