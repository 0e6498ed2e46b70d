#!/bin/bash
# clang-tidy on every file of the dev build, in the build root. A file that was clean is not checked again until it,
# its compile command, any header of ours or .clang-tidy changes: a check takes many seconds, a hash none.
set -euo pipefail
cd /src/mcpctl
clean=/var/cache/mcpctl-dev/tidy
mkdir -p "$clean"
# What nobody has asked about for a month is forgotten.
find "$clean" -type f -mtime +30 -delete

headers=$(find . -name '*.hpp' -not -path './.git/*' -not -path './build/asan/*' -not -path './build/release/*' \
    -print0 | sort -z | xargs -0 cat .clang-tidy | cat - <(clang-tidy --version) | sha256sum)

check() {
    local file=$1 key=$2 output
    if output=$(clang-tidy -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option "$file" 2>&1); then
        touch "$clean/$key"
    else
        printf '%s\n%s\n' "$file:" "$output"
        return 1
    fi
}
export -f check
export clean

total=0
todo=()
while IFS=$'\t' read -r file command; do
    key=$({ echo "$headers$command" && cat "$file"; } | sha256sum | cut -c1-32)
    total=$((total + 1))
    if [[ -e $clean/$key ]]; then touch "$clean/$key"; else todo+=("$file" "$key"); fi
done < <(jq -r '.[] | select(.file | contains("/build/") | not) | [.file, .command] | @tsv' build/dev/compile_commands.json)

echo "$total files, $((${#todo[@]} / 2)) of them to check"
((${#todo[@]} == 0)) || printf '%s\0' "${todo[@]}" |
    xargs -0 --max-args=2 --max-procs="$(nproc)" bash -c 'check "$@"' check
