# shellcheck shell=bash
# The main job on a fresh machine: see demo-inside.sh for what happens in it.

command_demo() {
    local begin
    begin=$(now_ms)
    say "${bold}== 1. Build the package${plain}"
    package
    say "${bold}== 2. Boot a fresh Debian 13${plain}"
    use_root run
    new_machine
    in_machine "/src/mcpctl/tests/machine/demo-inside.sh /src/mcpctl/${deb#"$source_dir"/}" || die "the demo failed"
    stop_machine
    say "${green}The demo held${plain} in $(seconds_since "$begin"), and the machine is gone."
}
