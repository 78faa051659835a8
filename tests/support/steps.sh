# shellcheck shell=bash
# Steps of a suite that is a shell script: each is tried, and told as passed or failed. Sourced; needs root. They work in
# a folder that goes away with the script; prefix is a place in it where install_to_prefix puts the library.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
passed=0
failed=0

# A child shell, so that errexit holds inside the function, too.
try() {
  local name=$1 status
  set +e
  (set -e; cd "$work"; "$2") >"$work/log" 2>&1
  status=$?
  set -e
  if ((status == 0)); then
    echo "ok   $name"
    passed=$((passed + 1))
  else
    echo "FAIL $name"
    sed 's/^/     /' "$work/log"
    failed=$((failed + 1))
  fi
}

install_to_prefix() { "${root:?}/build.sh" install --prefix "$prefix"; }
