# shellcheck shell=bash
# Publishing and installing the library. Sourced by build.sh and scripts/*.sh; needs ROOT and OUT.

soname=libmailmodule.so.1

# build_library [DNS]: who asks the DNS servers, "own" or "dnsclient"
build_library() {
  local dns=${1:-own}
  echo "library: $(runtime_identifier)"
  restore_packages "$dns"
  publish_library "$dns"
  lay_out_library
  check_soname
  echo "library: out/lib/$soname, $(stat -c %s "$OUT/lib/$soname") octets"
}

runtime_identifier() {
  case $(uname -m) in
    x86_64) echo linux-x64 ;;
    aarch64) echo linux-arm64 ;;
    *) echo "build.sh: no NativeAOT for $(uname -m)" >&2 && return 1 ;;
  esac
}

# Apart from the compilation, so that a package that cannot be had is not taken for a fault of the sources.
restore_packages() {
  local log=$OUT/restore.log
  mkdir -p "$OUT"
  if ! dotnet restore src/MailModule.Native -r "$(runtime_identifier)" -p:MailModuleDns="$1" -v m \
    >"$log" 2>&1; then
    cat "$log" >&2
    echo "build.sh: NuGet cannot restore the packages of NativeAOT for $(runtime_identifier); out/restore.log says why" >&2
    return 1
  fi
}

publish_library() {
  local log=$OUT/publish.log
  if ! dotnet publish src/MailModule.Native --no-restore -c Release -r "$(runtime_identifier)" -o "$OUT/publish" \
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
  local built=$OUT/publish/libmailmodule.so
  mkdir -p "$OUT/lib" "$OUT/include"
  # Put in place by a rename: a process that has the old file mapped keeps it whole.
  install -m 755 "$built" "$OUT/lib/.new"
  if [[ -f $built.dbg ]]; then
    install -m 644 "$built.dbg" "$OUT/lib/$soname.dbg"
    objcopy --remove-section=.gnu_debuglink --add-gnu-debuglink="$OUT/lib/$soname.dbg" "$OUT/lib/.new"
  fi
  mv "$OUT/lib/.new" "$OUT/lib/$soname"
  ln -sfn "$soname" "$OUT/lib/libmailmodule.so"
  install -m 644 include/mailmodule.h "$OUT/include/mailmodule.h"
}

check_soname() {
  local dynamic
  dynamic=$(objdump -p "$OUT/lib/$soname")
  grep -q "SONAME *$soname\$" <<<"$dynamic" || {
    echo "build.sh: out/lib/$soname does not carry the SONAME $soname" >&2
    return 1
  }
}

# C side: the header's tests, the samples and the packages, by CMake.
configure_c() {
  cmake -S "$ROOT" -B "$OUT/cmake" -DMAILMODULE_OUT="$OUT" -DCMAKE_BUILD_TYPE=Release "$@" >"$OUT/cmake.log" 2>&1 || {
    cat "$OUT/cmake.log" >&2
    return 1
  }
}

install_library() {
  configure_c -DCMAKE_INSTALL_PREFIX="$1" -DBUILD_TESTING=OFF
  cmake --install "$OUT/cmake" --prefix "$1"
}

# compile_c RESULT SOURCE...: a C program that uses the library where the build has put it
compile_c() {
  local result=$1
  shift
  mkdir -p "$(dirname "$result")"
  gcc -std=c11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -I"$OUT/include" -o "$result" "$@" \
    -L"$OUT/lib" -lmailmodule -Wl,-rpath,"$OUT/lib" -lpthread
}

build_samples() {
  local source
  for source in "$ROOT"/samples/c/*.c; do
    compile_c "$OUT/samples/$(basename "$source" .c)" "$source"
  done
}
