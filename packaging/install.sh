#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds and installs caw, its man pages and completion for bash, zsh and fish, the Wireshark plugin
# and the profile EPICS CA, then shows that they work.
#
#   packaging/install.sh              for you (~/.local), or for the system when run by root
#   packaging/install.sh --system     for the system, by sudo
#   packaging/install.sh --alone      caw, its man pages and completion, where no Wireshark is wanted
#   packaging/install.sh --uninstall  removes what an earlier run installed; with --system, what
#                                     one with --system did
#   packaging/install.sh --help       prints this
#
# On Debian and Ubuntu the packages that the build needs are installed when they are missing; they
# stay. The plugin goes where the tshark in PATH looks for it.

set -euo pipefail

profile='EPICS CA'
pages=(share/man/man1/caw.1.gz share/man/man7/caw-{cookbook,where}.7.gz)
declare -A completion=( # by script, where its shell looks for it
    [caw.bash]=share/bash-completion/completions/caw
    [_caw]=share/zsh/site-functions/_caw
    [caw.fish]=share/fish/vendor_completions.d/caw.fish)
top=$(cd "$(dirname "$0")/.." && pwd)

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

# Those that the build needs: the first of the list are enough for caw alone.
packages() {
    if [ $alone = yes ]; then
        sed '/^# The plugin/,$d' "$top/packaging/build-depends"
    else
        cat "$top/packaging/build-depends"
    fi | grep -v '^#'
}

install_packages() {
    local missing=() package

    command -v dpkg-query > /dev/null || return 0 # another system: cmake says what it lacks
    for package in $(packages); do
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
    run=''
    base=$HOME/.local
    if [ $system = yes ]; then
        run=as_root
        base=/usr/local
    fi
    [ $alone = yes ] || choose_plugin_folders
}

choose_plugin_folders() {
    local whose=Personal

    if ! command -v tshark > /dev/null; then
        [ $action = uninstall_ours ] || die 'tshark is not installed (--alone: caw without the plugin)'
        alone=yes
        return
    fi
    [ $system = no ] || whose=Global
    everyones=$(folder 'Global Plugins')
    plugins=$(folder "$whose Plugins")
    profiles=$(folder "$whose configuration")/profiles
    [ -n "$plugins" ] || die 'tshark -G folders does not tell where plugins go'
}

uninstall_ours() {
    local path paths removed=''

    # An earlier version had something in libexec.
    paths=("$base"/{bin/caw,libexec/caw} "${pages[@]/#/$base/}" "${completion[@]/#/$base/}")
    [ $alone = yes ] || paths+=("$plugins/epan/ca.so" "$profiles/$profile")
    for path in "${paths[@]}"; do
        [ -e "$path" ] || continue
        $run rm -rf "$path"
        echo "Removed $path"
        removed=yes
    done
    # Empty folders that were made for it, up to the home folder.
    [ $system = yes ] || for path in "${paths[@]%/*}"; do
        [ ! -d "$path" ] || (cd && rmdir -p --ignore-fail-on-non-empty "${path#"$HOME/"}")
    done
    [ -n "$removed" ] || echo "Nothing to remove: there is nothing in $base${plugins:+ and $plugins}"
}

build_all() {
    local options=(-DBUILD_TESTING=OFF)

    [ $alone = no ] || options+=(-DCMAKE_DISABLE_FIND_PACKAGE_Wireshark=ON)
    build=$(mktemp -d)
    trap 'rm -rf "$build"' EXIT
    cmake -S "$top" -B "$build" "${options[@]}" > "$build/log"
    cmake --build "$build" -j "$(nproc)" >> "$build/log" 2>&1 || { cat "$build/log" >&2; exit 1; }
    [ -e "$build/bin/caw" ] || { grep '^-- ' "$build/log" >&2; die 'caw was not built'; }
}

# The plugin and the profile go where tshark looks.
install_plugin() {
    local series=${plugins##*/}

    [ -d "$build/plugins" ] || { grep '^-- ' "$build/log" >&2; die 'the plugin was not built'; }
    [ -e "$build/plugins/$series/epan/ca.so" ] || die "tshark is not of the series that was built" \
        "for, $(ls "$build/plugins"): its development files belong to another Wireshark"
    $run install -D -m 644 -t "$plugins/epan" "$build/plugins/$series/epan/ca.so"
    $run install -D -m 644 -t "$profiles/$profile" "$stage/share/wireshark/profiles/$profile"/*
    echo "Installed $plugins/epan/ca.so"
    echo "Installed $profiles/$profile"
}

# As executable as it is.
install_file() {
    $run install -D -m "$(stat -c %a "$1")" "$1" "$2"
    echo "Installed $2"
}

install_ours() {
    local stage file

    [ $system = yes ] || [ $alone = yes ] || [ ! -e "$everyones/epan/ca.so" ] ||
        die "the plugin is already installed for the system: $everyones/epan/ca.so"
    build_all
    stage=$build/stage
    DESTDIR=$stage cmake --install "$build" --prefix / > /dev/null
    [ $alone = yes ] || install_plugin
    for file in bin/caw "${pages[@]}"; do
        install_file "$stage/$file" "$base/$file"
    done
    for file in "${!completion[@]}"; do
        install_file "$top/packaging/completion/$file" "$base/${completion[$file]}"
    done
    $run rm -rf "$base/libexec/caw" # of an earlier version
    echo 'caw tests/captures/beacons.pcap prints:'
    "$base/bin/caw" "$top/tests/captures/beacons.pcap"
    case :$PATH: in
    *:"$base/bin":*) ;;
    *) echo "To run caw by its name add $base/bin to PATH" ;;
    esac
}

system=no
alone=no
plugins=''
action=install_ours
[ "$(id -u)" -ne 0 ] || system=yes
for option; do
    case $option in
    --system) system=yes ;;
    --alone) alone=yes ;;
    --uninstall) action=uninstall_ours ;;
    -h | --help)
        usage
        exit
        ;;
    *) die "no such option: $option (--help lists them)" ;;
    esac
done

[ $action = uninstall_ours ] || install_packages
choose_folders
$action
