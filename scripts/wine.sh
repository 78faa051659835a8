#!/usr/bin/env bash
# Runs a program for Windows x64 here: wine.sh PROGRAM [ARGUMENT...]. wine's own folder is out/wine, the DLL is found in
# out/win-x64; WINEPREFIX and WINEPATH say otherwise.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export WINEPREFIX=${WINEPREFIX:-$ROOT/out/wine} WINEDEBUG=${WINEDEBUG:--all} WINEARCH=win64

# What would open a window, ask for a download or wait for a debugger is not there. Z: is what wine calls the root.
export WINEDLLOVERRIDES="mscoree=d;mshtml=d;winedbg.exe=d" WINEPATH=${WINEPATH:-Z:${ROOT//\//\\}\\out\\win-x64}
unset DISPLAY

# The first of several programs makes the folder, the others wait for it.
if [[ ! -f $WINEPREFIX/.made ]]; then
  mkdir -p "$WINEPREFIX"
  (
    flock 9
    [[ -f $WINEPREFIX/.made ]] || { wine wineboot -i >"$WINEPREFIX/.log" 2>&1 </dev/null && wineserver -w && touch "$WINEPREFIX/.made"; }
  ) 9>"$WINEPREFIX/.lock"
fi
exec wine "$@"
