# Stops the shop that runs on this machine, if one does, and starts the one just installed.
set -eu
machine="#{Demo.Machines}/#{Stagecoach.Target.Id}"
port="#{Shop.Port}"
server="#{Stagecoach.Step[server].Output.InstallDirectory}"
config="#{Stagecoach.Step[config].Output.InstallDirectory}"
pidfile="#{Demo.Pids}/#{Stagecoach.Target.Id}.pid" # so that what runs here can be ended by those who look
mkdir -p "$machine" "#{Demo.Pids}"
echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Deployment.Attempt} #{Stagecoach.Step.Name} #{Stagecoach.Target.Id}" >> "$machine/trace"

# The pid that listens on a port, as /proc tells it.
holder() {
  local hex inode fd
  hex=$(printf '%04X' "$1")
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p=":$hex" 'index($2, p) && $4 == "0A" { print $10; exit }')
  if [ -z "$inode" ]; then return; fi
  for fd in /proc/[0-9]*/fd/*; do
    if [ "$(readlink "$fd" 2>/dev/null)" = "socket:[$inode]" ]; then
      fd=${fd#/proc/}
      echo "${fd%%/*}"
      return
    fi
  done
}

if [ -f "$pidfile" ]; then
  old=$(cat "$pidfile")
  kill "$old" 2>/dev/null || true
  for _ in $(seq 1 100); do
    if ! kill -0 "$old" 2>/dev/null; then break; fi
    sleep 0.1
  done
  rm -f "$pidfile"
fi

if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  echo "port $port is taken by pid $(holder "$port")" >&2
  exit 1
fi

cd "$config"
setsid nohup "#{Demo.Java}" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$server/shop-server.jar" \
  --port "$port" --bind-address 127.0.0.1 --root-dir "$config" --disable-banner --no-request-journal \
  > "$machine/shop.log" 2>&1 < /dev/null &
echo $! > "$pidfile"
set_stagecoach_variable Pid "$(cat "$pidfile")"
echo "started the shop on port $port, pid $(cat "$pidfile")"
