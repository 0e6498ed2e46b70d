# shellcheck shell=bash
# shellcheck disable=SC2016  # apt wants its $(FIELD)s unexpanded
# How a root is made. A change to this file makes both roots anew.

suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The host's own Debian mirror, asked from apt; other repositories that the host may have are left out.
mirror_lines() {
    local release uri main='' security=''
    while IFS='|' read -r release uri; do
        case $release in
            *-security) security=$uri ;;
            *-*) ;;
            *) main=$uri ;;
        esac
    done < <(apt-get indextargets --format '$(ORIGIN)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^Debian|main|//p')
    [[ $main ]] || { echo "apt knows no Debian mirror: run 'apt-get update'"; return 1; }
    echo "deb $main $suite main"
    echo "deb $main $suite-updates main"
    [[ -z $security ]] || echo "deb $security $suite-security main"
}

# Debian 12's first keyrings did not know 13's keys.
ensure_keyring() {
    compgen -G "/usr/share/keyrings/debian-archive-$suite-*" >/dev/null || {
        apt-get update && apt-get install -y --only-upgrade debian-archive-keyring
    }
}

package_list() { sed 's/#.*//; s/ //g; /^$/d' "$source_dir/tests/machine/$1-root.packages" | paste -sd,; }

make_root() {
    local kind=$1 target=$2 part=$2.part options=() line
    ensure_keyring || return
    apt-get indextargets --format '$(ORIGIN)' | grep -q '^Debian$' || apt-get update || return
    rm -rf --one-file-system "$part"
    # A proxy that the host's apt needs is needed in the root as well.
    while read -r line; do options+=(--aptopt="$line"); done < <(apt-config dump | grep -iE '^Acquire::https?::.*proxy')
    mirror_lines | mmdebstrap --mode=root --variant=minbase --format=directory --keyring="$keyring" \
        --include="$(package_list "$kind")" --dpkgopt=force-unsafe-io "${options[@]}" \
        --customize-hook="$source_dir/tests/machine/customise-$kind-root.sh" "$suite" "$part" - || return
    mv "$part" "$target"
}
