#!/bin/sh
# Installs what a fresh Debian 12 lacks to build, run and test Gavel.  Does
# nothing, quickly, where everything is there.
set -eu

packages="gcc clang clang-format make git ca-certificates
	libsecp256k1-dev libsqlite3-dev libcurl4-openssl-dev libjansson-dev libssl-dev libgmp-dev
	libdeflate-dev libmicrohttpd-dev libcmocka-dev zlib1g-dev libbrotli-dev libclang-rt-14-dev
	gcc-riscv64-unknown-elf qemu-user valgrind"
# Any Node.js from 18 on will do; Debian's own where there is none.
command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || packages="$packages nodejs npm"

missing=
for package in $packages; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1; then
	as_root=sudo
else
	echo "Debian packages are missing, and there is no sudo; as root, install them:" >&2
	echo "apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "installing (this may take minutes):$missing"
# What apt says is of interest when it fails only.  sudo passes no environment on.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q "$@" >"$log" 2>&1 </dev/null && return
	cat "$log" >&2
	exit 1
}
apt update
# shellcheck disable=SC2086
apt install --no-install-recommends $missing
