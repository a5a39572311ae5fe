#!/bin/sh
# Runs one script so that it outlives the tentacle that started it.
#
#   run.sh FOLDER CLAIM COMMAND [ARGUMENT...]
#
# FOLDER/process  who we are: the machine's boot id, then our line of /proc (or our pid alone)
# FOLDER/stdout, FOLDER/stderr  what the script writes
# FOLDER/exit     its exit code, whole or not there
folder=$1
claim=$2
shift 2

# Only one ever wins it: we, or a restarted tentacle that wants to be sure that we never begin.
mkdir "$folder/$claim" 2>/dev/null || exit 125

# We stay to tell the end of a script that is terminated; it gets the signals with their usual effect.
trap : HUP INT TERM

{
  boot=
  line=$$
  { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
  { read -r line </proc/$$/stat; } 2>/dev/null
  printf '%s\n%s\n' "$boot" "$line" >"$folder/process.part" &&
    mv "$folder/process.part" "$folder/process"
} || exit 126

"$@" </dev/null >>"$folder/stdout" 2>>"$folder/stderr"
code=$?

trap '' HUP INT TERM
printf '%s\n' "$code" >"$folder/exit.part" && mv "$folder/exit.part" "$folder/exit"
exit "$code"
