#!/usr/bin/env bash
# Fuzzes what reads the words of others; called by build.sh, which has seen to what it needs. docs/testing.md says how.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=$ROOT/out/fuzz
CORPUS=$ROOT/tests/fuzz/corpus
WORDS=$ROOT/tests/fuzz/words
cd "$ROOT"

usage() {
  cat <<'USAGE'
usage: ./build.sh fuzz [TARGET...] [SECONDS]
       ./build.sh fuzz TARGET FILE...

The first runs AFL++ on each target for so many seconds (60), by default on all of them, one after the other. It begins
with tests/fuzz/corpus/TARGET and with what earlier runs found. An input for which a property does not hold is kept in
out/fuzz/TARGET/crashes; then it ends with 1. The second tells what a target says of files, such as those.

USAGE
  printf 'targets:'
  find "$CORPUS" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | awk '{ printf " %s", $1 } END { print "" }'
}

# Only a copy of the library has AFL's counters; the plain program replays finds.
build() {
  rm -rf "$OUT/program" "$OUT/instrumented"
  dotnet build tests/fuzz -c Release -o "$OUT/program" -v q --nologo -clp:NoSummary
  cp -r "$OUT/program" "$OUT/instrumented"
  dotnet "$OUT/program/MailModule.Tests.dll" instrument "$OUT/instrumented/MailModule.Managed.dll"
}

program() { dotnet "$OUT/program/MailModule.Tests.dll" "$@"; }

# Finds of earlier runs that are mended by now.
drop_mended() {
  local file
  for file in "$OUT/$1/crashes"/*; do
    [[ ! -f $file ]] || ! timeout 20 dotnet "$OUT/program/MailModule.Tests.dll" check "$1" "$file" >/dev/null || rm "$file"
  done
}

# What earlier runs found, and the corpus.
gather_inputs() {
  local target=$1 inputs=$OUT/$1/inputs
  mkdir -p "$inputs"
  [[ ! -d $OUT/$target/afl/default/queue ]] ||
    find "$OUT/$target/afl/default/queue" -maxdepth 1 -type f | while read -r file; do
      cp --remove-destination "$file" "$inputs/$(sha1sum "$file" | cut -c1-16)"
    done
  cp "$CORPUS/$target"/* "$inputs"
  rm -rf "$OUT/$target/afl"
}

# The harness runs in one process, which a time-out or a full stack ends, and afl-fuzz with it: then the input that it
# was given last is the find.
run_afl() {
  local target=$1 seconds=$2 folder=$OUT/$1 status=0 words=()
  [[ ! -f $WORDS/$target.dict ]] || words=(-x "$WORDS/$target.dict")
  AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
    nice -n 19 afl-fuzz -i "$folder/inputs" -o "$folder/afl" -m none -t 10000 -G 4096 -V "$seconds" "${words[@]}" \
    -- dotnet "$OUT/instrumented/MailModule.Tests.dll" fuzz "$target" >"$folder/afl.log" 2>&1 || status=$?
  mkdir -p "$folder/crashes"
  find "$folder/afl/default/crashes" "$folder/afl/default/hangs" -type f ! -name README.txt 2>/dev/null |
    while read -r file; do cp "$file" "$folder/crashes/$(sha1sum "$file" | cut -c1-16)"; done
  ((status != 0)) || return 0
  tail -n 5 "$folder/afl.log"
  [[ ! -f $folder/afl/default/.cur_input ]] || cp "$folder/afl/default/.cur_input" "$folder/crashes/ended-$(date +%s)"
  return 1
}

stat_of() { sed -n "s/^$2 *: //p" "$OUT/$1/afl/default/fuzzer_stats"; }

tell() {
  local target=$1 finds
  finds=$(find "$OUT/$target/crashes" -type f | wc -l)
  printf '%-14s %5s s %11s executions %5s inputs %6s edges %3s finds\n' "$target" "$(stat_of "$target" run_time)" \
    "$(stat_of "$target" execs_done)" "$(stat_of "$target" corpus_count)" "$(stat_of "$target" edges_found)" "$finds"
  ((finds == 0)) || program check "$target" "$OUT/$target/crashes"/* | grep -v '^ *at ' | cut -c1-300 | head -n 20
  ((finds == 0))
}

fuzz() {
  local target=$1 seconds=$2 status=0
  drop_mended "$target"
  gather_inputs "$target"
  run_afl "$target" "$seconds" || status=1
  [[ -f $OUT/$target/afl/default/fuzzer_stats ]] || return 1
  tell "$target" || status=1
  return $status
}

main() {
  local seconds=60 targets=() argument failed=0
  case " $* " in *" --help "*) usage && exit ;; esac
  if (($# > 1)) && [[ -f $2 ]]; then
    build
    program check "$@"
    exit
  fi
  for argument; do
    if [[ $argument =~ ^[0-9]+$ ]]; then
      seconds=$argument
    elif [[ -d $CORPUS/$argument ]]; then
      targets+=("$argument")
    else
      usage >&2 && exit 2
    fi
  done
  build
  ((${#targets[@]})) || mapfile -t targets < <(program list)
  for argument in "${targets[@]}"; do fuzz "$argument" "$seconds" || failed=1; done
  exit $failed
}

main "$@"
