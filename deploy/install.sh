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

echo "installing:$missing"
if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1; then
	as_root=sudo
else
	echo "these Debian packages are missing; install them as root:$missing" >&2
	exit 1
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
