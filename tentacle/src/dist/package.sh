#!/bin/sh
# Makes Stagecoach.Tentacle.VERSION.nupkg of this folder, in the current one: what an upgrade by
# command ("stagecoach target upgrade") brings to machines. Push it to the built-in feed.
#
#   ./package.sh [VERSION]     the version is that of the program, unless another is given
set -eu

fail() {
  echo "package.sh: $1" >&2
  exit 1
}

source=$(dirname -- "$(readlink -f -- "$0")")
jar=${JAVA_HOME:+$JAVA_HOME/bin/}jar
command -v "$jar" >/dev/null 2>&1 || fail "there is no '$jar'; install a JDK 25, or set JAVA_HOME."
version=${1:-}
if [ -z "$version" ]; then
  version=$(ls "$source/lib" | sed -n 's/^tentacle-\(.*\)\.jar$/\1/p')
  [ -n "$version" ] || fail "$source/lib has no tentacle; build it with: mvn package -pl tentacle -am"
fi
case $version in
  *[!0-9A-Za-z.+-]* | [!0-9]*) fail "'$version' is no version, such as 1.4.0 or 1.4.0-beta.1." ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -RL "$source/bin" "$source/lib" "$work/"
cat >"$work/Stagecoach.Tentacle.nuspec" <<END
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>Stagecoach.Tentacle</id>
    <version>$version</version>
    <authors>Stagecoach</authors>
    <description>The tentacle of Stagecoach, for upgrades by command.</description>
  </metadata>
</package>
END
# One by one, so that the archive has files only.
(cd "$work" && find Stagecoach.Tentacle.nuspec bin lib -type f | LC_ALL=C sort >"$work/.files")
(cd "$work" && "$jar" --create --no-manifest --file "$work/.nupkg" "@$work/.files")
mv "$work/.nupkg" "./Stagecoach.Tentacle.$version.nupkg"
echo "Stagecoach.Tentacle.$version.nupkg"
