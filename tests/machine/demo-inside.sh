#!/bin/bash
# What ./dev demo does in its machine: one MCP server from nothing to running and back to nothing, with the real
# commands and their real output. Each step checks what it has shown.
set -euo pipefail
deb=$1
export DEBIAN_FRONTEND=noninteractive
bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi

heading() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

fail() {
    printf 'demo: %s\n' "$*" >&2
    journalctl --no-pager --lines=20 --unit=mcpctl-agent.service >&2 || true
    exit 1
}

# show COMMAND…: echoes and runs it; its output is also left in $output.
show() {
    local argument line='' status=0
    for argument in "$@"; do
        [[ $argument =~ ^[A-Za-z0-9_./:=,-]+$ ]] || argument="'$argument'"
        line+=" $argument"
    done
    printf '%s$%s%s\n' "$bold" "$line" "$plain"
    output=$("$@" 2>&1) || status=$?
    printf '%s\n' "$output"
    return "$status"
}

# want REGEX: what show has just shown must match.
want() { grep --quiet --extended-regexp -- "$1" <<<"$output" || fail "expected '$1' above"; }

main_pid() { systemctl show --property=MainPID --value "$(unit)"; }

unit() { systemctl list-units --plain --no-legend 'mcpctl-*.service' | awk '/mcpctl-[0-9a-f]{32}-/ { print $1; exit }'; }

# post BODY [CURL-OPTION…]: one MCP request, as a client makes it.
post() {
    show curl --silent --show-error --max-time 10 --dump-header /tmp/headers "http://127.0.0.1:$port/mcp" \
        --header 'Content-Type: application/json' --header 'Accept: application/json, text/event-stream' \
        "${@:2}" --data "$1" || fail "the server does not answer"
}

heading "3. Install the package: the socket listens, the agent waits for its first call"
show apt-get install --yes --quiet=2 -o Dpkg::Use-Pty=0 "$deb" || fail "the package does not install"
show systemctl is-active mcpctl-agent.socket || fail "the socket is not up"

heading "4. Register a real MCP server"
show mcpctl server add everything --transport streamable-http -- mcp-server-everything streamableHttp ||
    fail "not registered"

heading "5. Start it: the command returns when the server has answered MCP"
show mcpctl start everything || fail "not started"

heading "6. To systemd it is a service in a slice of its own"
unit=$(unit)
[[ $unit ]] || fail "there is no unit mcpctl-<id>-<generation>.service"
show systemctl status --no-pager --lines=5 "$unit" || fail "the unit is not active"
want 'active \(running\)'
show systemd-cgls --no-pager --unit mcpctl.slice
want 'mcp-server-everything'

heading "7. Its status and its logs"
show mcpctl status everything || fail "no status"
want 'running'
show mcpctl logs everything --no-pager
want 'listening'

heading "8. Talk MCP to it"
port=$(ss --listening --tcp --numeric --processes --no-header |
    awk -v pid="pid=$(main_pid)," 'index($0, pid) { sub(/.*:/, "", $4); print $4; exit }')
[[ $port ]] || fail "the server's process listens on no port"
post '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"demo","version":"1"}}}'
want '"serverInfo"'
session=$(sed -n 's/^mcp-session-id: *\([^[:space:]]*\).*/\1/Ip' /tmp/headers)
[[ $session ]] || fail "the answer names no session"
post '{"jsonrpc":"2.0","method":"notifications/initialized"}' --header "Mcp-Session-Id: $session"
post '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"message":"hello from systemd"}}}' \
    --header "Mcp-Session-Id: $session"
want 'hello from systemd'

heading "9. Restart it: the same instance, another process"
before=$(main_pid)
show mcpctl restart everything || fail "not restarted"
show mcpctl status everything
want 'running'
after=$(main_pid)
printf 'main process before %s, after %s\n' "$before" "$after"
[[ $after != 0 && $after != "$before" ]] || fail "the process is the same"

heading "10. Stop it: nothing is left"
show mcpctl stop everything --yes || fail "not stopped"
show mcpctl list || fail "no list"
show systemctl list-units --no-pager --no-legend --all 'mcpctl-????????????????????????????????*'
[[ ! $output ]] || fail "units are left"
! pgrep --full mcp-server-everything >/dev/null || fail "a process is left"
! ss --listening --tcp --numeric --no-header | grep ":$port " || fail "the port is still open"
echo "no unit, no process, no port"
show mcpctl logs "${unit:7:32}" --no-pager
want 'listening'
