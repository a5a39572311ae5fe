#!/bin/bash
# restate.sh [DEPLOYMENTS=200] [AT_ONCE=20]: the deployments of `bench throughput` through one Restate server, each of their
# 30 commands a durable call (restate/deployments.mjs); its log is synced to the disk, as it comes. Warms up with 40.
# Prints {"perSecond":…,"count":…,"atOnce":…,"p50":…,"p99":…,"serverCpuMillisEach":…,"handlersCpuMillisEach":…}; p50 and
# p99 in milliseconds. Exits 3 with a sentence if something that it needs is not there. Everything is ended and removed
# when it ends.
set -euo pipefail
deployments=${1:-200} at_once=${2:-20}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/restate
for program in node curl; do
  command -v "$program" >/dev/null || {
    echo "$program is not installed, so Restate cannot be compared with." >&2
    exit 3
  }
done
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || {
  echo "Node $(node --version) is installed, and Restate's SDK needs 20 or later." >&2
  exit 3
}
program=$here/node_modules/@restatedev/restate-server-linux-x64/bin/restate-server
[ -x "$program" ] && [ -d "$here/node_modules/@restatedev/restate-sdk" ] || {
  echo "Restate is not installed; get it with: npm install --no-package-lock --prefix proof/benchmarks/restate" >&2
  exit 3
}
work=$(mktemp -d)
children=()
finish() {
  for child in "${children[@]}"; do
    kill "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

free_port() { # a port that nobody listens on
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
      echo "$port"
      return
    }
  done
}
ticks() { # of a process and of its children that have ended
  awk '{ sub(/.*\) /, ""); print $12 + $13 + $14 + $15 }' "/proc/$1/stat"
}

ingress=$(free_port) admin=$(free_port) between=$(free_port) handlers=$(free_port)
cd "$work"
env RESTATE_LISTEN_MODE=tcp RESTATE_DISABLE_TELEMETRY=true RESTATE_LOG_FILTER=warn \
  RESTATE_BIND_ADDRESS="127.0.0.1:$between" RESTATE_ADVERTISED_ADDRESS="http://127.0.0.1:$between" \
  RESTATE_ADMIN__BIND_ADDRESS="127.0.0.1:$admin" RESTATE_INGRESS__BIND_ADDRESS="127.0.0.1:$ingress" \
  "$program" --no-logo --node-name bench --base-dir "$work/data" >"$work/server.log" 2>&1 &
server=$!
children+=("$server")
RESTATE_LOGGING=WARN node "$here/deployments.mjs" serve "$handlers" >"$work/handlers.log" 2>&1 &
endpoint=$!
children+=("$endpoint")
tries=0
# It asks the handlers what there is, so this succeeds when both are up.
until curl -sf -o /dev/null -H 'content-type: application/json' -d "{\"uri\":\"http://127.0.0.1:$handlers\"}" \
  "http://127.0.0.1:$admin/deployments"; do
  tries=$((tries + 1))
  if [ "$tries" -ge 300 ] || ! kill -0 "$server" 2>/dev/null || ! kill -0 "$endpoint" 2>/dev/null; then
    echo "Restate did not start:" >&2
    tail -n 5 "$work"/*.log >&2
    exit 1
  fi
  sleep 0.2
done
node "$here/deployments.mjs" drive "http://127.0.0.1:$ingress" 40 "$at_once" >/dev/null
server_before=$(ticks "$server") endpoint_before=$(ticks "$endpoint")
figures=$(node "$here/deployments.mjs" drive "http://127.0.0.1:$ingress" "$deployments" "$at_once")
server_after=$(ticks "$server") endpoint_after=$(ticks "$endpoint")
awk -v f="${figures%\}}" -v n="$deployments" -v t="$(getconf CLK_TCK)" \
  -v s=$((server_after - server_before)) -v e=$((endpoint_after - endpoint_before)) \
  'BEGIN { printf "%s,\"serverCpuMillisEach\":%.1f,\"handlersCpuMillisEach\":%.1f}\n", f, 1000 * s / t / n, 1000 * e / t / n }'
