#!/usr/bin/env bash
# The library's main job on real input: sends samples/messages/*.eml through its own SMTP server on loopback, reads
# them back by POP3 and compares the octets. Called by build.sh after the build; needs no network and no right.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=$ROOT/out
cd "$ROOT"
. scripts/library.sh

work=$(mktemp -d)
host=
step=0

step() { printf '\n%d. %s\n' $((++step)) "$1"; }

end() {
  [[ -z $host ]] || kill "$host" 2>/dev/null || true
  [[ -z $host ]] || wait "$host" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT

# A port that nobody listens on: the kernel says so by refusing.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
  done
}

wait_for_port() {
  local i
  for ((i = 0; i < 100; i++)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    kill -0 "$host" 2>/dev/null || break
    sleep 0.1
  done
  echo "the server does not answer on port $1:" >&2
  cat "$work/host.log" >&2
  return 1
}

start_host() {
  cat >"$work/mailhost.cfg" <<CONFIG
mail_root=$work/mail
smtp_name=example.org
smtp_bind=127.0.0.1
pop_bind=127.0.0.1
smtp_port=$smtp_port
pop_port=$pop_port
user=anna;secret;;PS
CONFIG
  "$OUT/samples/mailhost" "$work/mailhost.cfg" >"$work/host.log" 2>&1 &
  host=$!
  wait_for_port "$smtp_port"
  wait_for_port "$pop_port"
}

stop_host() {
  kill -TERM "$host"
  wait "$host"
  host=
}

send_messages() {
  local message
  for message in samples/messages/*.eml; do
    echo "   $(basename "$message"), $(stat -c %s "$message") octets"
    "$OUT/samples/send" 127.0.0.1 "$smtp_port" bert@example.net anna@example.org "$message" | sed 's/^/     /'
  done
}

# A message is taken when it is on disk; it is in the mailbox a moment later.
wait_for_delivery() {
  local wanted i
  wanted=$(find samples/messages -name '*.eml' | wc -l)
  for ((i = 0; i < 100; i++)); do
    [[ $("$OUT/samples/pop3" 127.0.0.1 "$pop_port" anna secret) == *"$wanted messages" ]] && return
    sleep 0.1
  done
  echo "   not delivered within ten seconds"
  return 1
}

read_messages() {
  mkdir "$work/got"
  wait_for_delivery
  "$OUT/samples/pop3" 127.0.0.1 "$pop_port" anna secret "$work/got" | sed 's/^/   /'
}

# What is in the mailbox, without what the server wrote on top (Return-Path and one Received with its folded lines)
# and with bare line feeds.
without_trace() {
  tr -d '\r' <"$1" | awk '
    message { print; next }
    /^[ \t]/ && trace { next }
    /^Return-Path:/ || (/^Received:/ && !received++) { trace = 1; next }
    { message = 1; print }'
}

compare() {
  local message sent=0 different=0 got
  for message in samples/messages/*.eml; do
    sent=$((sent + 1))
    got=$work/got/$sent.eml
    tr -d '\r' <"$message" >"$work/expected"
    if [[ -f $got ]] && without_trace "$got" | cmp -s - "$work/expected"; then
      echo "   $(basename "$message"): the same $(stat -c %s "$work/expected") octets came back"
    else
      echo "   $(basename "$message"): DIFFERS"
      [[ ! -f $got ]] || { without_trace "$got" | diff - "$work/expected" || true; } | head -n 20
      different=1
    fi
  done
  return $different
}

main() {
  smtp_port=$(free_port)
  pop_port=$(free_port)
  step "Samples: mailhost, send and pop3 are compiled against out/include and out/lib"
  build_samples
  step "mailhost serves SMTP on 127.0.0.1:$smtp_port and POP3 on 127.0.0.1:$pop_port"
  start_host
  step "send passes each message to it (SRVInitSendMsgSMTP)"
  send_messages
  step "pop3 reads them back"
  read_messages
  step "Compared, without the trace lines on top"
  compare
  step "mailhost saw, and stops"
  stop_host
  sed 's/^/   /' "$work/host.log"
  printf '\nAll is well.\n'
}

main
