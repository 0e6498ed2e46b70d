# shellcheck shell=bash
# What every part of ./dev uses: messages, timed steps, the private mount namespace, locks.

cache=${MCPCTL_DEV_CACHE:-/var/cache/mcpctl-dev}
logs=$source_dir/build/logs
reports=$source_dir/build/reports

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' red='' green='' plain=''
fi

say() { printf '%s\n' "$*" >&2; }

die() {
    say "${red}dev: $*${plain}"
    exit 1
}

now_ms() {
    local now=${EPOCHREALTIME/[.,]/}
    echo $((now / 1000))
}

seconds_since() {
    local ms=$(($(now_ms) - $1))
    printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

job=''

# job COMMAND…: runs it beside this shell and waits. Bash handles a signal only after what it runs in the foreground
# has ended, but it leaves 'wait' at once; end_job then ends the command with all that it has started.
job() {
    local status=0
    "$@" <&0 &
    job=$!
    wait "$job" || status=$?
    job=''
    return "$status"
}

end_job() {
    [[ $job ]] || return 0
    local pid pids
    # Stopped first and ended then: a tree that runs makes new branches, or drops some, while it is walked.
    pids=$(stop_tree "$job")
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for pid in $pids; do kill -CONT "$pid" 2>/dev/null || true; done
    for pid in $pids; do tail --pid="$pid" --sleep-interval=0.05 -f /dev/null >/dev/null; done
    job=''
}

stop_tree() {
    local child children
    kill -STOP "$1" 2>/dev/null || return 0
    echo "$1"
    children=$(cat "/proc/$1/task/"*/children 2>/dev/null) || true
    for child in $children; do stop_tree "$child"; done
}

trap_signals() {
    trap end_job EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

# step NAME HINT COMMAND…: runs a command with its output in build/logs/NAME.log and says how long it took.
# A failure shows the end of the log and the hint, and ends the run.
# The command's status is asked for, which switches errexit off in it: functions that are passed here chain with &&.
step() {
    local name=$1 hint=$2 begin status=0
    shift 2
    local log=$logs/${name// /-}.log
    begin=$(now_ms)
    say "${bold}$name${plain} …"
    job "$@" </dev/null >"$log" 2>&1 || status=$?
    if ((status == 0)); then
        say "  ${green}done${plain} in $(seconds_since "$begin")"
        return 0
    fi
    tail -n 20 "$log" | sed 's/^/  | /' >&2
    say "${red}dev: step '$name' failed after $(seconds_since "$begin") (exit status $status)${plain}"
    say "  full log: $log"
    say "  what to do: $hint"
    exit 1
}

# lock_file NAME: takes $cache/locks/NAME and sets $lock_fd, for unlock.
lock_file() {
    exec {lock_fd}>"$cache/locks/$1"
    flock --nonblock "$lock_fd" || { say "waiting for another run ($1) …" && job flock "$lock_fd"; }
}

unlock() { exec {lock_fd}>&-; }

# Everything runs as root, in a mount namespace of its own: whatever is mounted is gone when the last process
# of this run is, however it ended.
enter_private_namespace() {
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "needs root to make roots and boot machines, and there is no sudo here; run it as root"
        exec sudo --preserve-env=MCPCTL_DEV_CACHE,NO_COLOR,TERM -- "$source_dir/dev" "$@"
    fi
    if [[ -z ${MCPCTL_DEV_PRIVATE:-} ]]; then
        MCPCTL_DEV_PRIVATE=1 exec unshare --mount --propagation private -- "$source_dir/dev" "$@"
    fi
    unset MCPCTL_DEV_PRIVATE
}

# The cache holds overlay upper directories and Docker's storage, neither of which work on an overlay or tmpfs:
# dockerd falls back to vfs there without a word.
prepare_cache() {
    mkdir -p "$cache/roots" "$cache/machines" "$cache/layers" "$cache/locks"
    mkdir -p "$logs" "$reports"
    chown "$(source_owner)" "$source_dir/build" "$logs" "$reports"
    case $(stat -f -c %T "$cache") in
        overlayfs | tmpfs | ramfs | nfs | fuseblk)
            die "$cache is on $(stat -f -c %T "$cache"); set MCPCTL_DEV_CACHE to a directory on ext4, xfs or btrfs"
            ;;
    esac
}

# uid:gid that owns the checkout: builds run as that user, so that build/ stays theirs under sudo.
source_owner() { stat -c %u:%g "$source_dir"; }

# Host tools, installed when a command first needs them: need COMMAND PACKAGE …
need() {
    local missing=()
    while (($# > 0)); do
        command -v "$1" >/dev/null || missing+=("$2")
        shift 2
    done
    ((${#missing[@]} == 0)) || step "install ${missing[*]}" \
        "look at the log; 'apt-get install ${missing[*]}' must work on this host" install_on_host "${missing[@]}"
}

install_on_host() {
    local DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    flock "$cache/locks/apt" apt-get install -y --no-install-recommends "$@" || {
        apt-get update && flock "$cache/locks/apt" apt-get install -y --no-install-recommends "$@"
    }
}

path_hash() { sha256sum <<<"$source_dir" | cut -c1-12; }
