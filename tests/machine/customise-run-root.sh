#!/bin/bash
# Makes a fresh root of packages into one that boots in a second or two and has real MCP servers in it.
# mmdebstrap runs it with the root's directory as its argument, while /proc and /dev are mounted in there.
set -euo pipefail
root=$1
fixtures=$(dirname "$(readlink -f "$0")")/../fixtures/npm

# Nothing that waits for a network, works at night or is the host kernel's business (loading a module fails in a
# machine and leaves it degraded); no login prompts on consoles that nobody sees; no servers that only some tests use.
quiet_boot() {
    local unit
    for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
        e2scrub_reap.service fstrim.timer systemd-networkd-wait-online.service systemd-networkd.socket \
        systemd-networkd.service systemd-modules-load.service kmod-static-nodes.service sys-kernel-debug.mount \
        sys-kernel-tracing.mount console-getty.service getty.target nginx.service prometheus.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
}

# The engines start when somebody connects to their socket.
engines_on_demand() {
    chroot "$root" systemctl --quiet disable docker.service containerd.service podman.service \
        podman-restart.service podman-auto-update.timer podman-clean-transient.service \
        netavark-dhcp-proxy.service netavark-firewalld-reload.service
    chroot "$root" systemctl --quiet enable docker.socket podman.socket
    # Hybrid hosts keep the pids controller to themselves, and Podman refuses to start without it.
    mkdir -p "$root/etc/containers/containers.conf.d"
    printf '[containers]\npids_limit = 0\n' >"$root/etc/containers/containers.conf.d/machine.conf"
}

# Boots of a copy need not rebuild the linker's and the journal's caches: these say that they are current.
caches_are_current() {
    touch "$root/etc/.updated" "$root/var/.updated"
}

journal_on_disk() {
    mkdir -p "$root/etc/systemd/journald.conf.d" "$root/var/log/journal"
    printf '[Journal]\nStorage=persistent\n' >"$root/etc/systemd/journald.conf.d/machine.conf"
}

# Versions come from the lock file, which names no registry: npm asks the one that the host is configured for.
mcp_servers() {
    local name certificates=/etc/ssl/certs/ca-certificates.crt
    mkdir -p "$root/opt/mcp-fixtures"
    cp "$fixtures"/{package.json,package-lock.json,.npmrc} "$root/opt/mcp-fixtures/"
    # The host may trust a certificate of its own house that Debian's list does not have.
    [[ ! -r $certificates ]] || cp "$certificates" "$root/opt/mcp-fixtures/host-certificates.crt"
    if command -v npm >/dev/null; then
        npm_config_registry=$(npm config get registry)
        export npm_config_registry
    fi
    HOME=/root NODE_EXTRA_CA_CERTS=/opt/mcp-fixtures/host-certificates.crt npm_config_cache=/tmp/npm-cache \
        chroot "$root" /usr/bin/npm ci --prefix /opt/mcp-fixtures --omit=dev
    rm -rf "$root/tmp/npm-cache" "$root/opt/mcp-fixtures/host-certificates.crt"
    for name in everything filesystem memory; do
        ln -s "/opt/mcp-fixtures/node_modules/.bin/mcp-server-$name" "$root/usr/local/bin/mcp-server-$name"
    done
}

# mmdebstrap copies the host's name and resolver into the root. A machine is called what nspawn calls it.
no_trace_of_the_host() {
    rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
    printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$root/etc/hosts"
    : >"$root/etc/machine-id"
    rm -f "$root/var/lib/dbus/machine-id"
}

quiet_boot
engines_on_demand
journal_on_disk
mcp_servers
no_trace_of_the_host
caches_are_current
