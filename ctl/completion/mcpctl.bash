# shellcheck shell=bash
# Completion of mcpctl(1) in bash, which mcpctl itself knows. bash-completion loads this file.

_mcpctl() {
    local cur words cword what line
    local -a answer
    if declare -F _comp_get_words >/dev/null; then
        _comp_get_words -n := cur words cword
    else # before bash-completion 2.12
        _get_comp_words_by_ref -n := cur words cword
    fi
    COMPREPLY=()
    mapfile -t answer < <(command mcpctl __complete -- "${words[@]:1:cword-1}" "$cur" 2>/dev/null </dev/null)
    what=${answer[0]-}
    for line in "${answer[@]:1}"; do
        COMPREPLY+=("${line%%$'\t'*}")
    done
    # Only what follows the equals sign is replaced.
    if [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${cur%%=*}="}")
        cur=${cur#*=}
    fi
    case $what in
        :files*) compopt -o filenames && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur") ;;
        :directories*) compopt -o filenames && mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
        :users*) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
        :commands*) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
    esac
    [[ $what != *open ]] || compopt -o nospace
}

complete -F _mcpctl mcpctl
