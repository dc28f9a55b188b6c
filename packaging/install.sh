#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds and installs the Wireshark plugin and caw, then shows that they work.
#
#   packaging/install.sh              for you (~/.local), or for the system when run by root
#   packaging/install.sh --system     for the system, by sudo
#   packaging/install.sh --uninstall  removes what an earlier run installed
#
# On Debian and Ubuntu the packages that the build needs are installed when they are missing.

set -euo pipefail

packages=(cmake gcc make pkg-config tshark wireshark-dev libwireshark-dev libglib2.0-dev)
top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build-install

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

# Wireshark's series X.Y and the folder of its plugins for all users.
series() {
    pkg-config --modversion wireshark | cut -d. -f1,2
}

choose_folders() {
    if [ "$system" = yes ]; then
        plugins=$(pkg-config --variable=plugindir wireshark)
        programs=/usr/local/bin
        run=as_root
    else
        plugins=$HOME/.local/lib/wireshark/plugins/$(series)
        programs=$HOME/.local/bin
        run=''
    fi
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

if [ $action = uninstall ]; then
    choose_folders
    $run rm -f "$plugins/epan/ca.so" "$programs/caw"
    echo "Removed $plugins/epan/ca.so and $programs/caw"
    exit
fi

install_packages
choose_folders
cmake -S "$top" -B "$build" -DBUILD_TESTING=OFF > /dev/null
cmake --build "$build" -j "$(nproc)" > /dev/null
$run install -D -m 644 -t "$plugins/epan" "$build/plugins/$(series)/epan/ca.so"
$run install -D -m 755 -t "$programs" "$build/plugin/caw"

echo "Installed $plugins/epan/ca.so"
echo "Installed $programs/caw"
echo "caw -r tests/captures/beacons.pcap prints:"
"$programs/caw" -r "$top/tests/captures/beacons.pcap"
case :$PATH: in
*:"$programs":*) ;;
*) echo "To run caw by its name add $programs to PATH" ;;
esac
