# shellcheck shell=bash
# Style, shell scripts, clang-tidy: four checks.

command_lint() {
    mount_build_root
    lint || die "lint found something"
}

# Runs them all, says which failed, and leaves the sums in $passed and $failed.
lint() {
    passed=0 failed=0
    lint_check "style" "./dev sh 'clang-format -i FILE' rewrites it" \
        "git ls-files -z --cached --others --exclude-standard '*.hpp' '*.cpp' |
            xargs -0 --no-run-if-empty clang-format --dry-run --Werror"
    lint_check "co_return" "GCC 14 awaits both sides of ?:, && and || in a co_return: write an if" \
        "git ls-files -z --cached --others --exclude-standard '*.hpp' '*.cpp' |
            { xargs -0 grep -lPz 'co_return\b[^;]*(\?|&&|\|\|)[^;]*co_await' || true; } |
            { ! grep .; }"
    lint_check "shell scripts" "shellcheck explains each SC number in its wiki" \
        "shellcheck --external-sources --check-sourced dev && shellcheck .ci/run packaging/debian/mcpctl.p* ctl/completion/mcpctl.bash \
            tests/machine/{customise-build-root,customise-run-root,demo-inside,tidy}.sh"
    # Generated headers must exist before a file that includes them can be checked.
    step "generate headers for clang-tidy" "./dev build shows the errors" build dev mcpctl-dbus-generated
    lint_check "clang-tidy" "the check's name is in brackets; .clang-tidy says why some are off" \
        "bash tests/machine/tidy.sh"
    ((failed == 0))
}

lint_check() {
    local name=$1 hint=$2 begin build_directory=/src/mcpctl log=$logs/lint-${1// /-}.log
    begin=$(now_ms)
    if job in_build_root bash -euo pipefail -c "$3" </dev/null >"$log" 2>&1; then
        passed=$((passed + 1))
        say "lint: $name ${green}clean${plain} ($(seconds_since "$begin"))"
    else
        failed=$((failed + 1))
        tail -n 60 "$log" | sed 's/^/  | /' >&2
        say "lint: $name ${red}failed${plain} ($(seconds_since "$begin")); full log: $log; $hint"
    fi
}
