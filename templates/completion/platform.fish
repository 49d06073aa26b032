# fish completion of platform. For every new shell: platform completion fish > ~/.config/fish/completions/platform.fish
function __platform_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l prefix (string match -r -- '^--[^=]*=' $current)
    set -l value (string replace -r -- '^--[^=]*=' '' "$current")
    for line in ($program __complete -- $words "$current" 2>/dev/null)
        switch $line
            case :files
                printf "$prefix%s\n" (__fish_complete_path "$value")
            case :folders
                printf "$prefix%s\n" (__fish_complete_directories "$value")
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c platform -f -a '(__platform_complete)'
