#compdef platform
# zsh completion of platform. For every new shell, into ~/.zshrc after compinit: source <(platform completion zsh)
_platform() {
  local line word
  local -a candidates
  local files=
  for line in "${(@f)$(${(Q)words[1]} __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
    case $line in
      :files) files=_files ;;
      :folders) files='_files -/' ;;
      ?*)
        word=${line%%$'\t'*}
        candidates+=("${word//:/\\:}:${line#*$'\t'}")
        ;;
    esac
  done
  ((${#candidates})) && _describe platform candidates
  if [[ -n $files ]]; then
    compset -P '--*='
    ${=files}
  fi
}
if [[ $funcstack[1] == _platform ]]; then _platform "$@"; else compdef _platform platform; fi
