#!/bin/bash
# ansible.sh PACKAGE TARGETS STEPS: the same deployment as ssh-floor.sh, by Ansible at its leanest: each target pulls the
# package (nginx), verifies, unpacks and links it in one raw task, then come the steps, raw too, each begun when the one
# before has ended everywhere. No facts, no modules: nothing but the command crosses the connection, which is kept.
# FORKS=50 hosts at once; few may be quicker where cores are few. Prints {"wallSeconds":…,"cpuSeconds":…,"way":…}.
# Exits 3 with a sentence if something that it needs is not there. Everything is ended and removed when it ends.
set -euo pipefail
[ "$#" = 3 ] || {
  echo "Say what to deploy, to how many targets and with how many steps: ansible.sh PACKAGE TARGETS STEPS" >&2
  exit 2
}
package=$1 targets=$2 steps=$3 forks=${FORKS:-50}
# The distribution's own Python begins quickest; one from elsewhere may cost more than what is measured.
PATH=/usr/bin:/bin:$PATH:/usr/sbin:/sbin
for program in ansible-playbook sshd ssh ssh-keygen nginx curl unzip sha512sum; do
  command -v "$program" >/dev/null || {
    echo "$program is not installed, so Ansible cannot be compared with." >&2
    exit 3
  }
done
work=$(mktemp -d)
children=()
masters() { # the connections that ssh keeps for Ansible: they have left their parents, so their title tells them
  local process title
  for process in /proc/[0-9]*; do
    title=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
    [[ $title != "ssh: $work/c/"* ]] || echo "${process#/proc/}"
  done
}
finish() {
  for child in "${children[@]}" $(masters); do kill "$child" 2>/dev/null || true; done
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
await() { # await WHAT COMMAND…: until the command succeeds, at most five minutes
  local what=$1 tries=0
  shift
  until "$@" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 3000 ] || {
      echo "$what" >&2
      cat "$work"/*.log >&2
      exit 1
    }
    sleep 0.1
  done
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }
childless() { [ -z "$(cat "/proc/$1/task/$1/children")" ]; }
ticks() { # of these processes and of their children that have ended
  local sum=0 pid
  for pid in "$@"; do
    sum=$((sum + $(awk '{ sub(/.*\) /, ""); print $12 + $13 + $14 + $15 }' "/proc/$pid/stat")))
  done
  echo "$sum"
}

mkdir "$work/home" "$work/t" "$work/c" "$work/www"
chmod 755 "$work"
for i in $(seq 1 "$targets"); do
  mkdir "$work/t/$i"
  # A name of its own for each, or all of them would share one connection.
  echo "target-$i folder=$work/t/$i" >>"$work/inventory"
done
ln "$package" "$work/www/package.zip" 2>/dev/null || cp "$package" "$work/www/package.zip"
sha=$(sha512sum "$package" | cut -d' ' -f1)
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
port=$(free_port)
web=$(free_port)
# A home without start-up files of shells, which would cost more than the commands do.
cat >"$work/sshd_config" <<CONFIG
Port $port
ListenAddress 127.0.0.1
HostKey $work/host
AuthorizedKeysFile $work/key.pub
PasswordAuthentication no
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
StrictModes no
MaxStartups 1000
MaxSessions 100
PidFile none
SetEnv HOME=$work/home
CONFIG
cat >"$work/ssh_config" <<CONFIG
Host *
  HostName 127.0.0.1
  Port $port
  User $(id -un)
  IdentityFile $work/key
  IdentitiesOnly yes
  IdentityAgent none
  BatchMode yes
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  GlobalKnownHostsFile none
  LogLevel ERROR
  Ciphers aes128-gcm@openssh.com
  Compression no
  ControlMaster auto
  ControlPath $work/c/%n
  ControlPersist 300s
CONFIG
cat >"$work/nginx.conf" <<CONFIG
daemon off; worker_processes 2; pid $work/nginx.pid; error_log $work/nginx.log; user $(id -un) $(id -gn);
events { worker_connections 1024; }
http { access_log off; sendfile on; client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
  uwsgi_temp_path $work/u; scgi_temp_path $work/s; server { listen 127.0.0.1:$web; root $work/www; } }
CONFIG
cat >"$work/ansible.cfg" <<CONFIG
[defaults]
inventory = $work/inventory
forks = $forks
gathering = explicit
local_tmp = $work/local
retry_files_enabled = False
stdout_callback = minimal
display_ok_hosts = False
internal_poll_interval = 0.001
[ssh_connection]
pipelining = True
ssh_args = -F $work/ssh_config
CONFIG
{
  cat <<PLAY
- hosts: all
  strategy: free
  gather_facts: false
  tasks:
    - raw: >-
        cd {{ folder }} && mkdir -p versions/1 && curl -sSf -o package.zip http://127.0.0.1:$web/package.zip &&
        [ \$(sha512sum package.zip | cut -d' ' -f1) = $sha ] && unzip -q package.zip -d versions/1 &&
        echo port=8080 >versions/1/app.conf && ln -sfn versions/1 current
PLAY
  [ "$steps" = 0 ] || cat <<PLAY
- hosts: all
  strategy: linear
  gather_facts: false
  tasks:
PLAY
  for step in $(seq 1 "$steps"); do
    echo "    - raw: cd {{ folder }} && echo $step \$(date +%s%N) >>steps.log"
  done
} >"$work/play.yml"

before=$(ticks $$)
"$(command -v sshd)" -D -f "$work/sshd_config" -E "$work/sshd.log" &
sshd=$!
children+=("$sshd")
nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
children+=("$!")
await "nothing listens on port $port" listens "$port"
await "nothing listens on port $web" listens "$web"
begun=$(date +%s%N)
if ! HOME=$work/home ANSIBLE_HOME=$work/ansible ANSIBLE_CONFIG=$work/ansible.cfg LC_ALL=C.UTF-8 \
  ansible-playbook "$work/play.yml" >"$work/play.log" 2>&1; then
  tail -n 30 "$work/play.log" >&2
  exit 1
fi
ended=$(date +%s%N)
for i in $(seq 1 "$targets"); do
  # An empty install would have been quick, too.
  if [ ! -e "$work/t/$i/current/app.conf" ] || { [ "$steps" != 0 ] && [ "$(wc -l <"$work/t/$i/steps.log")" != "$steps" ]; }; then
    echo "target $i is not complete" >&2
    exit 1
  fi
done
# Whoever began a step before the one before it had ended somewhere has not done the same work.
[ "$steps" = 0 ] || sort -n -k2 "$work"/t/*/steps.log | awk '$1 < last { exit 1 } { last = $1 }' || {
  echo "a step began before the one before it had ended everywhere" >&2
  exit 1
}
# shellcheck disable=SC2046 # numbers of processes
set -- $(masters)
[ "$#" = "$targets" ] || {
  echo "Ansible kept $# connections to $targets targets" >&2
  exit 1
}
kept=$(ticks "$@")
kill "$@"
await "connections stay open" childless "$sshd"
for child in "${children[@]}"; do
  kill "$child"
  wait "$child" || true
done
children=()
after=$(ticks $$)
awk -v w=$((ended - begun)) -v c=$((after - before + kept)) -v t="$(getconf CLK_TCK)" \
  'BEGIN { printf "{\"wallSeconds\":%.3f,\"cpuSeconds\":%.2f,\"way\":\"pull lean\"}\n", w / 1e9, c / t }'
