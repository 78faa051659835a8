#!/usr/bin/env bash
# Formatting and lint; changes nothing. Called by build.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
status=0

say() {
  echo "$1"
  shift
  "$@" || status=1
}

mapfile -t c_files < <(git ls-files '*.c' '*.h' '*.cpp' '*.hpp')
mapfile -t shell_files < <(git ls-files '*.sh' .ci/run)

say "C# format" dotnet format MailModule.sln --verify-no-changes
((${#c_files[@]} == 0)) || say "C format" clang-format --dry-run --Werror "${c_files[@]}"
say "shell" shellcheck "${shell_files[@]}"
exit $status
