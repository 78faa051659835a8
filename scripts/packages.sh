# shellcheck shell=bash
# What each command needs, and how it gets there. Sourced by build.sh. need_* notes what is missing; get_missing then
# installs all of it, or names all of it.

PATH=$PATH:/usr/sbin:/sbin # postfix, dovecot and mkfs live there
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

all_suites="managed c demo interop kill install python"
missing_packages=()
missing_names=()
to_unpack=()
dotnet_is_missing=no
arm64_openssl_is_missing=no
arm64_openssl=$OUT/linux-arm64/openssl

# need PROGRAM PACKAGE: the Debian package that brings a program that must be there
need() {
  if command -v "$1" >/dev/null; then return; fi
  missing_names+=("$1")
  missing_packages+=("$2")
}

# need_file PACKAGE PATTERN...: the same for a file, in any of these places
need_file() {
  local package=$1 pattern
  shift
  for pattern; do
    if compgen -G "$pattern" >/dev/null; then return; fi
  done
  missing_names+=("$1")
  missing_packages+=("$package")
}

# need_package PACKAGE: one that no program or file shows
need_package() {
  missing_names+=("$1")
  missing_packages+=("$1")
}

need_for_build() {
  need_dotnet
  need gcc gcc
  need objcopy binutils
  need cmake cmake
  need make make
  need python3 python3
  need_file libc6-dev /usr/include/stdlib.h
  need_file libssl3 '/usr/lib/*/libssl.so.3' '/usr/lib*/libssl.so.3' '/lib/*/libssl.so.3'
}

# The library for arm64: built by a compiler that runs here, or by the machine's own where that is one.
need_for_arm64() {
  [[ $(uname -m) != aarch64 ]] || return 0
  need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
  need aarch64-linux-gnu-objcopy binutils-aarch64-linux-gnu
  need_file libc6-dev-arm64-cross /usr/aarch64-linux-gnu/include/stdlib.h
}

# And programs that use it, run here.
need_for_arm64_tests() {
  need_for_demo
  need clang clang
  if [[ $(uname -m) == aarch64 ]]; then
    need g++ g++
    return
  fi
  need aarch64-linux-gnu-g++ g++-aarch64-linux-gnu
  need qemu-aarch64-static qemu-user-static
  [[ -e $arm64_openssl/usr/lib/aarch64-linux-gnu/libssl.so.3 ]] || arm64_openssl_is_missing=yes
}

# The DLL for Windows, cross-built.
need_for_windows() {
  need_dotnet
  need clang-16 clang-16
  need lld-link-16 lld-16
  need llvm-lib-16 llvm-16
  need llvm-dlltool-16 llvm-16
  need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
  need_file mingw-w64-x86-64-dev /usr/x86_64-w64-mingw32/lib/libucrt.a
}

# And programs that use it, run here.
need_for_windows_tests() {
  need_for_demo
  need cmake cmake
  need make make
  need clang clang
  need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix
  need wine wine
  need_file wine64 /usr/lib/wine/wine64
}

need_for_demo() {
  need python3 python3
  need nsd nsd
}

need_for_tests() {
  local suites=" ${*:-$all_suites} "
  need python3 python3
  need openssl openssl
  case $suites in
    *" demo "* | *" interop "* | *" kill "*) need_for_demo ;;
  esac
  case $suites in
    *" arm64 "*) need_for_arm64 && need_for_arm64_tests ;;
  esac
  case $suites in
    *" c "* | *" install "*)
      need g++ g++
      need clang clang
      need nm binutils
      need_file libssl-dev /usr/include/openssl/ssl.h
      need mandoc mandoc
      need groff groff-base
      need pkg-config pkg-config
      ;;
  esac
  case $suites in
    *" python "*)
      python3 -c 'import ensurepip' 2>/dev/null || need_package python3-venv
      need mypy mypy
      ;;
  esac
  case $suites in
    *" windows "*)
      need_for_windows
      need_for_windows_tests
      ;;
  esac
  case $suites in
    *" interop "*)
      need swaks swaks
      need curl curl
      need msmtp msmtp
      need gsasl gsasl
      need mpop mpop
      need fetchmail fetchmail
      need getmail getmail6
      need mutt mutt
      need_file libio-socket-ssl-perl /usr/share/perl5/IO/Socket/SSL.pm
      need postfix postfix
      need dovecot dovecot-core
      need_file dovecot-pop3d /usr/lib/dovecot/pop3
      need_file dovecot-submissiond /usr/lib/dovecot/submission
      need saslpasswd2 sasl2-bin
      need_file libsasl2-modules '/usr/lib/*/sasl2/libscram.so'
      need_file gss-ntlmssp '/usr/lib/*/gssntlmssp/gssntlmssp.so'
      need_file python3-gssapi /usr/lib/python3/dist-packages/gssapi/__init__.py
      need unbound unbound
      need munpack mpack
      need ripmime ripmime
      need_unpacked
      need_file python3-aiosmtpd /usr/lib/python3/dist-packages/aiosmtpd/__init__.py
      need_file dovecot-lmtpd /usr/lib/dovecot/lmtp
      need_file python3-spf /usr/lib/python3/dist-packages/spf.py
      need microsocks microsocks
      need haproxy haproxy
      need danted dante-server
      need tinyproxy tinyproxy-bin
      need unshare util-linux
      need node nodejs
      need ip iproute2
      need opendkim opendkim
      need opendkim-testmsg opendkim-tools
      need_file python3-dkim /usr/lib/python3/dist-packages/dkim/__init__.py
      need_file python3-authres /usr/lib/python3/dist-packages/authres/__init__.py
      need_file python3-nacl /usr/lib/python3/dist-packages/nacl/__init__.py
      need_file libopendmarc2 '/usr/lib/*/libopendmarc.so.2'
      need postsrsd postsrsd
      need_file libnet-ssleay-perl '/usr/lib/*/perl5/*/Net/SSLeay.pm' /usr/share/perl5/Net/SSLeay.pm
      ;;
  esac
}

# The servers' packages and Postfix's exclude each other: they are unpacked, not installed, and run in a mount namespace.
# Of nodemailer, which is text, any Node will do: not only Debian's.
need_unpacked() {
  [[ -d $OUT/node-nodemailer/usr || -d /usr/share/nodejs/nodemailer ]] || to_unpack+=(node-nodemailer)
  need_file libevent-2.1-7 '/usr/lib/*/libevent-2.1.so.7' '/lib/*/libevent-2.1.so.7'
  [[ -x $OUT/opensmtpd/usr/sbin/smtpd ]] || to_unpack+=(opensmtpd)
  need_file libgnutls-dane0 '/usr/lib/*/libgnutls-dane.so.0'
  need_file libidn12 '/usr/lib/*/libidn.so.12' '/lib/*/libidn.so.12'
  [[ -x $OUT/exim4-daemon-light/usr/sbin/exim4 ]] || to_unpack+=(exim4-daemon-light)
  need_courier
}

# Courier's POP3 server, whose package excludes Dovecot's, and what it is made of.
need_courier() {
  local package
  need_file libgdbm6 '/usr/lib/*/libgdbm.so.6' '/lib/*/libgdbm.so.6'
  need_file libltdl7 '/usr/lib/*/libltdl.so.7' '/lib/*/libltdl.so.7'
  for package in courier-pop courier-base courier-authdaemon courier-authlib courier-authlib-userdb libcourier-unicode4; do
    [[ -d $OUT/$package/usr ]] || to_unpack+=("$package")
  done
}

# SharpFuzz, which gives the library AFL's counters, comes from NuGet when tests/fuzz is built.
need_for_fuzz() {
  need afl-fuzz afl++
}

need_for_check() {
  need_dotnet
  need clang-format clang-format
  need shellcheck shellcheck
}

need_for_bench() {
  need python3 python3
  case " $* " in *" --help "*) return ;; esac
  need openssl openssl
  need_file libssl-dev /usr/include/openssl/ssl.h
  need mkfs.ext4 e2fsprogs
  # with --against, no other server is measured
  case " $* " in *" --against"[\ =]*) return ;; esac
  need postfix postfix
  need dovecot dovecot-core
  need_file dovecot-pop3d /usr/lib/dovecot/pop3
  need_file libesmtp-dev /usr/include/libesmtp.h
  need_file libcurl4-openssl-dev '/usr/include/*/curl/curl.h' /usr/include/curl/curl.h
}

# No Debian package brings the .NET SDK, so nothing is installed before it is there.
need_dotnet() {
  if command -v dotnet >/dev/null && [[ $(dotnet --version) == 1[0-9].* ]]; then return; fi
  dotnet_is_missing=yes
}

get_missing() {
  if [[ $dotnet_is_missing == yes ]]; then
    echo "build.sh: the .NET SDK 10 or newer is missing: https://dotnet.microsoft.com/download" >&2
    ((${#missing_names[@]} == 0)) || echo "build.sh: missing, too: ${missing_names[*]}" >&2
    exit 1
  fi
  install_missing
  [[ $arm64_openssl_is_missing == no ]] || get_arm64_openssl
}

install_missing() {
  ((${#missing_packages[@]} + ${#to_unpack[@]})) || return 0
  if ! has_root || ! command -v apt-get >/dev/null; then
    ((${#missing_packages[@]})) || return 0
    echo "build.sh: missing: ${missing_names[*]}" >&2
    echo "build.sh: no right to install them; as root: apt-get install --no-install-recommends ${missing_packages[*]}" >&2
    exit 1
  fi
  ((${#missing_packages[@]} == 0)) || apt_install "${missing_packages[@]}"
  local package
  for package in "${to_unpack[@]}"; do apt_unpack "$package"; done
  missing_packages=()
  missing_names=()
  to_unpack=()
}

has_root() { [[ $EUID == 0 ]] || sudo -n true 2>/dev/null; }

as_root() {
  if [[ $EUID == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

apt_install() {
  echo "build.sh: installing $*"
  [[ " $* " != *" postfix "* ]] || echo "postfix postfix/main_mailer_type select No configuration" | as_root debconf-set-selections
  forbid_services
  # it fails at first where the package lists are absent or old
  if ! apt_get install -y --no-install-recommends "$@" && ! { apt_get update && apt_get install -y --no-install-recommends "$@"; }; then
    echo "build.sh: apt-get could not install: $*" >&2
    tail -n 20 "$OUT/apt.log" >&2
    exit 1
  fi
  allow_services
}

# apt_unpack PACKAGE: its files below out/PACKAGE
apt_unpack() {
  local folder
  echo "build.sh: unpacking $1"
  folder=$(mktemp -d)
  if ! download "$1" "$folder" && ! { apt_get update && download "$1" "$folder"; }; then
    echo "build.sh: apt-get could not download: $1" >&2
    tail -n 20 "$OUT/apt.log" >&2
    exit 1
  fi
  mkdir -p "$OUT/$1"
  dpkg -x "$folder/$1"_*.deb "$OUT/$1"
  rm -rf "$folder"
}

download() { (cd "$2" && apt_get download "$1") && compgen -G "$2/$1_*.deb" >/dev/null; }

# From Debian's packages for arm64, by package lists of their own: the machine's lists and architectures stay as they are,
# and no right is needed.
get_arm64_openssl() {
  local folder
  echo "build.sh: unpacking libssl3 for arm64"
  folder=$(mktemp -d)
  chmod 755 "$folder" # apt-get downloads as a user of its own where it is started by root
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$OUT"
  : >"$folder/status"
  # a source that has nothing for arm64 fails the whole; what counts is the package
  apt_get_arm64 "$folder" update || true
  apt_get_arm64 "$folder" download libssl3 || apt_get_arm64 "$folder" download libssl3t64 || {
    echo "build.sh: apt-get could not download libssl3 for arm64" >&2
    tail -n 20 "$OUT/apt.log" >&2
    exit 1
  }
  mkdir -p "$arm64_openssl"
  dpkg -x "$folder"/libssl3*.deb "$arm64_openssl"
  rm -rf "$folder"
  arm64_openssl_is_missing=no
}

# apt_get_arm64 FOLDER COMMAND...
apt_get_arm64() {
  local folder=$1
  shift
  (cd "$folder" && apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Acquire::Languages=none \
    -o Dir::State="$folder" -o Dir::State::status="$folder/status" -o Dir::Cache="$folder/cache" "$@") >>"$OUT/apt.log" 2>&1
}

apt_get() {
  mkdir -p "$OUT"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >>"$OUT/apt.log" 2>&1
}

# Installed servers are started by our tests with their own files, never by the system.
policy=/usr/sbin/policy-rc.d
policy_is_ours=no

forbid_services() {
  [[ ! -e $policy ]] || return 0
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  as_root chmod 755 $policy
  policy_is_ours=yes
  trap allow_services EXIT
}

allow_services() {
  [[ $policy_is_ours == yes ]] || return 0
  as_root rm -f $policy
  policy_is_ours=no
}
