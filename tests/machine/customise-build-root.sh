#!/bin/bash
# Gives the build root its mount points. mmdebstrap runs it with the root's directory as its argument.
set -euo pipefail
mkdir -p "$1/src/mcpctl" "$1/var/cache/mcpctl-dev"
rm -f "$1/etc/hostname"
printf '127.0.0.1 localhost\n' >"$1/etc/hosts"
