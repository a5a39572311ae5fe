#!/bin/sh
# Runs one script so that it outlives the tentacle that started it.
#
#   run.sh FOLDER CLAIM COMMAND [ARGUMENT...]
#
# FOLDER/process  who we are: the machine's boot id, then our line of /proc (or our pid alone)
# FOLDER/stdout, FOLDER/stderr  what the script writes
# FOLDER/exit     its exit code
#
# What we write of ours is whole when its last line has an end: so nothing needs to be renamed, and
# but for the script itself no program is started. The shells' own words must do: a system has no
# quicker ones than those that are loaded already.
folder=$1
claim=$2
shift 2

# Only one ever wins it: we, or a restarted tentacle that wants to be sure that we never begin. With
# noclobber a shell creates the file by O_EXCL; a folder of that name, as earlier versions made, is
# in the way too. Not by ':', for which a shell would end at once and with another code.
set -C
true 2>/dev/null >"$folder/$claim" || exit 125
set +C

# We stay to tell the end of a script that is terminated; it gets the signals with their usual effect.
trap : HUP INT TERM

{
  boot=
  line=$$
  { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
  { read -r line </proc/$$/stat; } 2>/dev/null
  printf '%s\n%s\n' "$boot" "$line" >"$folder/process"
} || exit 126

"$@" </dev/null >>"$folder/stdout" 2>>"$folder/stderr"
code=$?

trap '' HUP INT TERM
printf '%s\n' "$code" >"$folder/exit"
exit "$code"
