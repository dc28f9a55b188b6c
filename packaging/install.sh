#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds and installs the Wireshark plugin, caw, its man page and the profile EPICS CA, then shows
# that they work.
#
#   packaging/install.sh              for you (~/.local), or for the system when run by root
#   packaging/install.sh --system     for the system, by sudo
#   packaging/install.sh --uninstall  removes what an earlier run installed
#
# On Debian and Ubuntu the packages that the build needs are installed when they are missing; they
# stay. What is installed goes where the tshark in PATH looks for it.

set -euo pipefail

packages=(cmake gcc libc6-dev make pkg-config tshark wireshark-dev libwireshark-dev libglib2.0-dev)
profile='EPICS CA'
top=$(cd "$(dirname "$0")/.." && pwd)

die() {
    echo "install.sh: $*" >&2
    exit 1
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
        programs=/usr/local/bin
        manuals=/usr/local/share/man/man1
    else
        run=''
        plugins=$(folder 'Personal Plugins')
        profiles=$(folder 'Personal configuration')/profiles
        programs=$HOME/.local/bin
        manuals=$HOME/.local/share/man/man1
    fi
    [ -n "$plugins" ] || die "tshark -G folders does not tell where plugins go"
}

uninstall() {
    local path

    $run rm -rf "$plugins/epan/ca.so" "$programs/caw" "$manuals/caw.1.gz" "$profiles/$profile"
    [ $system = yes ] || for path in "$plugins/epan" "$programs" "$manuals" "$profiles"; do
        # Folders that were made for it, up to the home folder.
        [ ! -d "$path" ] || (cd && rmdir -p --ignore-fail-on-non-empty "${path#"$HOME/"}")
    done
    echo "Removed the plugin, caw, its man page and the profile '$profile'"
}

install_all() {
    local series=${plugins##*/}

    [ $system = yes ] || [ ! -e "$everyones/epan/ca.so" ] ||
        die "the plugin is already installed for the system: $everyones/epan/ca.so"
    build=$(mktemp -d)
    trap 'rm -rf "$build"' EXIT
    cmake -S "$top" -B "$build" -DBUILD_TESTING=OFF > /dev/null
    cmake --build "$build" -j "$(nproc)" > "$build/log" 2>&1 || { cat "$build/log" >&2; exit 1; }
    [ -e "$build/plugins/$series/epan/ca.so" ] || die "tshark is not of the series that was built" \
        "for, $(ls "$build/plugins"): its development files belong to another Wireshark"

    $run install -D -m 644 -t "$plugins/epan" "$build/plugins/$series/epan/ca.so"
    $run install -D -m 755 -t "$programs" "$build/plugin/caw"
    $run install -D -m 644 -t "$manuals" "$build/packaging/caw.1.gz"
    $run install -D -m 644 -t "$profiles/$profile" "$top/packaging/profile/$profile"/*
    echo "Installed $plugins/epan/ca.so"
    echo "Installed $programs/caw"
    echo "Installed $manuals/caw.1.gz"
    echo "Installed $profiles/$profile"
    echo 'caw -r tests/captures/beacons.pcap prints:'
    "$programs/caw" -r "$top/tests/captures/beacons.pcap"
    case :$PATH: in
    *:"$programs":*) ;;
    *) echo "To run caw by its name add $programs to PATH" ;;
    esac
}

system=no
action=install
[ "$(id -u)" -ne 0 ] || system=yes
for option; do
    case $option in
    --system) system=yes ;;
    --uninstall) action=uninstall ;;
    *) die "no such option: $option" ;;
    esac
done

[ $action = uninstall ] || install_packages
choose_folders
if [ $action = uninstall ]; then
    uninstall
else
    install_all
fi
