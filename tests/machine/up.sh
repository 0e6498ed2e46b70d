# shellcheck shell=bash
# One machine per checkout to play with. A keeper process owns it: its mount namespace, its relay, its end.

up_file() { echo "$cache/up-$(path_hash)"; }

up_is_running() { [[ -e $(up_file) ]] && ! flock --nonblock "$(up_file)" true; }

command_up() {
    up_is_running && die "a machine is up already: './dev shell' enters it, './dev down' ends it"
    # Built and made here, where it can be seen.
    use_package_layer
    need socat socat
    local log=$logs/up.log keeper
    setsid "$source_dir/dev" keep-machine </dev/null >"$log" 2>&1 &
    keeper=$!
    until up_is_running && [[ -s $(up_file) ]]; do
        kill -0 "$keeper" 2>/dev/null || { tail -n 20 "$log" >&2 && die "the machine does not come up; log: $log"; }
        sleep 0.05
    done
    say "up. './dev shell' enters it, './dev down' ends it; its port 6270 is this host's 127.0.0.1:6270"
}

# The keeper's whole life.
command_keep-machine() {
    local relay='' lock
    exec {lock}>"$(up_file)"
    flock --nonblock "$lock" || die "a machine is up already"
    use_package_layer
    new_machine
    # Each connection is carried into the machine's own network: no bridge, no address, no forwarding on the host.
    setpriv --pdeathsig TERM socat TCP-LISTEN:6270,bind=127.0.0.1,reuseaddr,fork \
        EXEC:"nsenter --target $leader --net socat STDIO TCP\:127.0.0.1\:6270" &
    relay=$!
    trap 'kill $relay 2>/dev/null; stop_machine; rm -f "$(up_file)"' EXIT
    echo "$$ $leader" >&"$lock"
    wait "$nspawn"
}

command_down() {
    up_is_running || die "no machine is up"
    local keeper rest
    read -r keeper rest <"$(up_file)"
    kill "$keeper"
    tail --pid="$keeper" --sleep-interval=0.05 -f /dev/null
    say "down"
}

command_shell() {
    up_is_running || die "no machine is up; './dev up' boots one"
    local keeper
    read -r keeper leader <"$(up_file)"
    in_machine "${*:-exec bash --login}" || exit
}
