# shellcheck shell=bash
# Publishing and installing the library. Sourced by build.sh and scripts/*.sh; needs ROOT and OUT.

soname=libmailmodule.so.1

# What is built: the library of this machine, unless for_architecture or for_windows has said otherwise.
rid=               # as .NET names machines
tools=             # what stands in front of the names of gcc and binutils
built=$OUT         # lib/ and include/ are there
c_build=$OUT/cmake # samples and tests in C

# for_architecture x64|arm64: Linux on this processor
for_architecture() {
  case $(own_architecture)-$1 in
    x64-x64 | arm64-arm64) ;;
    x64-arm64) tools=aarch64-linux-gnu- built=$OUT/linux-arm64 c_build=$OUT/cmake-linux-arm64 ;;
    *) echo "build.sh: no way to build for $1 on $(uname -m)" >&2 && return 1 ;;
  esac
  rid=linux-$1
}

# Windows x64, from another system
for_windows() {
  rid=win-x64 built=$OUT/win-x64 c_build=$OUT/cmake-win-x64
}

own_architecture() {
  case $(uname -m) in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
    *) echo "build.sh: no NativeAOT for $(uname -m)" >&2 && return 1 ;;
  esac
}

# build_library [DNS]: who asks the DNS servers, "own" or "dnsclient"
build_library() {
  local dns=${1:-own} file=$built/lib/$soname
  [[ -n $rid ]] || for_architecture "$(own_architecture)"
  echo "library: $rid"
  restore_packages "$dns"
  publish_library "$dns"
  lay_out_library
  check_soname
  build_command
  make_manual
  echo "library: ${file#"$ROOT/"}, $(stat -c %s "$file") octets"
}

# Apart from the compilation, so that a package that cannot be had is not taken for a fault of the sources.
restore_packages() {
  local log=$built/restore.log
  mkdir -p "$built"
  if ! dotnet restore src/MailModule.Native -r "$rid" -p:MailModuleDns="$1" -v m >"$log" 2>&1; then
    cat "$log" >&2
    echo "build.sh: NuGet cannot restore the packages of NativeAOT for $rid; ${log#"$ROOT/"} says why" >&2
    return 1
  fi
}

publish_library() {
  local log=$built/publish.log
  if ! dotnet publish src/MailModule.Native --no-restore -c Release -r "$rid" -o "$built/publish" -p:CrossPrefix="$tools" \
    -p:MailModuleDns="$1" -p:TrimmerSingleWarn=false -v m >"$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
  if grep -E ': warning |^warning ' "$log" >&2; then
    echo "build.sh: warnings count as errors" >&2
    return 1
  fi
}

lay_out_library() {
  local made=$built/publish/libmailmodule.so
  mkdir -p "$built/lib"
  # Put in place by a rename: a process that has the old file mapped keeps it whole.
  install -m 755 "$made" "$built/lib/.new"
  if [[ -f $made.dbg ]]; then
    install -m 644 "$made.dbg" "$built/lib/$soname.dbg"
    "${tools}objcopy" --remove-section=.gnu_debuglink --add-gnu-debuglink="$built/lib/$soname.dbg" "$built/lib/.new"
  fi
  mv "$built/lib/.new" "$built/lib/$soname"
  ln -sfn "$soname" "$built/lib/libmailmodule.so"
  lay_out_headers
}

lay_out_headers() {
  mkdir -p "$built/include/mailmodule"
  install -m 644 include/mailmodule.h include/mailmodule.hpp "$built/include"
  install -m 644 include/mailmodule/*.hpp "$built/include/mailmodule"
}

# The manual pages, of the header, the settings and, where it runs here, the command.
make_manual() {
  local commands=("$built/bin/mailmodule")
  [[ -z $tools ]] || commands=()
  python3 scripts/man.py "$built/share/man" include/mailmodule.h docs/settings.md "${commands[@]}"
}

# The command "mailmodule", which finds the library beside its own folder, wherever both are installed.
build_command() {
  # shellcheck disable=SC2016 # the loader reads $ORIGIN
  local multiarch folders='$ORIGIN/../lib:$ORIGIN/../lib64'
  multiarch=$("${tools}gcc" -print-multiarch)
  mkdir -p "$built/bin"
  "${tools}gcc" -std=c11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -I"$built/include" -o "$built/bin/.new" \
    tools/mailmodule/*.c -L"$built/lib" -lmailmodule -Wl,-rpath,"$folders${multiarch:+:\$ORIGIN/../lib/$multiarch}" -lpthread
  mv "$built/bin/.new" "$built/bin/mailmodule"
}

check_soname() {
  local dynamic
  dynamic=$("${tools}objdump" -p "$built/lib/$soname")
  grep -q "SONAME *$soname\$" <<<"$dynamic" || {
    echo "build.sh: $built/lib/$soname does not carry the SONAME $soname" >&2
    return 1
  }
}

# The DLL, cross-built; docs/windows.md says what such a DLL is good for.
build_windows() {
  for_windows
  echo "library: $rid"
  restore_packages own
  publish_library own
  lay_out_windows
  echo "library: ${built#"$ROOT/"}/mailmodule.dll, $(stat -c %s "$built/mailmodule.dll") octets"
}

lay_out_windows() {
  lay_out_headers
  install -m 644 "$built"/publish/mailmodule.{dll,lib,def} "$built"
  x86_64-w64-mingw32-dlltool -d "$built/mailmodule.def" -D mailmodule.dll -l "$built/libmailmodule.dll.a"
  x86_64-w64-mingw32-gcc -std=c11 -O2 -Wall -Wextra -Werror -D__USE_MINGW_ANSI_STDIO=1 -Iinclude \
    -o "$built/mailmodule.exe" tools/mailmodule/*.c -L"$built" -l:libmailmodule.dll.a -lws2_32
}

# C side: the header's tests, the samples and the packages, by CMake.
configure_c() {
  [[ $built == "$OUT" ]] || set -- -DCMAKE_TOOLCHAIN_FILE="$ROOT/cmake/$rid.cmake" "$@"
  cmake -S "$ROOT" -B "$c_build" -DMAILMODULE_OUT="$built" -DCMAKE_BUILD_TYPE=Release "$@" >"$c_build.log" 2>&1 || {
    cat "$c_build.log" >&2
    return 1
  }
}

install_library() {
  configure_c -DCMAKE_INSTALL_PREFIX="$1" -DBUILD_TESTING=OFF
  cmake --install "$c_build" --prefix "$1"
}

# compile_c RESULT SOURCE [-lLIBRARY]...: a C program that uses the library where the build has put it; one that is newer
# than all that it is made of stays
compile_c() {
  local result=$1 made_of
  shift
  made_of=("$1" "$OUT/include" "$OUT/lib/$soname" "$ROOT/scripts/library.sh")
  [[ ! -e $result || $(find "${made_of[@]}" -newer "$result" -print -quit) ]] || return 0
  mkdir -p "$(dirname "$result")"
  gcc -std=c11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -I"$OUT/include" -o "$result" "$@" \
    -L"$OUT/lib" -lmailmodule -Wl,-rpath,"$OUT/lib" -lpthread
}

# All that need no more than the library; CMake builds the one over OpenSSL too (samples/c/CMakeLists.txt).
build_samples() {
  local source
  for source in "$ROOT"/samples/c/*.c; do
    [[ $source != */smtp_openssl.c ]] || continue
    compile_c "$OUT/samples/$(basename "$source" .c)" "$source"
  done
}
