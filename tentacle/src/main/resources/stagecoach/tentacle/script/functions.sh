# What scripts can call; read into bash and sh scripts, and by the commands of the same names.

# set_stagecoach_variable NAME VALUE [--sensitive]: makes an output variable of the step. Without
# VALUE a sensitive one is read from standard input, so that no list of processes shows it.
set_stagecoach_variable() {
  stagecoach_sensitive=
  if [ "${1:-}" = --sensitive ]; then
    stagecoach_sensitive=yes
    shift
  elif [ $# -eq 3 ] && [ "$3" = --sensitive ]; then
    stagecoach_sensitive=yes
    set -- "$1" "$2"
  elif [ $# -eq 2 ] && [ "$2" = --sensitive ]; then
    stagecoach_sensitive=yes
    set -- "$1"
  fi
  if [ $# -eq 1 ] && [ -n "$stagecoach_sensitive" ]; then
    set -- "$1" "$(cat)"
  fi
  if [ $# -ne 2 ]; then
    echo "set_stagecoach_variable: write set_stagecoach_variable NAME VALUE, with quotes around a value that has blanks, and --sensitive behind it if it is a secret." >&2
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
  # What is a secret once stays one.
  if [ -n "$stagecoach_sensitive" ] || [ -e "$stagecoach_script_folder/../../secrets/$1" ]; then
    stagecoach_keep_secret "$1" "$2"
    return
  fi
  # The value appears whole or not at all, also when several processes set it at once; subshells
  # share the number of their shell, so it takes noclobber to have a file alone.
  stagecoach_n=0
  until (
    set -C
    printf '%s' "$2" >"$stagecoach_script_folder/outputs/.$1.$$.$stagecoach_n"
  ) 2>/dev/null; do
    stagecoach_n=$((stagecoach_n + 1))
    if [ "$stagecoach_n" -gt 1000 ]; then
      echo "set_stagecoach_variable: '$1' cannot be written." >&2
      return 74
    fi
  done
  mv "$stagecoach_script_folder/outputs/.$1.$$.$stagecoach_n" "$stagecoach_script_folder/outputs/$1"
}

# stagecoach_keep_secret NAME VALUE: the newest value under its name, and each that there ever was
# under a name of its own, since all of them must be hidden in the output.
stagecoach_keep_secret() {
  stagecoach_secrets=$stagecoach_script_folder/../../secrets
  stagecoach_n=0
  # With noclobber a file is made by one process only; it stays, so that its number is used once.
  until (
    umask 077
    set -C
    printf '%s' "$2" >"$stagecoach_secrets/.new.$1.$stagecoach_n"
  ) 2>/dev/null; do
    stagecoach_n=$((stagecoach_n + 1))
    if [ "$stagecoach_n" -gt 1000 ]; then
      echo "set_stagecoach_variable: '$1' cannot be written." >&2
      return 74
    fi
  done
  ln "$stagecoach_secrets/.new.$1.$stagecoach_n" "$stagecoach_secrets/.was.$1.$stagecoach_n" &&
    ln "$stagecoach_secrets/.new.$1.$stagecoach_n" "$stagecoach_secrets/.now.$1.$stagecoach_n" &&
    mv "$stagecoach_secrets/.now.$1.$stagecoach_n" "$stagecoach_secrets/$1" &&
    rm -f "$stagecoach_script_folder/outputs/$1"
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

# new_stagecoach_artifact PATH [NAME]: collects a copy of the file as it is now, to be downloaded from
# the server. What cannot be collected is said at once, by an exit code other than 0.
new_stagecoach_artifact() {
  if [ $# -lt 1 ] || [ $# -gt 2 ] || [ -z "$1" ]; then
    echo "new_stagecoach_artifact: write new_stagecoach_artifact PATH [NAME], with quotes around what has blanks." >&2
    return 64
  fi
  if [ -z "${stagecoach_script_folder:-}" ]; then
    echo "new_stagecoach_artifact: this is not running in a Stagecoach step." >&2
    return 64
  fi
  # A path that begins with a dash is no option of the programs below.
  case $1 in
    -*) stagecoach_file=./$1 ;;
    *) stagecoach_file=$1 ;;
  esac
  stagecoach_name=${2:-${1##*/}}
  if [ -d "$stagecoach_file" ]; then
    echo "new_stagecoach_artifact: '$1' is a folder. Pack it into one file, and collect that." >&2
    return 66
  fi
  if [ ! -e "$stagecoach_file" ]; then
    echo "new_stagecoach_artifact: there is no file '$1'." >&2
    return 66
  fi
  if [ ! -f "$stagecoach_file" ]; then
    echo "new_stagecoach_artifact: '$1' is no regular file. Write what it gives to one, and collect that." >&2
    return 66
  fi
  if [ ! -r "$stagecoach_file" ]; then
    echo "new_stagecoach_artifact: '$1' must not be read by the user of the tentacle." >&2
    return 66
  fi
  case $stagecoach_name in
    */* | *\\* | *[[:cntrl:]]*)
      echo "new_stagecoach_artifact: '$stagecoach_name' is no name of a file. Write one without slashes, as NAME behind the path." >&2
      return 64
      ;;
  esac
  if [ "${#stagecoach_name}" -gt 200 ]; then
    echo "new_stagecoach_artifact: the name is longer than 200 characters. Write a shorter one as NAME behind the path." >&2
    return 64
  fi
  stagecoach_size=$(wc -c <"$stagecoach_file") || return 66
  if [ "$stagecoach_size" -gt 1073741824 ]; then
    echo "new_stagecoach_artifact: '$1' is larger than 1073741824 bytes, which is the most that is collected. Pack it, or collect a part of it." >&2
    return 65
  fi
  # A folder is made by one process only. It counts once it has a name, which it gets last and whole.
  stagecoach_artifacts=$stagecoach_script_folder/artifacts
  stagecoach_n=1
  while :; do
    while [ -e "$stagecoach_artifacts/$stagecoach_n" ]; do
      stagecoach_n=$((stagecoach_n + 1))
    done
    if [ "$stagecoach_n" -gt 100 ]; then
      echo "new_stagecoach_artifact: '$1' is too much: a script may collect 100 files. Pack several into one." >&2
      return 65
    fi
    if mkdir "$stagecoach_artifacts/$stagecoach_n" 2>/dev/null; then
      break
    fi
    if [ ! -e "$stagecoach_artifacts/$stagecoach_n" ]; then
      echo "new_stagecoach_artifact: '$1' cannot be collected: nothing can be written to $stagecoach_artifacts." >&2
      return 74
    fi
  done
  if (
    umask 077
    cd "$stagecoach_artifacts/$stagecoach_n" 2>/dev/null || exit 74
    printf '%s' "$stagecoach_name" >.name
  ) && cp "$stagecoach_file" "$stagecoach_artifacts/$stagecoach_n/content" &&
    mv "$stagecoach_artifacts/$stagecoach_n/.name" "$stagecoach_artifacts/$stagecoach_n/name"; then
    return 0
  fi
  rm -rf "$stagecoach_artifacts/$stagecoach_n"
  echo "new_stagecoach_artifact: '$1' could not be copied. See whether the disk is full." >&2
  return 74
}
