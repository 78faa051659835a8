# shellcheck shell=bash
# The DLL, cross-built, and its tests under wine. Sourced by build.sh and scripts/test.sh, after library.sh; needs ROOT
# and OUT. docs/windows.md says what such a DLL is good for.

WINDOWS=$OUT/win-x64
mingw=x86_64-w64-mingw32

build_windows() {
  echo "library: win-x64"
  run_logged "$OUT/restore-windows.log" dotnet restore src/MailModule.Native -r win-x64 -v m
  run_logged "$OUT/publish-windows.log" dotnet publish src/MailModule.Native --no-restore -c Release -r win-x64 \
    -o "$OUT/publish-windows" -p:TrimmerSingleWarn=false -v m
  if grep -E ': warning |^warning ' "$OUT/publish-windows.log" >&2; then
    echo "build.sh: warnings count as errors" >&2
    return 1
  fi
  lay_out_windows
  echo "library: out/win-x64/mailmodule.dll, $(stat -c %s "$WINDOWS/mailmodule.dll") octets"
}

# run_logged LOG COMMAND...: its words are seen only if it fails
run_logged() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || { cat "$log" >&2 && return 1; }
}

lay_out_windows() {
  mkdir -p "$WINDOWS/include"
  install -m 644 "$OUT"/publish-windows/mailmodule.{dll,lib,def} "$WINDOWS"
  install -m 644 include/mailmodule.h "$WINDOWS/include"
  "$mingw-dlltool" -d "$WINDOWS/mailmodule.def" -D mailmodule.dll -l "$WINDOWS/libmailmodule.dll.a"
}

configure_windows() {
  run_logged "$OUT/cmake-win-x64.log" cmake -S "$ROOT" -B "$OUT/cmake-win-x64" -DMAILMODULE_OUT="$WINDOWS" \
    -DCMAKE_TOOLCHAIN_FILE="$ROOT/cmake/win-x64.cmake" -DCMAKE_BUILD_TYPE=Release "$@"
}

test_windows() {
  local status=0
  configure_windows -DBUILD_TESTING=ON
  cmake --build "$OUT/cmake-win-x64" --parallel 2
  scripts/wine.sh cmd /c ver # makes wine's folder, once
  ctest --test-dir "$OUT/cmake-win-x64" --output-on-failure --timeout 300 --parallel 2 || status=$?
  tr -d '\r' <"$OUT/cmake-win-x64/Testing/Temporary/LastTest.log" | grep '^skipped: ' | sort -u || true
  suite_demo "$WINDOWS/samples" scripts/wine.sh
  WINEPREFIX=${WINEPREFIX:-$OUT/wine} wineserver -k || true
  return $status
}
