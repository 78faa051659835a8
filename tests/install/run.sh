#!/usr/bin/env bash
# Installs the library under a prefix of its own; two projects that know nothing of this tree then use it: one by
# find_package, one by pkg-config. Ends with "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/tests/support/steps.sh"

by_find_package() {
  cp -r "$here/find_package" "$work/outside"
  cp "$here/version.c" "$here/settings.cpp" "$work/outside"
  cmake -S "$work/outside" -B "$work/outside/build" -DCMAKE_PREFIX_PATH="$prefix"
  cmake --build "$work/outside/build"
  "$work/outside/build/version"
  "$work/outside/build/settings"
}

by_pkg_config() {
  local lib flags
  lib=$(dirname "$(find "$prefix" -name libmailmodule.so.1)")
  read -ra flags < <(PKG_CONFIG_PATH=$lib/pkgconfig pkg-config --cflags --libs mailmodule)
  gcc -Wall -Wextra -Werror -o version "$here/version.c" "${flags[@]}"
  LD_LIBRARY_PATH=$lib ./version
  g++ -std=c++17 -Wall -Wextra -Werror -o settings "$here/settings.cpp" "${flags[@]}"
  LD_LIBRARY_PATH=$lib ./settings
}

is_there() {
  local name
  for name in "$@"; do
    [[ -s $prefix/share/doc/mailmodule/$name ]] || { echo "$name was not installed"; return 1; }
  done
}

brings_the_documents() {
  is_there LICENSE THIRD-PARTY-NOTICES.md README.md CHANGELOG.md
  (cd "$root" && find docs samples -type f) >"$work/pages"
  [[ -s $work/pages ]]
  while read -r name; do is_there "$name"; done <"$work/pages"
}

brings_the_manual() {
  local name
  while read -r name _; do
    [[ -s $prefix/share/man/man3/$name.3 ]] || { echo "$name(3) was not installed"; return 1; }
  done < <(grep -v '^[#_]' "$root/tests/c/symbols.txt")
  [[ -s $prefix/share/man/man3/mailmodule.3 && -s $prefix/share/man/man5/mailmodule.cfg.5 ]]
  [[ -s $prefix/share/man/man1/mailmodule.1 && -s $prefix/share/man/man1/mailmodule-queue.1 ]]
  mandoc -Tascii "$prefix/share/man/man3/mm_send_new.3" >"$work/page" # grep may leave before mandoc has said all
  grep -q 'Library Functions Manual' "$work/page"
}

# What a user does first: a sample, built where it was installed.
builds_a_sample() {
  local lib flags
  lib=$(dirname "$(find "$prefix" -name libmailmodule.so.1)")
  read -ra flags < <(PKG_CONFIG_PATH=$lib/pkgconfig pkg-config --cflags --libs mailmodule)
  gcc -Wall -Wextra -Werror -D_GNU_SOURCE -o mailhost "$prefix/share/doc/mailmodule/samples/c/mailhost.c" "${flags[@]}" -lpthread
}

# By its own way to the library, and with no other.
brings_the_command() {
  cd /
  env -u LD_LIBRARY_PATH "$prefix/bin/mailmodule" --version | grep -q '^mailmodule [0-9]'
  echo secret | env -u LD_LIBRARY_PATH "$prefix/bin/mailmodule" password --form plain | grep -qx '{PLAIN}secret'
}

try "install --prefix puts the files in place" install_to_prefix
try "a CMake project uses the package" by_find_package
try "a compiler line uses pkg-config" by_pkg_config
try "the documents, the settings page and the samples are installed" brings_the_documents
try "the manual pages are installed" brings_the_manual
try "the command is installed and finds its library" brings_the_command
try "a sample is built from what was installed" builds_a_sample
echo "$passed passed, $failed failed"
((failed == 0))
