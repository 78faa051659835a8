#!/usr/bin/env bash
# The Python package as its user gets it: the library is installed to a prefix, which is a virtual environment as well;
# the package is built as an sdist and installed from that, without network; its tests run from the unpacked sdist with
# what was installed. Ends with "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/tests/support/steps.sh"
export PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
unset MAILMODULE_LIBRARY MAILMODULE_HEADER PYTHONPATH

makes_an_environment() { python3 -m venv "$prefix"; }

makes_the_sdist() {
  local build='import sys, mailmodule_build; mailmodule_build.build_sdist(sys.argv[1])'
  (cd "$root/bindings/python/backend" && python3 -c "$build" "$work")
  tar -xf "$work"/mailmodule-*.tar.gz
}

installs_the_sdist() { "$prefix/bin/pip" install "$work"/mailmodule-*.tar.gz; }

# What README.md says, beside an environment that has it already.
installs_the_folder() {
  "$prefix/bin/pip" install --target "$work/folder" "$root/bindings/python"
  diff -r -x __pycache__ "$root/bindings/python/src/mailmodule" "$work/folder/mailmodule"
}

finds_the_library() {
  local found
  found=$("$prefix/bin/python" -c 'import mailmodule; print(mailmodule.library_version(), mailmodule.library().path)')
  [[ $found == *" $prefix/lib/"* ]] || { echo "not that of the prefix: $found" && return 1; }
}

try "the library is installed to a prefix" install_to_prefix
try "the prefix becomes a virtual environment" makes_an_environment
try "an sdist is made" makes_the_sdist
try "pip installs the sdist without network" installs_the_sdist
try "pip installs the folder without network" installs_the_folder
try "the library of the prefix is found" finds_the_library

cd "$work"/mailmodule-*/
status=0
"$prefix/bin/python" -X dev -m tests.run 2>&1 | tee "$work/tests.log" || status=$?
read -r good bad < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$work/tests.log") || { good=0 && bad=1; }
# The interpreter's end is a part of what is tested.
((status == 0 || bad > 0)) || { echo "FAIL python ended with $status after its tests" && bad=1; }
passed=$((passed + good))
failed=$((failed + bad))
echo "$passed passed, $failed failed"
((failed == 0))
