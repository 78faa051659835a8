#!/usr/bin/env bash
# Builds the load tools and the hosts, then measures; called by build.sh. All the rest is bench/run.py.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=$ROOT/out
cd "$ROOT"
. scripts/library.sh

# compile_tool NAME LIBRARY...
compile_tool() {
  mkdir -p "$OUT/bench"
  gcc -std=c11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$OUT/bench/$1" "bench/$1.c" "${@:2}"
}

# compile_peers ARGUMENT...: other clients, which --against does not measure
compile_peers() {
  [[ -z $(that_commit "$@") ]] || return 0
  compile_tool esmtp_send -lesmtp
  compile_tool curl_send -lcurl
}

# that_commit ARGUMENT...: what --against names
that_commit() {
  while (($#)); do
    case $1 in
      --against=*) echo "${1#*=}" && return ;;
      --against) echo "${2-}" && return ;;
    esac
    shift
  done
}

# build_commit COMMIT: its library and its host in a clone of its own, by its own scripts, kept for the next time; and
# this tree's find_mx with its library
build_commit() {
  local tree=$OUT/against commit
  commit=$(git rev-parse --verify --quiet "$1^{commit}") || { echo "bench: no such commit: $1" >&2 && return 1; }
  if [[ $(cat "$tree/out/bench/commit" 2>/dev/null) != "$commit" ]]; then
    echo "against: ${commit:0:12} in out/against"
    rm -rf "$tree"
    git clone --quiet --shared --no-checkout . "$tree"
    git -C "$tree" checkout --quiet --detach "$commit"
    "$tree/build.sh" build
    # against the header and the library that this commit has
    OUT=$tree/out compile_c "$tree/out/bench/host" "$tree/bench/host.c"
    echo "$commit" >"$tree/out/bench/commit"
  fi
  OUT=$tree/out compile_c "$tree/out/bench/find_mx" bench/find_mx.c
}

case " $* " in
  *" --help "* | *" --list "*) ;;
  *)
    compile_tool smtp_load -lssl -lcrypto
    compile_tool pop3_load -lssl -lcrypto
    compile_tool sink
    compile_tool dns_server
    compile_peers "$@"
    compile_c "$OUT/bench/host" bench/host.c
    compile_c "$OUT/bench/find_mx" bench/find_mx.c
    compile_c "$OUT/bench/client_send" bench/client_send.c
    compile_c "$OUT/bench/client_cancel" bench/client_cancel.c
    compile_c "$OUT/bench/dkim_sign" bench/dkim_sign.c -lcrypto
    commit=$(that_commit "$@")
    [[ -z $commit ]] || build_commit "$commit"
    ;;
esac
exec python3 bench/run.py "$@"
