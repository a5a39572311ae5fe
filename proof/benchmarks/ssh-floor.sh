#!/bin/bash
# ssh-floor.sh PACKAGE TARGETS STEPS: the least that a deployment by hand can cost on this computer.
# One sshd on a loopback port, a folder for each target and a connection that all its commands share; per target the
# package is pulled (nginx, if it is there; else sent through ssh), verified, unpacked and linked, then come the
# steps, each begun when the one before has ended everywhere. Prints {"wallSeconds":…,"cpuSeconds":…,"way":…}.
# Exits 3 with a sentence if something that it needs is not there. Everything is ended and removed when it ends.
set -euo pipefail
package=$1 targets=$2 steps=$3
PATH=$PATH:/usr/sbin:/sbin
for program in sshd ssh ssh-keygen unzip curl sha512sum xargs; do
  command -v "$program" >/dev/null || {
    echo "$program is not installed, so there is no floor to compare with." >&2
    exit 3
  }
done
work=$(mktemp -d)
children=()
finish() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
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
listens() { # waits until somebody does
  local tries=0
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 3000 ] || {
      echo "nothing listens on port $1" >&2
      cat "$work"/*.log >&2
      exit 1
    }
    sleep 0.1
  done
}
cpu() { # ticks of this shell and of all its children that have ended
  awk '{ print $14 + $15 + $16 + $17 }' "/proc/$$/stat"
}

mkdir "$work/home" "$work/t" "$work/c" "$work/www"
chmod 755 "$work"
for i in $(seq 1 "$targets"); do mkdir "$work/t/$i"; done
ln "$package" "$work/www/package.zip" 2>/dev/null || cp "$package" "$work/www/package.zip"
sha=$(sha512sum "$package" | cut -d' ' -f1)
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
port=$(free_port)
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
  ControlPath $work/c/%n
CONFIG
way=push
get='cat >package.zip'
from=$package
web=
if command -v nginx >/dev/null; then
  way=pull
  from=/dev/null
  web=$(free_port)
  get="curl -sSf -o package.zip http://127.0.0.1:$web/package.zip"
  cat >"$work/nginx.conf" <<CONFIG
daemon off; worker_processes 2; pid $work/nginx.pid; error_log $work/nginx.log; user $(id -un) $(id -gn);
events { worker_connections 1024; }
http { access_log off; sendfile on; client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
  uwsgi_temp_path $work/u; scgi_temp_path $work/s; server { listen 127.0.0.1:$web; root $work/www; } }
CONFIG
fi
cat >"$work/stage" <<STAGE
# The first command opens the connection and stays, the others go through it.
ssh -F $work/ssh_config -o ControlMaster=yes -o ControlPersist=no -N target-\$1 </dev/null &
master=\$!
until [ -S $work/c/target-\$1 ]; do sleep 0.01; done
ssh -F $work/ssh_config target-\$1 "cd $work/t/\$1 && mkdir -p versions/1 && $get && [ \\\$(sha512sum package.zip | cut -d' ' -f1) = $sha ] && unzip -q package.zip -d versions/1 && echo port=8080 >versions/1/app.conf && ln -sfn versions/1 current" <$from
touch $work/t/\$1/staged
wait \$master
STAGE
cat >"$work/step" <<STEP
exec ssh -nF $work/ssh_config target-\$2 "cd $work/t/\$2 && echo \$1 >>steps.log"
STEP

before=$(cpu)
"$(command -v sshd)" -D -f "$work/sshd_config" -E "$work/sshd.log" &
children+=("$!")
listens "$port"
if [ -n "$web" ]; then
  nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
  children+=("$!")
  listens "$web"
fi
begun=$(date +%s%N)
stages=()
for i in $(seq 1 "$targets"); do
  sh "$work/stage" "$i" &
  stages+=("$!")
done
# Each stage stays until its connection is closed, so that its time is counted.
while [ "$(find "$work/t" -mindepth 2 -maxdepth 2 -name staged | wc -l)" -lt "$targets" ]; do sleep 0.02; done
for step in $(seq 1 "$steps"); do
  seq 1 "$targets" | xargs -P 50 -n 1 sh "$work/step" "$step"
done
ended=$(date +%s%N)
for i in $(seq 1 "$targets"); do
  # An empty install would have been quick, too.
  if [ ! -e "$work/t/$i/current/app.conf" ] || { [ "$steps" != 0 ] && [ "$(wc -l <"$work/t/$i/steps.log")" != "$steps" ]; }; then
    echo "target $i of the floor is not complete" >&2
    exit 1
  fi
  ssh -F "$work/ssh_config" -O exit "target-$i" 2>/dev/null || true
done
wait "${stages[@]}" || true
for child in "${children[@]}"; do
  kill "$child"
  wait "$child" || true
done
children=()
after=$(cpu)
awk -v w=$((ended - begun)) -v c=$((after - before)) -v t="$(getconf CLK_TCK)" -v way="$way" \
  'BEGIN { printf "{\"wallSeconds\":%.3f,\"cpuSeconds\":%.2f,\"way\":\"%s\"}\n", w / 1e9, c / t, way }'
