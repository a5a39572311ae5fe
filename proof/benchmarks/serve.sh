#!/bin/bash
# serve.sh URL PROCESS CLIENTS: a package that a server of ours gives to so many clients at once, beside nginx with the
# same file. URL is read with the header in AUTHORIZATION, PROCESS is the id of the server's process, whose CPU counts.
# In a round of its own each client hashes what it gets, and all have to get the same. What counts is measured apart,
# since hashing takes the same from both: clients that only count their bytes, in turns, three times each; the best of
# both counts.
# Prints {"clients":…,"bytes":…,"ours":{…},"nginx":{…},"throughputRatio":…,"cpuRatio":…}.
# Exits 3 with a sentence if something that it needs is not there. Everything is ended and removed when it ends.
set -euo pipefail
[ "$#" = 3 ] || {
  echo "Say what to read, from which process and with how many clients: serve.sh URL PROCESS CLIENTS" >&2
  exit 2
}
url=$1 process=$2 clients=$3
PATH=$PATH:/usr/sbin:/sbin
for program in nginx curl sha512sum awk getconf; do
  command -v "$program" >/dev/null || {
    echo "$program is not installed, so nginx cannot be compared with." >&2
    exit 3
  }
done
work=$(mktemp -d)
finish() {
  [ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

mkdir "$work/www"
chmod 755 "$work" "$work/www" # the workers of nginx are nobody where it was started by root
printf 'header = "Authorization: %s"\n' "${AUTHORIZATION:-}" >"$work/curl.conf"
chmod 600 "$work/curl.conf"
curl -sSf -K "$work/curl.conf" -o "$work/www/package" "$url"
started=
for _ in 1 2 3 4 5; do # another port, where somebody has the first one
  port=$((20000 + RANDOM % 12000))
  cat >"$work/nginx.conf" <<EOF
pid $work/nginx.pid; error_log $work/error.log; worker_processes auto; events {}
http { access_log off; sendfile on; tcp_nopush on; server { listen 127.0.0.1:$port; root $work/www; } }
EOF
  if nginx -p "$work" -c "$work/nginx.conf" 2>"$work/said"; then
    started=yes
    break
  fi
done
[ -n "$started" ] || {
  echo "nginx did not start: $(tail -n 1 "$work/said")" >&2
  exit 1
}
for _ in $(seq 100); do
  [ ! -s "$work/nginx.pid" ] || break
  sleep 0.1
done

ticks=$(getconf CLK_TCK)
cpu() { # of a process and its children, in ticks
  local sum=0 each
  for each in "$1" $(cat "/proc/$1"/task/*/children 2>/dev/null); do
    sum=$((sum + $(awk '{ print $14 + $15 }' "/proc/$each/stat")))
  done
  echo "$sum"
}
at_once() { # at_once COMMAND CURL-ARGUMENTS…: all clients run it at once
  local command=$1
  shift
  seq "$clients" | xargs -P "$clients" -I{} sh -c "$command" client "$@"
}
verify() { # verify CURL-ARGUMENTS…: all get the package
  at_once 'curl -sSf "$@" | sha512sum' "$@" >"$work/sums"
  [ "$(sort "$work/sums" | uniq -c | awk '{ print $1, $2 }')" = "$clients $(sha512sum <"$work/www/package" | cut -d ' ' -f 1)" ] || {
    echo "The clients did not all get the package." >&2
    exit 1
  }
}
round() { # round PROCESS CURL-ARGUMENTS…: "seconds cpuSeconds"
  local of=$1 began ended before after
  shift
  before=$(cpu "$of") began=$(date +%s%N)
  at_once 'curl -sSf -o /dev/null -w "%{size_download}\n" "$@"' "$@" >"$work/sizes"
  ended=$(date +%s%N) after=$(cpu "$of")
  [ "$(sort "$work/sizes" | uniq -c | awk '{ print $1, $2 }')" = "$clients $bytes" ] || {
    echo "The clients did not all get as many bytes as the package has." >&2
    exit 1
  }
  awk "BEGIN { print ($ended - $began) / 1e9, ($after - $before) / $ticks }"
}
bytes=$(stat -c %s "$work/www/package")
nginx_url=http://127.0.0.1:$port/package
verify -K "$work/curl.conf" "$url"
verify "$nginx_url"
for _ in 1 2 3; do
  round "$process" -K "$work/curl.conf" "$url" >>"$work/ours"
  round "$(cat "$work/nginx.pid")" "$nginx_url" >>"$work/nginx"
done
awk -v clients="$clients" -v bytes="$bytes" '
  { side = FILENAME ~ /ours$/ ? "ours" : "nginx" }
  !(side in wall) || $1 < wall[side] { wall[side] = $1 }
  !(side in cpu) || $2 < cpu[side] { cpu[side] = $2 }
  END {
    printf "{\"clients\":%d,\"bytes\":%d,\"ours\":{\"wallSeconds\":%.2f,\"cpuSeconds\":%.2f},\"nginx\":{\"wallSeconds\":%.2f,\"cpuSeconds\":%.2f},\"throughputRatio\":%.2f,\"cpuRatio\":%.2f}\n",
      clients, bytes, wall["ours"], cpu["ours"], wall["nginx"], cpu["nginx"], wall["nginx"] / wall["ours"], cpu["ours"] / (cpu["nginx"] > 0 ? cpu["nginx"] : 0.01)
  }' "$work/ours" "$work/nginx"
