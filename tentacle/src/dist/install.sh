#!/bin/sh
# Installs the tentacle of this folder as a service of systemd, enrols the machine and starts it.
#
#   printf '%s\n' TOKEN | sudo ./install.sh --gateway https://HOST:PORT --bytes https://HOST:PORT
#
#   --gateway, --bytes   the endpoints that the enrolment gave
#   --proxy, --no-proxy, --proxy-credentials-file
#                        the way there, as "stagecoach-tentacle help" tells
#   --token-file FILE    the token is the first line of FILE, instead of the input
#   --user NAME          whom the tentacle and its scripts run as; made if missing (stagecoach;
#                        of a tentacle that is installed already, the one it runs as)
#   --prefix DIR         everything lies under DIR, and nothing is started (for images)
#   --no-enrol           the machine is enrolled already, or will be later
#
# Run again, it updates the program; the enrolment stays. Ends with 0 if all is done.
set -eu

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

gateway= bytes= token_file= user= prefix= enrol=yes
proxy= no_proxy_list= proxy_file=
while [ $# -gt 0 ]; do
  case $1 in
    --no-enrol)
      enrol=no
      shift
      continue
      ;;
    --gateway | --bytes | --token-file | --user | --prefix) ;;
    --proxy | --no-proxy | --proxy-credentials-file) ;;
    *) fail "there is no option '$1'; the beginning of this file tells which there are." ;;
  esac
  [ $# -ge 2 ] || fail "$1 needs a value behind it."
  case $1 in
    --gateway) gateway=$2 ;;
    --bytes) bytes=$2 ;;
    --token-file) token_file=$2 ;;
    --user) user=$2 ;;
    --proxy) proxy=$2 ;;
    --no-proxy) no_proxy_list=$2 ;;
    --proxy-credentials-file) proxy_file=$2 ;;
    --prefix) prefix=${2%/} ;;
  esac
  shift 2
done

source=$(dirname -- "$(readlink -f -- "$0")")
program=$prefix/opt/stagecoach-tentacle
home=$prefix/var/lib/stagecoach-tentacle
unit=$prefix/etc/systemd/system/stagecoach-tentacle.service

[ -d "$source/lib" ] || fail "$source/lib is missing; build it with: mvn package -pl tentacle -am"
[ -n "$prefix" ] || [ "$(id -u)" = 0 ] || fail "it makes a user and a service, so it must be root: sudo $0 …"
enrolled=no
if [ -f "$home/config.json" ]; then
  enrolled=yes
elif [ "$enrol" = yes ]; then
  [ -n "$gateway" ] || fail "--gateway is missing; the enrolment's answer has it."
fi

# Whoever owns what is there keeps it: another could not read the machine's key.
if [ -d "$home" ] && { [ "$enrolled" = yes ] || [ -f "$unit" ]; }; then
  owner=$(stat -c %U "$home")
  [ "${user:-$owner}" = "$owner" ] || fail "$home belongs to '$owner', and --user says '$user'; leave --user out to go on as '$owner'."
  user=$owner
fi
user=${user:-stagecoach}

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" >/dev/null 2>&1 || fail "there is no '$java'; install a JDK 25, or set JAVA_HOME."
version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
[ "${version:-0}" -ge 25 ] || fail "'$java' is version ${version:-unknown}; the tentacle needs 25 or newer."
command -v setsid >/dev/null 2>&1 || fail "there is no setsid; install util-linux."

if ! id "$user" >/dev/null 2>&1; then
  useradd --system --user-group --home-dir "$home" --shell /usr/sbin/nologin "$user"
fi

# As the user that it will be: files of root would be in its way.
as_user() {
  if [ "$(id -un)" = "$user" ]; then
    "$@"
  else
    runuser -u "$user" -- "$@"
  fi
}

# Beside the old program, which goes on until the service starts anew.
rm -rf "$program.new"
mkdir -p "$program.new" "$home" "$(dirname -- "$unit")"
cp -RL "$source/lib" "$source/bin" "$program.new/"
if [ -f "$source/run-a-tentacle.md" ]; then
  cp "$source/run-a-tentacle.md" "$program.new/"
fi
chmod -R u=rwX,go=rX "$program.new"
chown "$user" "$home"
chmod 0700 "$home"

rm -rf "$program.old"
if [ -d "$program" ]; then
  mv "$program" "$program.old"
fi
mv "$program.new" "$program"
rm -rf "$program.old"

# Written where it will be used, by what will use it. Without it the tentacle only starts slower.
cache=$(mktemp -d)
chown "$user" "$cache"
# It is read as that user, whose folder it is in: there could be a link to what only root reads.
if as_user "$program/bin/stagecoach-tentacle" rehearse --aot-cache "$cache/tentacle.aot" \
  && as_user cat "$cache/tentacle.aot" >"$program/tentacle.aot"; then
  chmod 0644 "$program/tentacle.aot"
else
  rm -f "$program/tentacle.aot"
  echo "install.sh: the rehearsal failed (above); the tentacle will start without an AOT cache." >&2
fi
rm -rf "$cache"

if [ "$enrolled" = no ] && [ "$enrol" = yes ]; then
  set -- enrol --home "$home" --gateway "$gateway"
  [ -z "$bytes" ] || set -- "$@" --bytes "$bytes"
  [ -z "$proxy" ] || set -- "$@" --proxy "$proxy"
  [ -z "$no_proxy_list" ] || set -- "$@" --no-proxy "$no_proxy_list"
  [ -z "$proxy_file" ] || set -- "$@" --proxy-credentials-file "$proxy_file"
  if [ -n "$token_file" ]; then
    as_user "$program/bin/stagecoach-tentacle" "$@" --token - <"$token_file"
  else
    as_user "$program/bin/stagecoach-tentacle" "$@" --token -
  fi
fi

# A program that an upgrade by command has brought would go before this one.
if [ -d "$home/upgrade" ]; then
  (cd "$home/upgrade" && as_user rm -f current trial begun passed failed)
fi

sed -e "s|^User=.*|User=$user|" -e "s|^Group=.*|Group=$(id -gn "$user")|" \
  "$source/stagecoach-tentacle.service" >"$unit"
if [ -n "${JAVA_HOME:-}" ]; then
  sed -i "s|^Environment=LC_ALL.*|&\nEnvironment=JAVA_HOME=$JAVA_HOME|" "$unit"
fi

if [ -n "$prefix" ]; then
  echo "Installed under $prefix; nothing was started."
  exit 0
fi
systemctl daemon-reload
systemctl enable stagecoach-tentacle
if [ -f "$home/config.json" ]; then
  systemctl restart stagecoach-tentacle
  as_user "$program/bin/stagecoach-tentacle" check --home "$home"
else
  echo "Installed. Enrol the machine, then: systemctl start stagecoach-tentacle"
fi
