#!/usr/bin/env bash
# Runs a program for Linux arm64 here: qemu.sh PROGRAM [ARGUMENT...]
#
# The loader is told where the C library and OpenSSL are: with a folder of the system's files (-L) qemu would give its root
# to whoever opens "/", as the library does on the way to a home.
set -euo pipefail
libraries=/usr/aarch64-linux-gnu/lib
openssl=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/out/linux-arm64/openssl/usr/lib/aarch64-linux-gnu

# qemu keeps account of every page, and the runtime reserves 256 GiB, or half of the limit: in place of 15 seconds and 2 GiB
# the start takes one second.
ulimit -v $((16 * 1024 * 1024))
exec qemu-aarch64-static $libraries/ld-linux-aarch64.so.1 --library-path "$libraries:$openssl" "$@"
