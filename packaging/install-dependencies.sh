#!/bin/sh
# Installs the Debian packages that are missing, and says which and why before it does.
#
#   packaging/install-dependencies.sh build          what it takes to build tandem
#   packaging/install-dependencies.sh build test     and what it takes to run the tests
#   packaging/install-dependencies.sh --list …       only says what is missing; exit code 1 when anything is
#
# It asks for commands, libraries and files, not for packages: a machine may have them from elsewhere. Works as root and
# with sudo, and is quiet when nothing is missing.
set -eu

list_only=false
missing=""
reasons=""

# need PACKAGE WHY TEST…: notes the package unless the test succeeds.
need() {
    package=$1 why=$2
    shift 2
    "$@" >/dev/null 2>&1 && return
    missing="$missing $package"
    reasons="$reasons
  $package: $why"
}
command_exists() { command -v "$1"; }
library_exists() { pkg-config --exists "$1"; }
python_has() { python3 -c "import $1" || /usr/bin/python3 -c "import $1"; }

needs_of_build() {
    need gcc "the C compiler" command_exists cc
    need libc6-dev "the C library's headers" test -e /usr/include/stdio.h
    need make "the commands in the Makefile" command_exists make
    need cmake "the build system" command_exists cmake
    need ninja-build "what cmake drives" command_exists ninja
    need pkg-config "finds the libraries below" command_exists pkg-config
    need ccache "three builds of the same sources in the time of one" command_exists ccache
    need libcurl4-openssl-dev "HTTP towards Jira" library_exists libcurl
    need libjansson-dev "JSON" library_exists jansson
    need libssl-dev "SHA-256" library_exists libcrypto
    need libmicrohttpd-dev "the HTTP server of the sandbox" library_exists libmicrohttpd
    need libsqlite3-dev "the store" library_exists sqlite3
    need libsodium-dev "sealing of credentials" library_exists libsodium
    need libpcre2-dev "regular expressions of administrators" library_exists libpcre2-8
    need libutf8proc-dev "Unicode" library_exists libutf8proc
    need uthash-dev "hash tables" test -e /usr/include/uthash.h
    need ca-certificates "certificates of real sites" test -e /etc/ssl/certs/ca-certificates.crt
    need tzdata "the time zones that Jira's accounts live in" test -e /usr/share/zoneinfo/Europe/Berlin
}

needs_of_test() {
    need libcmocka-dev "the unit tests" library_exists cmocka
    need clang "the second compiler" command_exists clang
    need python3 "the tests of the whole program" command_exists python3
    need python3-jsonschema "checks answers against Jira's published descriptions" python_has jsonschema
    need python3-jira "a client of Jira that drives the sandbox" python_has jira
    need nodejs "runs clients in JavaScript that drive the sandbox" command_exists node
    need npm "fetches them, as test/peers/package-lock.json has them" command_exists npm
    need openssl "makes certificates for the tests of TLS" command_exists openssl
    need curl "asks a running sandbox as a person would" command_exists curl
}

for what in "$@"; do
    case $what in
    --list) list_only=true ;;
    build) needs_of_build ;;
    test) needs_of_test ;;
    *)
        echo "install-dependencies: '$what' is neither build nor test" >&2
        exit 2
        ;;
    esac
done

[ -n "$missing" ] || exit 0
if $list_only; then
    echo "missing:$reasons"
    exit 1
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo"
    command -v sudo >/dev/null || {
        echo "Missing are:$reasons" >&2
        echo "Please run as root: apt-get install$missing" >&2
        exit 1
    }
fi
command -v apt-get >/dev/null || {
    echo "Missing are (names as Debian 12 has them):$reasons" >&2
    echo "This system has no apt-get; please install them and come again." >&2
    exit 1
}

echo "Installing Debian packages:$reasons"
# shellcheck disable=SC2086
install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >"$log" 2>&1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A package list that is old or absent shows as a failure to find or fetch; only then it is renewed.
if ! install; then
    echo "Renewing the package lists first (apt-get update)"
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >"$log" 2>&1 || ! install; then
        cat "$log" >&2
        echo "install-dependencies: the packages could not be installed; apt-get's own words are above" >&2
        exit 1
    fi
fi
echo "Installed."
