# shellcheck shell=bash
# Benchmarks run in a machine, against the installed package.

command_bench() {
    local name programs=()
    mount_build_root
    step "build release" "./dev build release shows the errors" build release
    umount --recursive --lazy "$root"
    for name in "$source_dir"/build/release/tests/bench/*"${1:-}"*; do
        [[ ! -f $name || ! -x $name ]] || programs+=("${name#"$source_dir"/}")
    done
    ((${#programs[@]} > 0)) || die "bench: there is no program build/release/tests/bench/*${1:-}*"
    use_package_layer
    new_machine
    for name in "${programs[@]}"; do
        say "${bold}$(basename "$name")${plain}"
        in_machine "cd /src/mcpctl && $name" || exit
    done
}
