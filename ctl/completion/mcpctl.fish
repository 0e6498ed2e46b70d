# Completion of mcpctl(1) in fish, which mcpctl itself knows.

function __mcpctl_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l answer (command mcpctl __complete -- $words[2..] "$word" 2>/dev/null </dev/null)
    switch "$answer[1]"
        case ':files*'
            __fish_complete_path "$word"
        case ':directories*'
            __fish_complete_directories "$word"
        case ':users*'
            __fish_complete_users
        case ':commands*'
            complete -C "$word"
    end
    if set -q answer[2]
        printf '%s\n' $answer[2..]
    end
end

complete -c mcpctl -f -a '(__mcpctl_complete)'
