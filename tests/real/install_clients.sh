#!/bin/sh
# Installs the real clients that the tests marked `real` start, into .clients/ of this checkout.
#
#   tests/real/install_clients.sh            Codex, the oldest supported version and the newest known
#   tests/real/install_clients.sh --aichat   aichat as well (built by cargo: some minutes)
#   tests/real/install_clients.sh --mods     what reads a mods.yml as mods does (built by go; see mods_reader/)
#
# A program that cannot be had is left out with a word; its tests then skip and say why. Exit 1 only if what
# was asked for could have been had and was not.
set -u
cd "$(dirname "$0")/../.." || exit 1
clients=$PWD/.clients
codex_versions="0.134.0 0.169.0"
aichat_version=0.30.0
failed=0

say() { printf '%s\n' "$*" >&2; }

codex() {
    if [ -x "$clients/codex-$1/node_modules/.bin/codex" ]; then
        say "codex $1: is there"
        return
    fi
    if ! command -v npm >/dev/null; then
        say "codex $1: left out, npm is not here"
        return
    fi
    mkdir -p "$clients/codex-$1"
    if npm install --prefix "$clients/codex-$1" --no-save --no-audit --no-fund --loglevel=error \
        "@openai/codex@$1" >&2; then
        say "codex $1: installed"
    else
        rm -rf "$clients/codex-$1"
        say "codex $1: npm could not install it"
        failed=1
    fi
}

aichat() {
    if [ -x "$clients/aichat/bin/aichat" ]; then
        say "aichat: is there"
    elif ! command -v cargo >/dev/null; then
        say "aichat: left out, cargo is not here"
    elif nice cargo install aichat --version "$aichat_version" --locked --root "$clients/aichat" >&2; then
        say "aichat $aichat_version: built"
    else
        say "aichat: cargo could not build it"
        failed=1
    fi
}

mods() {
    if ! command -v go >/dev/null; then
        say "mods: left out, go is not here"
    elif (cd tests/real/mods_reader && go build -o "$clients/mods-reader/mods-reader" .) >&2; then
        say "mods: its reader is built"
    else
        say "mods: go could not build its reader"
        failed=1
    fi
}

for version in $codex_versions; do
    codex "$version"
done
for option in "$@"; do
    case $option in
    --aichat) aichat ;;
    --mods) mods ;;
    *)
        say "what is $option?"
        exit 2
        ;;
    esac
done
exit $failed
