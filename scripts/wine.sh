#!/usr/bin/env bash
# Runs a program for Windows x64 here: wine.sh PROGRAM [ARGUMENT...]. wine's own folder is out/wine, the DLL is found in
# out/win-x64; WINEPREFIX and WINEPATH say otherwise.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export WINEPREFIX=${WINEPREFIX:-$ROOT/out/wine} WINEDEBUG=${WINEDEBUG:--all} WINEARCH=win64

# What would open a window, ask for a download or wait for a debugger is not there. Z: is what wine calls the root.
export WINEDLLOVERRIDES="mscoree=d;mshtml=d;winedbg.exe=d" WINEPATH=${WINEPATH:-Z:${ROOT//\//\\}\\out\\win-x64}
unset DISPLAY

quietly() { "$@" </dev/null >>"$WINEPREFIX/.log" 2>&1 9>&-; }

# wine's folder is made once. Its server and services are started apart from any program, because they outlive it and
# whoever reads its output would wait for them; half a minute after the last program they end.
begin() {
  flock 9
  if [[ ! -f $WINEPREFIX/.made ]]; then
    quietly wine wineboot -i
    quietly wineserver -w
    touch "$WINEPREFIX/.made"
  fi
  if quietly wineserver -p30; then quietly wine cmd /c exit; fi
}

mkdir -p "$WINEPREFIX"
begin 9>"$WINEPREFIX/.lock"
exec wine "$@"
