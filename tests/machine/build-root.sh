# shellcheck shell=bash
# The build root: entered, and built in.

# Enters the build root with the checkout at /src/mcpctl: always the same path, so that ccache hits across
# clones. The root itself is read-only. A chroot and not a container: it starts in a few milliseconds.
in_build_root() {
    local directory=/src/mcpctl
    [[ $start_directory == "$source_dir"/* ]] && directory+=${start_directory#"$source_dir"}
    ${in_place_of_shell:+exec} chroot --userspec="$(source_owner)" --groups= "$root" /usr/bin/env -i --chdir="${build_directory:-$directory}" \
        PATH=/usr/lib/ccache:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/tmp LANG=C.UTF-8 \
        TERM="${TERM:-dumb}" ${NO_COLOR:+NO_COLOR="$NO_COLOR"} CCACHE_DIR=/var/cache/mcpctl-dev/ccache CCACHE_SLOPPINESS=pch_defines,time_macros "$@"
}

mount_build_root() {
    use_root build
    local owner
    owner=$(source_owner)
    local mine=$cache/user-${owner%:*}
    [[ -d $mine ]] || install -d -o "${owner%:*}" -g "${owner#*:}" "$mine"
    mount --bind "$root" "$root"
    mount -o remount,bind,ro "$root"
    mount --rbind /proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    mount --bind "$mine" "$root/var/cache/mcpctl-dev"
    mount --bind "$source_dir" "$root/src/mcpctl"
}

# build PRESET [TARGET…]. Two runs must not let ninja loose on one directory at the same time.
build() {
    local preset=$1 directory=$source_dir/build/$1 build_directory=/src/mcpctl status=0
    shift
    lock_file "build-$(path_hash)-$preset"
    if [[ $preset == release ]]; then
        job in_build_root make --file=packaging/debian/rules --silent build/release/build.ninja || status=$?
    elif [[ ! -e $directory/build.ninja || $source_dir/CMakePresets.json -nt $directory/build.ninja ]]; then
        job in_build_root cmake --preset "$preset" || status=$?
    fi
    ((status)) || job in_build_root ninja -C "build/$preset" "$@" || status=$?
    unlock
    return "$status"
}

command_build() {
    local preset=dev begin
    case ${1:-} in
        dev | asan | release | fuzz) preset=$1 && shift ;;
    esac
    mount_build_root
    begin=$(now_ms)
    build "$preset" "$@" || die "build of preset $preset failed after $(seconds_since "$begin")"
    say "built $preset in $(seconds_since "$begin"): build/$preset"
}

command_sh() {
    mount_build_root
    # In place of this shell: nothing is left to do afterwards, and signals reach it.
    local in_place_of_shell=1
    case $# in
        0) in_build_root bash ;;
        1) in_build_root bash -c "$1" ;;
        *) in_build_root "$@" ;;
    esac
}
