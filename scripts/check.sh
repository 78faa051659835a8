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

# The formatters are silent about what they do not wrap: C# of any width, and comments. A column is a character.
wide_lines() {
  git ls-files -z '*.cs' '*.c' '*.h' '*.cpp' '*.hpp' | LC_ALL=C.UTF-8 xargs -0 grep -nE ".{$((columns + 1))}" |
    sed -E "s/^([^:]+:[0-9]+):.*/\1: more than $columns columns/"
}

columns=$(sed -n 's/^max_line_length = //p' .editorconfig)
mapfile -t c_files < <(git ls-files '*.c' '*.h' '*.cpp' '*.hpp')
mapfile -t shell_files < <(git ls-files '*.sh' .ci/run)

say "C# format" dotnet format MailModule.sln --verify-no-changes
((${#c_files[@]} == 0)) || say "C format" clang-format --dry-run --Werror "${c_files[@]}"
echo "width"
if grep . < <(wide_lines); then status=1; fi
say "shell" shellcheck "${shell_files[@]}"
exit $status
