#!/bin/bash
# clang-tidy on every file of the dev build but the tests, in the build root. A file that was clean is not checked again until it,
# its compile command, a header of ours that it includes or .clang-tidy changes: a check takes many seconds, a hash none.
set -euo pipefail
cd /src/mcpctl
clean=/var/cache/mcpctl-dev/tidy
mkdir -p "$clean"
# What nobody has asked about for a month is forgotten.
find "$clean" -type f -mtime +30 -delete

# Prints, for each file of ours, itself and all headers of ours that it includes, directly or not. A path in #include
# is from the root or from the file's own folder; what is in neither is generated.
includes() {
    { ours && ours | xargs grep -HoE '^#include "[^"]+"'; } |
        awk -F'[:"]' '
            NF == 1 { known[$1] = 1; next }
            { included[$1] = included[$1] " " $3 }
            function resolve(name, from) {
                if (name in known) return name
                sub("[^/]*$", name, from)
                return from in known ? from : name
            }
            function collect(file,    names, count, i) {
                if (file in seen) return
                seen[file] = 1
                printf " %s", file
                count = split(included[file], names, " ")
                for (i = 1; i <= count; i++) collect(resolve(names[i], file))
            }
            END { for (file in known) { split("", seen); printf "%s", file; collect(file); print "" } }'
}

ours() { git ls-files --cached --others --exclude-standard '*.hpp' '*.cpp'; }

# The text of a file and of everything of ours behind it.
text_of() {
    local header
    for header in "$@"; do
        if [[ -e $header ]]; then cat "$header"; else cat "build/dev/dbus/generated/$header"; fi
    done
}

declare -A behind
while read -r file files; do behind[$file]=$files; done < <(includes)
common=$(cat .clang-tidy cmake/precompiled.hpp base/async.hpp <(clang-tidy --version) | sha256sum)

check() {
    local file=$1 key=$2 output
    if output=$(clang-tidy -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-gch "$file" 2>&1); then
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
    relative=${file#/src/mcpctl/}
    # Unquoted: one word for each file.
    # shellcheck disable=SC2086
    key=$({ echo "$common$command" && text_of ${behind[$relative]:-$relative}; } | sha256sum | cut -c1-32)
    total=$((total + 1))
    if [[ -e $clean/$key ]]; then touch "$clean/$key"; else todo+=("$file" "$key"); fi
done < <(jq -r '.[] | select(.file | (contains("/build/") or contains("/mcpctl/tests/")) | not) | [.file, .command] | @tsv' build/dev/compile_commands.json)

echo "$total files, $((${#todo[@]} / 2)) of them to check"
((${#todo[@]} == 0)) || printf '%s\0' "${todo[@]}" |
    xargs -0 --max-args=2 --max-procs="$(nproc)" bash -c 'check "$@"' check
