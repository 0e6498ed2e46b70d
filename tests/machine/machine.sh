# shellcheck shell=bash
# Throwaway machines: an overlay copy of the run root, booted by systemd-nspawn, gone without a trace afterwards.

layer='' machine='' machine_dir='' leader='' client='' nspawn='' terminal='' keep_files='' machine_options=()

host_has_systemd() { [[ -d /run/systemd/system ]]; }

# Two machines in one cgroup see each other's processes (nspawn uses <its own cgroup>/payload), so each gets one
# before nspawn starts. Under systemd that is a scope's work.
machine_cgroups() {
    local tree
    # A bare 'return' in an EXIT trap gives the exit status of the run.
    ! host_has_systemd || return 0
    for tree in /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
        [[ ! -d $tree ]] || echo "$tree/$1"
    done
    [[ ! -e /sys/fs/cgroup/cgroup.procs ]] || echo "/sys/fs/cgroup/$1"
}

# copy_machine [LAYER]: a fresh copy of $root, with LAYER on top where given. The copy is an overlay, except for
# what must lie on a real file system: the engines' storage (overlay2 does not work on an overlay) and the state of
# units with DynamicUser= (an overlay cannot be idmapped, and the second unit would chown it away from the first).
copy_machine() {
    local lower=${1:+$1:}$root lock
    machine=mcpctl-$$-$RANDOM
    machine_dir=$cache/machines/$machine
    exec {lock}>"$machine_dir.lock"
    flock "$lock"
    mkdir -p "$machine_dir"/{root,upper,work,docker,containerd,containers,private}
    chmod 700 "$machine_dir/private"
    mount -t overlay overlay "$machine_dir/root" \
        -o "lowerdir=$lower,upperdir=$machine_dir/upper,workdir=$machine_dir/work"
}

# start_nspawn [OPTION…]: options are systemd-nspawn's.
start_nspawn() {
    (
        local cgroup launcher=()
        ! host_has_systemd || launcher=(systemd-run --quiet --scope --property=Delegate=yes --unit="$machine")
        for cgroup in $(machine_cgroups "$machine"); do
            mkdir "$cgroup"
            echo "$BASHPID" >"$cgroup/cgroup.procs"
        done
        # A session of its own, so that Ctrl-C reaches us and not nspawn. If we are killed outright, the machine
        # gets SIGTERM and halts.
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec setsid "${launcher[@]}" setpriv --pdeathsig TERM \
            systemd-nspawn --quiet --boot --machine="$machine" --directory="$machine_dir/root" \
            --register=no --keep-unit --capability=all --system-call-filter="@keyring bpf" \
            --private-network --resolv-conf=off --timezone=off --link-journal=no \
            --bind="$machine_dir/docker:/var/lib/docker" --bind="$machine_dir/containerd:/var/lib/containerd" \
            --bind="$machine_dir/containers:/var/lib/containers" --bind="$machine_dir/private:/var/lib/private" \
            --bind-ro="$source_dir:/src/mcpctl" "$@"
    ) </dev/null >"$machine_dir/console.log" 2>&1 &
    nspawn=$!
}

# The machine's PID 1 as this host numbers it.
find_leader() {
    local child children
    children=$(cat "/proc/$nspawn/task/$nspawn/children" 2>/dev/null) || return 1
    for child in $children; do
        if [[ $(sed -n 's/^NSpid:.*\t//p' "/proc/$child/status" 2>/dev/null) == 1 ]]; then
            leader=$child
            return 0
        fi
    done
    return 1
}

machine_state() { timeout 60 nsenter --target "$leader" --all systemctl is-system-running --wait 2>/dev/null; }

# boot [OPTION…]: starts the copy and waits until systemd in it has finished starting.
boot() {
    local begin state=''
    begin=$(now_ms)
    start_nspawn "$@"
    # systemctl waits by itself once PID 1 listens; until then there is nothing to wait on but its appearance.
    until find_leader && { state=$(machine_state) || [[ $state == degraded ]]; }; do
        kill -0 "$nspawn" 2>/dev/null || machine_failed "nspawn ended"
        (($(now_ms) - begin < 60000)) || machine_failed "not up after 60 s (state '$state')"
        sleep 0.02
    done
    say "machine up in $(seconds_since "$begin")"
    if [[ $state == degraded ]]; then
        say "${red}some units failed in it:${plain}"
        nsenter --target "$leader" --all systemctl --no-pager --failed >&2
    fi
}

machine_failed() {
    tail -n 40 "$machine_dir/console.log" | sed 's/^/  | /' >&2
    die "the machine does not boot: $1; its console is above"
}

# in_machine COMMAND-LINE: as root, in a unit of its own, so that it is in the machine's own cgroup (what nsenter starts
# stays outside). Runs in the background of this shell, as only 'wait' lets a signal interrupt us.
in_machine() {
    local status=0
    if [[ -t 0 && -t 1 ]]; then
        terminal=$(stty --save)
        in_service "$1" <&0 &
    else
        in_scope "$1" <&0 &
    fi
    client=$!
    wait "$client" || status=$?
    client=''
    return "$status"
}

# Without a terminal: a scope is left to itself once it is made, so a command may stop the bus or PID 1's other
# friends and go on. In a session of its own, since bash may wait for ever for a child that the same SIGINT ends as itself.
in_scope() {
    exec setsid nsenter --target "$leader" --all --wd=/ env -i -C /root --default-signal=INT,QUIT "${machine_environment[@]}" \
        ${NO_COLOR:+NO_COLOR="$NO_COLOR"} setpriv --pdeathsig TERM systemd-run --quiet --collect --scope \
        --property=TimeoutStopSec=5s --expand-environment=no -- /bin/bash -c "$1"
}

# With one: only a service gets a terminal of the machine's own. systemd-run waits for it over the bus.
in_service() {
    # systemd calls it success when SIGINT ends a service; the outer shell stays to tell the truth.
    # shellcheck disable=SC2016
    local variable outer='trap : INT TERM HUP; /bin/bash -c "$0"' settings=()
    for variable in "${machine_environment[@]}" ${NO_COLOR:+NO_COLOR="$NO_COLOR"}; do
        settings+=(--setenv="$variable")
    done
    exec nsenter --target "$leader" --all --wd=/ env -i "${machine_environment[@]}" setpriv --pdeathsig TERM \
        systemd-run --quiet --collect --wait --pty --expand-environment=no --working-directory=/root "${settings[@]}" \
        -- /bin/bash -c "$outer" "$1"
}

machine_environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
    TERM="${TERM:-dumb}")

# RTMIN+4 to PID 1 powers off without needing D-Bus or logind, which a test may have broken.
stop_machine() {
    [[ $machine ]] || return 0
    # A command without a terminal ends with the machine: if nsenter went first, the host's PID 1 would have to collect
    # what nsenter started, and the machine's own PID 1 cannot go before that has happened.
    if [[ $client && $terminal ]]; then
        kill "$client" 2>/dev/null || true
        wait "$client" 2>/dev/null || true
        stty "$terminal"
    fi
    if [[ $nspawn ]] && kill -0 "$nspawn" 2>/dev/null; then
        [[ $leader ]] || find_leader || true
        [[ -z $leader ]] || kill -s RTMIN+4 "$leader" 2>/dev/null || true
        # tail gives up early when its own output is a pipe that closes, hence the redirection.
        timeout 10 tail --pid="$nspawn" --sleep-interval=0.05 -f /dev/null >/dev/null || {
            say "the machine does not power off; killed"
            kill -KILL ${leader:+"$leader"} "$nspawn" 2>/dev/null || true
        }
        wait "$nspawn" 2>/dev/null || true
    fi
    umount --recursive --lazy "$machine_dir/root" 2>/dev/null || true
    if [[ $keep_files ]]; then
        mkdir -p "$cache/kept"
        mv "$machine_dir" "$cache/kept/"
        say "kept: $cache/kept/$machine (upper/ is what changed, console.log what it said)"
    fi
    remove_machine "$machine"
    machine=''
}

# What 'systemctl reboot' in it does, as on hardware: the disk stays, /run is new. nspawn with --keep-unit ends with 133
# to have somebody else start it again.
reboot_machine() {
    local status=0
    nsenter --target "$leader" --all systemctl --no-block reboot
    timeout 120 tail --pid="$nspawn" --sleep-interval=0.05 -f /dev/null >/dev/null || die "the machine does not go down"
    wait "$nspawn" || status=$?
    ((status == 133)) || die "the machine ended with $status instead of asking to be booted again"
    leader=''
    remove_cgroups "$machine"
    boot "${machine_options[@]}"
}

# User space alone begins anew: PID 1 stays the same process, under the same boot id, and /run stays too.
soft_reboot_machine() {
    local begin before now state
    begin=$(now_ms)
    before=$(userspace_start) now=$before
    nsenter --target "$leader" --all systemctl --no-block soft-reboot
    until [[ $now && $now != "$before" ]] && { state=$(machine_state) || [[ $state == degraded ]]; }; do
        (($(now_ms) - begin < 120000)) || die "user space does not begin anew"
        sleep 0.05
        now=$(userspace_start)
    done
    say "user space anew in $(seconds_since "$begin")"
}

userspace_start() {
    timeout 10 nsenter --target "$leader" --all systemctl show --value --property=UserspaceTimestampMonotonic 2>/dev/null ||
        true
}

remove_cgroups() {
    local cgroup
    for cgroup in $(machine_cgroups "$1"); do
        # The kernel needs a moment after the last process.
        for _ in {1..50}; do
            [[ ! -d $cgroup ]] || find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || { sleep 0.02; continue; }
            break
        done
    done
}

remove_machine() {
    remove_cgroups "$1"
    # nspawn leaves this where /run is not a tmpfs.
    rmdir "/run/systemd/nspawn/propagate/$1" 2>/dev/null || true
    rm -rf --one-file-system "${cache:?}/machines/$1" "$cache/machines/$1.lock"
}

# What runs that were killed outright have left: their machines are gone, their copies and cgroups are not.
sweep_machines() {
    local lock name
    for lock in "$cache"/machines/*.lock; do
        [[ -e $lock ]] || continue
        name=$(basename "$lock" .lock)
        (flock --nonblock 6 && remove_machine "$name") 6<"$lock" || true
    done
}

# new_machine [OPTION…]: a booted machine with the package in it, or without it if $layer is empty. Whatever ends
# this run ends the machine.
new_machine() {
    need systemd-nspawn systemd-container
    sweep_machines
    trap 'end_job; stop_machine' EXIT
    copy_machine "$layer"
    machine_options=("$@")
    boot "$@"
}

command_run() {
    local options=() bare=''
    while [[ ${1:-} == --* ]]; do
        case $1 in
            --keep) keep_files=1 ;;
            --bare) bare=1 ;;
            --bind) options+=(--bind="$(bind_argument "${2:-}")") && shift ;;
            *) die "run: unknown option $1; './dev help' lists them" ;;
        esac
        shift
    done
    (($# > 0)) || die "run: what should run? ./dev run 'systemctl status'"
    if [[ $bare ]]; then use_root run; else use_package_layer; fi
    new_machine "${options[@]}"
    in_machine "$*" || exit
}

# HOSTDIR:DIR with HOSTDIR made absolute, as nspawn wants it.
bind_argument() {
    local host=${1%%:*}
    [[ $1 == *:/* && -e $start_directory/$host || -e $host ]] || die "run: --bind wants HOSTDIR:DIR, not '$1'"
    echo "$(cd "$start_directory" && readlink -f "$host"):${1#*:}"
}
