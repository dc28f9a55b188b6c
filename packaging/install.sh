#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds and installs the Wireshark plugin, caw, their man pages and the profile EPICS CA, then
# shows that they work.
#
#   packaging/install.sh              for you (~/.local), or for the system when run by root
#   packaging/install.sh --system     for the system, by sudo
#   packaging/install.sh --uninstall  removes what an earlier run installed; with --system, what
#                                     one with --system did
#   packaging/install.sh --help       prints this
#
# On Debian and Ubuntu the packages that the build needs are installed when they are missing; they
# stay. What is installed goes where the tshark in PATH looks for it.

set -euo pipefail

profile='EPICS CA'
top=$(cd "$(dirname "$0")/.." && pwd)
mapfile -t packages < <(grep -v "^#" "$top/packaging/build-depends")

die() {
    echo "install.sh: $*" >&2
    exit 1
}

# The comment on top.
usage() {
    sed -n '4,/^$/s/^# \?//p' "$0"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo > /dev/null || die "needs root: $*"
        sudo "$@"
    fi
}

install_packages() {
    local missing=() package

    command -v dpkg-query > /dev/null || return 0 # another system: cmake says what it lacks
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    echo "Installing ${missing[*]}"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        "${missing[@]}"
}

# One of the folders that tshark knows.
folder() {
    tshark -G folders 2> /dev/null | sed -n "s/^$1:[[:space:]]*//p" | head -n 1
}

choose_folders() {
    command -v tshark > /dev/null || die 'tshark is not installed'
    everyones=$(folder 'Global Plugins')
    if [ $system = yes ]; then
        run=as_root
        plugins=$everyones
        profiles=$(folder 'Global configuration')/profiles
        base=/usr/local
    else
        run=''
        plugins=$(folder 'Personal Plugins')
        profiles=$(folder 'Personal configuration')/profiles
        base=$HOME/.local
    fi
    [ -n "$plugins" ] || die "tshark -G folders does not tell where plugins go"
}

uninstall() {
    local path removed=''

    for path in "$plugins/epan/ca.so" "$profiles/$profile" \
        "$base/bin/caw" "$base/libexec/caw" "$base/share/man/man1/caw.1.gz" \
        "$base/share/man/man7/caw-cookbook.7.gz"; do
        [ -e "$path" ] || continue
        $run rm -rf "$path"
        echo "Removed $path"
        removed=yes
    done
    # Empty folders that were made for it, up to the home folder.
    [ $system = yes ] ||
        for path in "$plugins/epan" "$profiles" "$base"/{bin,libexec,share/man/man{1,7}}; do
            [ ! -d "$path" ] || (cd && rmdir -p --ignore-fail-on-non-empty "${path#"$HOME/"}")
        done
    [ -n "$removed" ] || echo "Nothing to remove: there is nothing in $plugins and $base"
}

install_all() {
    local series=${plugins##*/} stage file

    [ $system = yes ] || [ ! -e "$everyones/epan/ca.so" ] ||
        die "the plugin is already installed for the system: $everyones/epan/ca.so"
    build=$(mktemp -d)
    trap 'rm -rf "$build"' EXIT
    cmake -S "$top" -B "$build" -DBUILD_TESTING=OFF > /dev/null
    cmake --build "$build" -j "$(nproc)" > "$build/log" 2>&1 || { cat "$build/log" >&2; exit 1; }
    [ -e "$build/plugins/$series/epan/ca.so" ] || die "tshark is not of the series that was built" \
        "for, $(ls "$build/plugins"): its development files belong to another Wireshark"

    # The plugin and the profile go where tshark looks, programs and manual where the shell does.
    stage=$build/stage
    DESTDIR=$stage cmake --install "$build" --prefix / > /dev/null
    $run install -D -m 644 -t "$plugins/epan" "$build/plugins/$series/epan/ca.so"
    $run install -D -m 644 -t "$profiles/$profile" "$stage/share/wireshark/profiles/$profile"/*
    echo "Installed $plugins/epan/ca.so"
    echo "Installed $profiles/$profile"
    (cd "$stage" && find . -type f -path './bin/*' -o -type f -path './libexec/*' -o \
        -type f -path './share/man/*') | while read -r file; do
        $run install -D -m "$(stat -c %a "$stage/$file")" "$stage/$file" "$base/$file"
        echo "Installed $base/${file#./}"
    done
    echo 'caw -r tests/captures/beacons.pcap prints:'
    "$base/bin/caw" -r "$top/tests/captures/beacons.pcap"
    case :$PATH: in
    *:"$base/bin":*) ;;
    *) echo "To run caw by its name add $base/bin to PATH" ;;
    esac
}

system=no
action=install
[ "$(id -u)" -ne 0 ] || system=yes
for option; do
    case $option in
    --system) system=yes ;;
    --uninstall) action=uninstall ;;
    -h | --help)
        usage
        exit
        ;;
    *) die "no such option: $option (--help lists them)" ;;
    esac
done

[ $action = uninstall ] || install_packages
choose_folders
if [ $action = uninstall ]; then
    uninstall
else
    install_all
fi
