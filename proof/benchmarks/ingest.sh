#!/bin/bash
# ingest.sh FOLDER: the least that a server must do with the packages in a folder before it may say that it has them:
# copies them, brings each to disk, and hashes them. Three processes for all of them.
# Prints {"packages":…,"bytes":…,"wallSeconds":…,"cpuSeconds":…}.
# Exits 3 with a sentence if something that it needs is not there. What it wrote is removed when it ends.
set -euo pipefail
[ "$#" = 1 ] || {
  echo "Say where the packages are: ingest.sh FOLDER" >&2
  exit 2
}
for program in cp sync sha512sum awk; do
  command -v "$program" >/dev/null || {
    echo "$program is not installed, so there is no floor." >&2
    exit 3
  }
done
work="$1/floor-$$"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/copies"
floor() {
  cp "$1"/*.nupkg "$work/copies"
  sync "$work/copies"/*.nupkg "$work/copies"
  sha512sum "$work/copies"/*.nupkg >"$work/sums"
}
TIMEFORMAT='%R %U %S'
{ time floor "$1"; } 2>"$work/times"
awk -v packages="$(wc -l <"$work/sums")" -v bytes="$(cat "$work/copies"/*.nupkg | wc -c)" '
  { printf "{\"packages\":%d,\"bytes\":%.0f,\"wallSeconds\":%.3f,\"cpuSeconds\":%.3f}\n", packages, bytes, $1, $2 + $3 }
' "$work/times"
