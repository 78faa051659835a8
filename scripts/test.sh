#!/usr/bin/env bash
# Runs the suites named (all by default) and sums them up; called by build.sh, which has seen to what they need.
# A suite is a function that prints what it likes; count_SUITE reads passed and failed out of that.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=$ROOT/out
LOGS=$OUT/test
cd "$ROOT"
. scripts/packages.sh
. scripts/library.sh

suite_managed() {
  dotnet test tests/managed -c Release --nologo -v q --logger "console;verbosity=minimal"
}

suite_c() {
  configure_c -DBUILD_TESTING=ON
  run_c_tests "$c_build"
}

suite_demo() {
  if scripts/demo.sh "$@"; then
    echo "1 passed, 0 failed"
  else
    echo "0 passed, 1 failed"
  fi
}

suite_interop() {
  build_samples
  python3 tests/interop/run.py
}

suite_kill() {
  build_samples
  python3 tests/kill/run.py
}

suite_install() {
  tests/install/run.sh
}

suite_python() {
  tests/python/run.sh
}

# The C tests and the demo with the library for arm64, run by qemu; on such a machine, without it.
suite_arm64() {
  local status=0 run=run_c_tests demo=()
  for_architecture arm64
  [[ $built == "$OUT" ]] || run=run_emulated_c_tests demo=("$built/samples" "$ROOT/scripts/qemu.sh")
  build_library own
  configure_c -DBUILD_TESTING=ON
  $run "$c_build" || status=$?
  suite_demo "${demo[@]}"
  return $status
}

suite_windows() {
  local status=0
  build_windows
  configure_c -DBUILD_TESTING=ON
  scripts/wine.sh cmd /c ver # makes wine's folder, once
  run_emulated_c_tests "$c_build" || status=$?
  suite_demo "$built/samples" scripts/wine.sh
  WINEPREFIX=${WINEPREFIX:-$OUT/wine} wineserver -k || true
  return $status
}

# wine and qemu have faults of their own, which come by chance: there a test that has failed is run once more, and is named.
run_emulated_c_tests() {
  local status=0
  run_c_tests "$1" --repeat until-pass:2 || status=$?
  sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: ([^ ]+) .*\*\*\*(Failed|Timeout|Exception).*/failed at first: \1/p' "$1/ctest.log"
  return $status
}

# run_c_tests FOLDER [OPTION...]: builds and runs what CMake has configured there, and names what that leaves out; options
# of ctest
run_c_tests() {
  local status=0
  cmake --build "$1" --parallel 2 || return
  ctest --test-dir "$1" --output-on-failure --timeout 300 --parallel 2 --output-log "$1/ctest.log" "${@:2}" || status=$?
  tr -d '\r' <"$1/Testing/Temporary/LastTest.log" | grep '^skipped: ' | sort -u || true
  return $status
}

# "Passed!  - Failed: 0, Passed: 31, Skipped: 0"
count_managed() { sed -nE 's/.*Failed: *([0-9]+), Passed: *([0-9]+),.*/\2 \1/p' "$1"; }

# "100% tests passed, 0 tests failed out of 7", among them "1/7 Test #1: name ...***Skipped"
count_c() {
  awk '/Test +#[0-9]+:.*\*\*\*Skipped/ { s++ }
    /tests failed out of/ {
      for (i = 1; i < NF; i++) if ($i == "tests" && $(i + 1) == "failed") f = $(i - 1)
      print $NF - f - s, f
    }' "$1"
}

# our own runners end with "N passed, N failed"
count_lines() { sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$1" | tail -n 1; }
count_demo() { count_lines "$1"; }
count_interop() { count_lines "$1"; }
count_kill() { count_lines "$1"; }
count_install() { count_lines "$1"; }
count_python() { count_lines "$1"; }
count_arm64() { count_c "$1" && count_lines "$1"; }
count_windows() { count_c "$1" && count_lines "$1"; }

passed=0
failed=0
summary=()

# In a child of its own, so that errexit holds inside.
suite_alone() { bash -c 'set -euo pipefail; . scripts/test.sh --only-functions; "suite_$1"' - "$1" 2>&1; }

run_suite() {
  local name=$1 status=0 began=$SECONDS
  echo "== $name"
  suite_alone "$name" | tee "$LOGS/$name.log" || status=$?
  sum_up "$name" $status $((SECONDS - began))
}

# Interop and kill wait more than they work: kill runs beside interop where both are to run, and is shown in its turn.
kill_beside=

start_kill_beside() {
  rm -f "$LOGS/kill.end"
  # Both suites build the samples, which they may not at the same time. Where that fails, it fails in each of them again.
  build_samples || true
  set -m                # a process group of its own, for the end of this script
  (
    began=$SECONDS status=0
    suite_alone kill >"$LOGS/kill.log" </dev/null || status=$?
    echo $status $((SECONDS - began)) >"$LOGS/kill.end"
  ) &
  kill_beside=$!
  set +m
  trap 'kill -- -$kill_beside 2>/dev/null || true' EXIT
}

show_kill() {
  local status=1 seconds=0
  echo "== kill, which ran beside interop"
  wait $kill_beside || true # how it ended stands in kill.end; without that file it has failed
  trap - EXIT
  cat "$LOGS/kill.log"
  [[ ! -e $LOGS/kill.end ]] || read -r status seconds <"$LOGS/kill.end"
  sum_up kill "$status" "$seconds"
}

# sum_up SUITE STATUS SECONDS
sum_up() {
  local name=$1 status=$2 log=$LOGS/$1.log good bad
  read -r good bad < <("count_$name" "$log" | awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
  # it ended badly without naming a failure, or did nothing at all
  if ((status != 0 && bad == 0)) || ((good + bad == 0)); then bad=$((bad + 1)); fi
  passed=$((passed + good))
  failed=$((failed + bad))
  summary+=("$(printf '%-8s %5d passed %5d failed %5d s' "$name" "$good" "$bad" "$3")")
}

# These test a library for another machine, and build it.
other_machines=" windows arm64 "

prepare() {
  local name builds=no
  mkdir -p "$LOGS"
  for name; do
    rm -f "$LOGS/$name.log"
    [[ $other_machines == *" $name "* ]] || builds=yes
  done
  [[ $builds == yes ]] || return 0
  if ! ./build.sh build 2>&1 | tee "$LOGS/build.log"; then
    echo "== the library does not build"
    summary+=("build        0 passed     1 failed")
    failed=1
    return 1
  fi
}

main() {
  local suites=("$@") name
  ((${#suites[@]})) || read -ra suites <<<"$all_suites"
  for name in "${suites[@]}"; do
    declare -F "suite_$name" >/dev/null || { echo "no such suite: $name" >&2 && exit 2; }
  done
  if prepare "${suites[@]}"; then
    for name in "${suites[@]}"; do
      [[ $name != interop || " ${suites[*]} " != *" interop "*"kill "* ]] || start_kill_beside
      if [[ $name == kill && $kill_beside ]]; then show_kill; else run_suite "$name"; fi
    done
  fi
  echo
  printf '%s\n' "${summary[@]}"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

[[ ${1:-} == --only-functions ]] || main "$@"
