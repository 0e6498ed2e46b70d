# shellcheck shell=bash
# What ./dev has made, removed again.

command_clean() {
    [[ ${1:-} == '' || $1 == --all ]] || die "clean: unknown option $1; there is only --all"
    ! up_is_running || command_down
    sweep_machines
    rm -rf --one-file-system "${source_dir:?}/build" "${cache:?}/kept"
    [[ ${1:-} == --all ]] || return 0
    local lock
    for lock in "$cache"/roots/*.lock "$cache"/layers/*.lock "$cache"/machines/*.lock; do
        [[ ! -e $lock ]] || flock --nonblock "$lock" true || die "clean: ${lock%.lock} is in use; nothing shared was removed"
    done
    rm -rf --one-file-system "${cache:?}"
}
