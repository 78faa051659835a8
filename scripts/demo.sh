#!/usr/bin/env bash
# The library's main job on real input, on loopback alone: sends samples/messages/*.eml through its own SMTP server, reads
# them back by POP3 and compares the octets; then sends to another host that a DNS zone names, which takes one message, puts
# one off and refuses one. Called by build.sh after the build; needs no network and no right.
#
# demo.sh [FOLDER COMMAND...]   with the samples of another system, that are built already, and what runs such a program
#                               here: demo.sh out/win-x64/samples scripts/wine.sh
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=$ROOT/out
cd "$ROOT"
. scripts/library.sh

samples=${1:-$OUT/samples}
run=("${@:2}")
work=$(mktemp -d)
host=
neighbour=
step=0
patience=600 # tenths of a second for what comes in a moment; a machine may be busy, or another one that is imitated

step() { printf '\n%d. %s\n' $((++step)) "$1"; }

# The samples of Windows know paths as Windows has them, and end their lines as it does.
is_windows() { [[ -e $samples/mailhost.exe ]]; }

# path NAME: a file's name, from the root on, as the samples know it; Z: is what wine calls the root
path() { if is_windows; then echo "Z:${1//\//\\}"; else echo "$1"; fi; }

program() { if is_windows; then echo "$samples/$1.exe"; else echo "$samples/$1"; fi; }

# sample NAME ARGUMENT...: without the input of mailhost, which only we may hold open
sample() { "${run[@]}" "$(program "$1")" "${@:2}" 9>&- | tr -d '\r'; }

end() {
  local child
  exec 9>&-
  for child in $host $neighbour; do
    kill "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap end EXIT

# free_port [OTHER]: a port that nobody listens on, as the kernel says by refusing; not that other one
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    [[ $port != "${1:-}" ]] || continue
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
  done
}

wait_for_port() {
  local i
  for ((i = 0; i < patience; i++)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    kill -0 "$host" 2>/dev/null || break
    sleep 0.1
  done
  echo "the server does not answer on port $1:" >&2
  cat "$work/host.log" >&2
  return 1
}

# DNS and a mail server that are not the library's own.
start_neighbour() {
  mkdir "$work/neighbour"
  python3 scripts/neighbour.py "$work/neighbour" >"$work/neighbour.log" 2>&1 &
  neighbour=$!
  wait_for "$work/neighbour/ready" && read -r resolver mx_port <"$work/neighbour/ready" && return
  cat "$work/neighbour.log" >&2
  return 1
}

# wait_for FILE: until it is there
wait_for() {
  local i
  for ((i = 0; i < patience; i++)); do
    [[ ! -e $1 ]] || return 0
    sleep 0.1
  done
  echo "   $(basename "$1") did not come within a minute"
  return 1
}

start_host() {
  cat >"$work/mailhost.cfg" <<CONFIG
mail_root=$(path "$work/mail")
smtp_name=example.org
smtp_bind=127.0.0.1
pop_bind=127.0.0.1
smtp_port=$smtp_port
pop_port=$pop_port
user=anna;secret;;PS
smtp_dns=$resolver
smtp_mx_port=$mx_port
inner_mx=allow
queue_retry=2
CONFIG
  mkfifo "$work/input"
  exec 9<>"$work/input"
  "${run[@]}" "$(program mailhost)" "$(path "$work/mailhost.cfg")" <"$work/input" >"$work/host.log" 2>&1 9>&- &
  host=$!
  wait_for_port "$smtp_port"
  wait_for_port "$pop_port"
}

# Windows has no signals: there it is the end of its input that ends it.
stop_host() {
  if is_windows; then exec 9>&-; else kill -TERM "$host"; fi
  wait "$host"
  host=
}

send_messages() {
  local message
  for message in samples/messages/*.eml; do
    echo "   $(basename "$message"), $(stat -c %s "$message") octets"
    sample send 127.0.0.1 "$smtp_port" bert@example.net anna@example.org "$(path "$ROOT/$message")" | sed 's/^/     /'
  done
}

# A message is taken when it is on disk; it is in the mailbox a moment later.
wait_for_delivery() {
  local wanted=$1 end=$((SECONDS + patience / 10))
  while ((SECONDS < end)); do
    [[ $(sample pop3 127.0.0.1 "$pop_port" anna secret) == *"$wanted messages" ]] && return
    sleep 0.1
  done
  echo "   not delivered within a minute"
  return 1
}

read_messages() {
  mkdir "$work/got"
  wait_for_delivery "$(find samples/messages -name '*.eml' | wc -l)"
  sample pop3 127.0.0.1 "$pop_port" anna secret "$(path "$work/got")" | sed 's/^/   /'
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

queue_messages() {
  local name
  for name in clara@takes.test dora@busy.test emil@gone.test; do
    sample send 127.0.0.1 "$smtp_port" anna@example.org "$name" "$(path "$ROOT/samples/messages/1-plain.eml")" |
      sed -n 's/^.*: taken/   &/p'
  done
}

see_them_arrive() {
  wait_for "$work/neighbour/takes.test.eml"
  wait_for "$work/neighbour/busy.test.eml"
  sed 's/^/   /' "$work/neighbour.log"
  tr -d '\r' <samples/messages/1-plain.eml >"$work/expected"
  for name in takes busy; do
    without_trace "$work/neighbour/$name.test.eml" | cmp -s - "$work/expected" || { echo "   what arrived at $name.test DIFFERS" && return 1; }
    echo "   $name.test has the same $(stat -c %s "$work/expected") octets"
  done
}

# The report lies in the sender's mailbox, behind the messages of the first part.
see_the_report() {
  local number
  number=$(($(find samples/messages -name '*.eml' | wc -l) + 1))
  wait_for_delivery "$number"
  rm -r "$work/got" && mkdir "$work/got"
  sample pop3 127.0.0.1 "$pop_port" anna secret "$(path "$work/got")" >/dev/null
  sed -n $'s/\r$//; /^Content-Type: message\\/rfc822/q; s/^/   | /p' "$work/got/$number.eml"
  grep -q '^Status: 5.1.1' "$work/got/$number.eml" && grep -q 'nobody of that name' "$work/got/$number.eml"
}

main() {
  smtp_port=$(free_port)
  pop_port=$(free_port "$smtp_port")
  step "A neighbour: nsd with a DNS zone, and a mail server on 127.0.0.2 that is not ours"
  start_neighbour
  echo "   DNS on $resolver; takes.test, busy.test and gone.test have the MX mx.test, 127.0.0.2, port $mx_port"
  if (($# > 0)); then
    step "Samples: mailhost, send and pop3 from $samples"
  else
    step "Samples: mailhost, send and pop3 are compiled against out/include and out/lib"
    build_samples
  fi
  step "mailhost serves SMTP on 127.0.0.1:$smtp_port and POP3 on 127.0.0.1:$pop_port"
  start_host
  step "send passes each message to it (SRVInitSendMsgSMTP)"
  send_messages
  step "pop3 reads them back"
  read_messages
  step "Compared, without the trace lines on top"
  compare
  step "Mail for other hosts: anna writes to takes.test, busy.test and gone.test, and mailhost queues it"
  queue_messages
  step "The neighbour took one at once, put one off and took it two seconds later, and refused one"
  see_them_arrive
  step "What was refused came back to anna, with the neighbour's words (RFC 3464)"
  see_the_report
  step "mailhost saw, and stops"
  stop_host
  tr -d '\r' <"$work/host.log" | sed 's/^/   /'
  printf '\nAll is well.\n'
}

main "$@"
