#!/usr/bin/env bash
# Builds the load tools and the host, then measures; called by build.sh. All the rest is bench/run.py.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=$ROOT/out
cd "$ROOT"
. scripts/library.sh

compile_tool() {
  mkdir -p "$OUT/bench"
  gcc -std=c11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$OUT/bench/$1" "bench/$1.c"
}

case " $* " in
  *" --help "* | *" --list "*) ;;
  *)
    compile_tool smtp_load
    compile_tool pop3_load
    compile_tool sink
    compile_c "$OUT/bench/host" bench/host.c
    ;;
esac
exec python3 bench/run.py "$@"
