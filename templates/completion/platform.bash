# bash completion of platform. For every new shell, into ~/.bashrc: source <(platform completion bash)
_platform() {
  local index word current cut=
  local -a words=()
  for ((index = 1; index <= COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    # Bash cuts --format=js into three words.
    if ((${#words[@]} > 0)) && [[ $word == =* || ${words[${#words[@]} - 1]} == --*= ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
  done
  current=${words[${#words[@]} - 1]}
  # Only what follows the = is replaced.
  if [[ $current == --*=* && $COMP_WORDBREAKS == *=* ]]; then cut=${current%%=*}=; fi
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    case $word in
      :files | :folders)
        compopt -o filenames 2>/dev/null
        [[ $word == :files ]] && word=-f || word=-d
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$word" -- "${current#--*=}")
        ;;
      *) COMPREPLY+=("${word#"$cut"}") ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete -- "${words[@]}" 2>/dev/null)
}
complete -F _platform platform
