# What scripts can call; read into bash and sh scripts, and by the commands of the same names.

# set_stagecoach_variable NAME VALUE: makes an output variable of the step.
set_stagecoach_variable() {
  if [ "${1:-}" = --sensitive ] || [ "${3:-}" = --sensitive ]; then
    echo "set_stagecoach_variable: --sensitive is not supported yet. Keep the secret where the next step can read it, and pass on only its name." >&2
    return 64
  fi
  if [ $# -ne 2 ]; then
    echo "set_stagecoach_variable: write set_stagecoach_variable NAME VALUE, with quotes around a value that has blanks." >&2
    return 64
  fi
  case $1 in
    '' | *[!A-Za-z0-9_.-]* | [!A-Za-z_]*)
      echo "set_stagecoach_variable: '$1' is no name of an output variable: begin with a letter, go on with letters, digits, '.', '_' or '-'." >&2
      return 64
      ;;
  esac
  if [ "${#1}" -gt 100 ]; then
    echo "set_stagecoach_variable: the name is longer than 100 characters." >&2
    return 64
  fi
  if [ "${#2}" -gt 16384 ]; then
    echo "set_stagecoach_variable: the value of '$1' is longer than 16384 characters. Write it to a file, and pass on the file's name." >&2
    return 64
  fi
  if [ -z "${stagecoach_script_folder:-}" ]; then
    echo "set_stagecoach_variable: this is not running in a Stagecoach step." >&2
    return 64
  fi
  # The value appears whole or not at all, also when several processes set it at once.
  printf '%s' "$2" >"$stagecoach_script_folder/outputs/.$1.$$" &&
    mv "$stagecoach_script_folder/outputs/.$1.$$" "$stagecoach_script_folder/outputs/$1"
}

# get_stagecoach_variable NAME: prints the variable's value.
get_stagecoach_variable() {
  if [ $# -ne 1 ]; then
    echo "get_stagecoach_variable: write get_stagecoach_variable NAME." >&2
    return 64
  fi
  if [ -z "${stagecoach_script_folder:-}" ]; then
    echo "get_stagecoach_variable: this is not running in a Stagecoach step." >&2
    return 64
  fi
  while IFS=' ' read -r stagecoach_environment_name stagecoach_name; do
    if [ "$stagecoach_name" = "$1" ]; then
      printenv "$stagecoach_environment_name"
      return
    fi
  done <"$stagecoach_script_folder/names"
  echo "get_stagecoach_variable: there is no variable '$1' here." >&2
  return 1
}
