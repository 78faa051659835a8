#!/usr/bin/env bash
# Everything that is done with this tree: ./build.sh help
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUT=$ROOT/out
cd "$ROOT"

usage() {
  cat <<'USAGE'
usage: ./build.sh COMMAND

  build [--dns=OF] [--arch PROCESSOR]
                        the library: out/lib/libmailmodule.so.1, out/include/mailmodule.h, and the command
                        out/bin/mailmodule; OF: who asks the DNS servers, own (the default) or dnsclient (the package
                        DnsClient, see docs/decisions/0011); PROCESSOR: this machine's unless given, x64 or arm64:
                        lib, include and bin in out/linux-arm64 on x64
  demo                  sends sample messages through the library's servers on loopback and reads them back; and to another
                        host by DNS: one taken, one put off and tried again, one returned
  test [SUITE...]       all tests: managed c demo interop kill install python; ends with "N passed, N failed". By name
                        alone, for each builds the library for another machine: windows, run by wine; arm64, run by qemu
  windows [--no-tests]  the DLL for Windows x64, cross-built for tests (docs/windows.md): out/win-x64/mailmodule.dll,
                        mailmodule.lib, libmailmodule.dll.a, mailmodule.def, include; then C samples (out/win-x64/samples)
                        and C tests (out/cmake-win-x64/tests/c), which are run by wine
  fuzz [TARGET...] [SECONDS]
                        AFL++ on what reads the words of others: all targets, 60 seconds each; finds are kept in out/fuzz
                        and end it with 1: ./build.sh fuzz --help
  check                 formatting and lint of the sources
  bench [ROW...]        the library beside other mail servers, or with --against COMMIT beside itself as it was:
                        ./build.sh bench --help
  size                  what fills the library, by assembly
  install [--prefix P]  library, command, headers, CMake package, pkg-config file, manual pages, documents and samples;
                        P is /usr/local unless given
  clean                 removes what was built

What a command needs and the machine lacks is installed by apt-get where there are root rights, and named otherwise.
USAGE
}

# shellcheck source=scripts/packages.sh
. scripts/packages.sh
# shellcheck source=scripts/library.sh
. scripts/library.sh

command_build() {
  local dns=own architecture
  architecture=$(own_architecture)
  while (($#)); do
    case $1 in
      --dns=own | --dns=dnsclient) dns=${1#--dns=} ;;
      --arch) architecture=${2:?--arch needs a processor} && shift ;;
      --arch=*) architecture=${1#--arch=} ;;
      *) usage >&2 && exit 2 ;;
    esac
    shift
  done
  for_architecture "$architecture"
  need_for_build
  [[ $rid != linux-arm64 ]] || need_for_arm64
  get_missing
  build_library "$dns"
}

command_demo() {
  need_for_build
  need_for_demo
  get_missing
  build_library
  scripts/demo.sh
}

command_test() {
  need_for_build
  need_for_tests "$@"
  get_missing
  scripts/test.sh "$@"
}

command_windows() {
  case ${1:-} in
    '') command_test windows ;;
    --no-tests)
      need_for_windows
      get_missing
      build_windows
      ;;
    *) usage >&2 && exit 2 ;;
  esac
}

command_fuzz() {
  need_dotnet
  case " $* " in *" --help "*) ;; *) need_for_fuzz ;; esac
  get_missing
  scripts/fuzz.sh "$@"
}

command_check() {
  need_for_check
  get_missing
  scripts/check.sh
}

command_bench() {
  need_for_bench "$@"
  case " $* " in *" --help "*) get_missing && exec scripts/bench.sh --help ;; esac
  need_for_build
  get_missing
  build_library
  scripts/bench.sh "$@"
}

command_size() {
  need_for_build
  need python3 python3
  get_missing
  build_library
  python3 scripts/size.py "$OUT/lib/$soname" "src/MailModule.Native/obj/libmailmodule.$rid.map"
}

command_install() {
  local prefix=/usr/local
  case ${1:-} in
    '') ;;
    --prefix=*) prefix=${1#--prefix=} ;;
    --prefix) prefix=${2:?--prefix needs a directory} ;;
    *) usage >&2 && exit 2 ;;
  esac
  need_for_build
  get_missing
  build_library
  install_library "$prefix"
}

command_clean() {
  rm -rf "$OUT" build
  find src tests bench bindings -type d \( -name bin -o -name obj -o -name TestResults -o -name __pycache__ \) -prune -exec rm -rf {} +
}

main() {
  local command=${1:-help}
  shift || true
  case $command in
    build | demo | test | windows | fuzz | check | bench | size | install | clean) "command_$command" "$@" ;;
    help | --help | -h) usage ;;
    *) usage >&2 && exit 2 ;;
  esac
}

main "$@"
