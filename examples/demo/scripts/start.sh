# Stops the shop that runs on this machine, if one does, and starts the one just installed.
set -eu
machine="#{Demo.Machines}/#{Stagecoach.Target.Id}"
port="#{Shop.Port}"
server="#{Stagecoach.Step[server].Output.InstallDirectory}"
config="#{Stagecoach.Step[config].Output.InstallDirectory}"
pidfile="#{Demo.Pids}/#{Stagecoach.Target.Id}.pid" # so that what runs here can be ended by those who look
mkdir -p "$machine" "#{Demo.Pids}"
echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Deployment.Attempt} #{Stagecoach.Step.Name} #{Stagecoach.Target.Id}" >> "$machine/trace"

# The pid that listens on a port, as /proc tells it; looked for by one process, since there may be
# tens of thousands of open files.
holder() {
  local hex inode
  hex=$(printf '%04X' "$1")
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p=":$hex" 'index($2, p) && $4 == "0A" { print $10; exit }')
  if [ -z "$inode" ]; then return; fi
  ls -l /proc/[0-9]*/fd/ 2>/dev/null |
    awk -v socket="socket:[$inode]" '/^\/proc\// { split($0, path, "/"); pid = path[3] } $NF == socket { print pid; exit }'
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
