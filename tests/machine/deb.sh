# shellcheck shell=bash
# The .deb, and the layer that holds it installed.

# What the package is made from, as one hash: an unchanged tree is not packaged again.
package_inputs() {
    (
        cd "$source_dir" || exit
        find . \( -path ./build -o -path ./.git -o -path ./tests \) -prune -o -type f -print0 |
            sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
    )
}

# The checkout stays as it is: dpkg-buildpackage works in an overlay of it, where debian/ is at the top. build/ is
# the real one, so that nothing is compiled twice and the result stays.
build_package() {
    local work=$root/tmp/package owner
    owner=$(source_owner)
    umount "$root/src/mcpctl" &&
        mkdir -p "$work"/{upper,work} "$source_dir/build/deb" &&
        mount -t tmpfs tmpfs "$root/src" &&
        mkdir "$root/src/mcpctl" &&
        chown "$owner" "$root/src" "$root/src/mcpctl" "$work/upper" "$source_dir/build/deb" &&
        mount -t overlay overlay "$root/src/mcpctl" \
            -o "lowerdir=$source_dir,upperdir=$work/upper,workdir=$work/work" &&
        mount --bind "$source_dir/build" "$root/src/mcpctl/build" || return
    start_directory=$source_dir
    in_build_root bash -euc '
        rm -rf debian
        cp -r packaging/debian debian
        ccache --zero-stats >/dev/null
        dpkg-buildpackage -b -nc -us -uc
        lintian --fail-on error,warning --tag-display-limit 0 ../mcpctl_*.deb
        rm -f build/deb/*.deb
        mv ../*.deb build/deb/'
}

# package: sets $deb to a package of the tree as it is now.
package() {
    local inputs stamp=$source_dir/build/deb/inputs
    inputs=$(package_inputs)
    if [[ $(cat "$stamp" 2>/dev/null) != "$inputs" ]] || ! compgen -G "$source_dir/build/deb/*.deb" >/dev/null; then
        lock_file "build-$(path_hash)-release"
        rm -f "$stamp"
        mount_build_root
        step "build the package" "see the log; './dev build release' shows compiler errors alone" build_package
        umount --recursive --lazy "$root"
        echo "$inputs" >"$stamp"
        unlock
    fi
    deb=$(find "$source_dir/build/deb" -name 'mcpctl_*.deb')
}

command_deb() {
    package
    say "package: ${deb#"$source_dir"/}"
}

# use_package_layer: sets $root to the run root and $layer to what installing the package changes in it, made once
# per package.
use_package_layer() {
    local hash
    package
    use_root run
    hash=$( (sha256sum <"$deb" && echo "$root") | sha256sum)
    layer=$cache/layers/${hash:0:16}
    hold "$layer" && return
    lock_file make-layer
    [[ -d $layer ]] || step "install the package" "see the log; what the package depends on must be in \
tests/machine/run-root.packages" make_layer
    unlock
    hold "$layer"
    remove_unused "$cache/layers"
}

# In a chroot, where units are enabled and not started. It has no package lists: a dependency that is missing here is
# one that the run root's list lacks.
make_layer() {
    local part=$layer.part
    rm -rf --one-file-system "$part" &&
        mkdir -p "$part"/{upper,work,root} &&
        mount -t overlay overlay "$part/root" -o "lowerdir=$root,upperdir=$part/upper,workdir=$part/work" &&
        mount --bind /proc "$part/root/proc" &&
        mount --rbind /dev "$part/root/dev" &&
        cp "$deb" "$part/root/tmp/" &&
        chroot "$part/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
            apt-get install --yes --no-install-recommends "/tmp/$(basename "$deb")" &&
        rm "$part/root/tmp/$(basename "$deb")" &&
        umount --recursive --lazy "$part/root" &&
        mv "$part/upper" "$layer" &&
        rm -rf --one-file-system "$part"
}
