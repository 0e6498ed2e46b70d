# shellcheck shell=bash
# Benchmarks run in a machine each, against the installed package. Programs named mcpctl-long-* are the long forms of tests:
# they run for minutes, and only by name.

command_bench() {
    local name programs=()
    mount_build_root
    step "build benchmarks" "./dev build release mcpctl-benches shows the errors" build release mcpctl-benches
    umount --recursive --lazy "$root"
    for name in "$source_dir"/build/release/tests/bench/*"${1:-}"*; do
        [[ ! -f $name || ! -x $name || -z ${1:-} && $name == */mcpctl-long-* ]] || programs+=("${name#"$source_dir"/}")
    done
    ((${#programs[@]} > 0)) || die "bench: there is no program build/release/tests/bench/*${1:-}*"
    use_package_layer
    for name in "${programs[@]}"; do
        say "${bold}$(basename "$name")${plain}"
        new_machine
        in_machine "cd /src/mcpctl && $name" || exit
        stop_machine
    done
}
