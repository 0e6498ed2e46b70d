# shellcheck shell=bash
# The two roots: one to build in (compilers, -dev packages), one to run in (what a user's machine would have).
# Made once and kept until what they are made from changes.

# root_path build|run: where the root of that kind lives; the name carries a hash of all that it is made from.
root_path() {
    local kind=$1 hash
    local -a parts=(machine/make-root.sh "machine/customise-$kind-root.sh" "machine/$kind-root.packages")
    [[ $kind == build ]] || parts+=(fixtures/npm/package.json fixtures/npm/package-lock.json)
    hash=$(cd "$source_dir/tests" && cat "${parts[@]}" | sha256sum)
    echo "$cache/roots/$kind-${hash:0:12}"
}

# use_root build|run: makes the root if need be and sets $root. It stays locked (shared) while this run lives,
# so that no other run removes it.
use_root() {
    local kind=$1
    root=$(root_path "$kind")
    hold "$root" && return
    need mmdebstrap mmdebstrap
    say "no $kind root yet: making one takes a minute or two, once"
    lock_file "make-$kind-root"
    [[ -d $root ]] || step "make the $kind root" \
        "see the log; the usual causes are an unreachable mirror and a full disk" make_root "$kind" "$root"
    unlock
    hold "$root"
    remove_unused "$cache/roots"
}

# hold DIR: marks a root or a layer as used by this run and whatever it starts. False if there is none.
hold() {
    local fd
    exec {fd}>>"$1.lock"
    flock --shared "$fd"
    touch "$1.lock"
    [[ -d $1 ]] || { exec {fd}>&- && return 1; }
}

# Roots and layers that nobody uses now nor has for a day. Not at once: two branches may take turns.
remove_unused() {
    local lock
    while read -r lock; do
        flock --exclusive --nonblock "$lock" rm -rf --one-file-system "${lock%.lock}" "$lock" || true
    done < <(find "$1" -maxdepth 1 -name '*.lock' -mmin +1440)
}
