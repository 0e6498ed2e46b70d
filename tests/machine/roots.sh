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
    local kind=$1 lock
    root=$(root_path "$kind")
    exec {lock}>>"$root.lock"
    flock --shared "$lock"
    touch "$root.lock"
    [[ -d $root ]] && return
    need mmdebstrap mmdebstrap
    say "no $kind root yet: making one takes a few minutes, once"
    exec {lock}>&-
    (
        flock 8
        [[ -d $root ]] || step "make the $kind root" \
            "see the log; the usual causes are an unreachable mirror and a full disk" make_root "$kind" "$root"
    ) 8>"$cache/locks/make-$kind" || exit 1
    exec {lock}>>"$root.lock"
    flock --shared "$lock"
    remove_unused "$cache/roots"
}

# Roots and layers that nobody uses now nor has for a day. Not at once: two branches may take turns.
remove_unused() {
    local lock
    for lock in $(find "$1" -maxdepth 1 -name '*.lock' -mmin +1440); do
        flock --exclusive --nonblock "$lock" rm -rf --one-file-system "${lock%.lock}" "$lock" || true
    done
}
