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
# The packages that the build needs are installed when they are missing, and stay: by apt-get on
# Debian and Ubuntu, dnf on Fedora, RHEL and its clones, brew on macOS. Only Debian is tested. The
# plugin goes where the tshark in PATH looks for it.

set -euo pipefail

profile='EPICS CA'
ours=(bin/caw share/man/man1/caw.1.gz share/man/man7/caw-{cookbook,reports,where}.7.gz
    share/bash-completion/completions/caw share/zsh/site-functions/_caw
    share/fish/vendor_completions.d/caw.fish) # of caw alone
top=$(cd "$(dirname "$0")/.." && pwd)

die() {
    echo "install.sh: $*" >&2
    exit 1
}

# The comment on top.
usage() {
    sed -nE '4,/^$/s/^# ?//p' "$0"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo > /dev/null || die "needs root: $*"
        sudo "$@"
    fi
}

# Those that the build needs, by the names in this column of the list: its first part is enough for
# caw alone.
packages() {
    if [ $alone = yes ]; then
        sed '/^# The plugin/,$d' "$top/packaging/build-depends"
    else
        cat "$top/packaging/build-depends"
    fi | awk -v column="$1" '!/^#/ && $column != "-" { print $column }'
}

# Prints those of its arguments for which the command in `is_there` fails.
missing() {
    local package

    for package; do
        $is_there "$package" > /dev/null 2>&1 || echo "$package"
    done
}

is_there_in_dpkg() {
    dpkg-query -W -f '${Status}' "$1" | grep -q 'ok installed'
}

install_by_apt() {
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# On RHEL and its clones many -devel packages are in the repository CRB, which is off.
install_by_dnf() {
    as_root dnf install -y "$@" || as_root dnf install -y --enablerepo=crb "$@" ||
        die "dnf does not find all of: $* (on RHEL they are in CodeReady Builder)"
}

# What macOS has of its own Homebrew keeps apart, and out of sight of pkg-config.
see_kegs() {
    local keg

    for keg in libpcap zlib; do
        PKG_CONFIG_PATH=$(brew --prefix $keg)/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    done
    export PKG_CONFIG_PATH
}

install_packages() {
    local is_there install column lacking

    if command -v dpkg-query > /dev/null; then
        is_there=is_there_in_dpkg install=install_by_apt column=1
    elif command -v dnf > /dev/null; then
        is_there='rpm -q' install=install_by_dnf column=2
    elif command -v brew > /dev/null; then
        is_there='brew list' install='brew install' column=3
    else
        echo 'What the build needs is not looked for here: cmake says what it lacks'
        return
    fi
    lacking=$(missing $(packages $column))
    if [ -n "$lacking" ]; then
        echo "Installing" $lacking
        $install $lacking
    fi
    [ $column -ne 3 ] || see_kegs
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
    paths=("$base/libexec/caw" "${ours[@]/#/$base/}")
    [ $alone = yes ] || paths+=("$plugins/epan/ca.so" "$profiles/$profile")
    for path in "${paths[@]}"; do
        [ -e "$path" ] || continue
        $run rm -rf "$path"
        echo "Removed $path"
        removed=yes
    done
    # Empty folders that were made for it, up to the home folder.
    [ $system = yes ] || for path in "${paths[@]%/*}"; do
        [ ! -d "$path" ] || (cd && rmdir -p "${path#"$HOME/"}" 2> /dev/null) || true
    done
    [ -n "$removed" ] || echo "Nothing to remove: there is nothing in $base${plugins:+ and $plugins}"
}

build_all() {
    local options=(-DBUILD_TESTING=OFF -DCAW_ZSH=site-functions)

    [ $alone = no ] || options+=(-DCMAKE_DISABLE_FIND_PACKAGE_Wireshark=ON)
    build=$(mktemp -d)
    trap 'rm -rf "$build"' EXIT
    cmake -S "$top" -B "$build" "${options[@]}" > "$build/log"
    cmake --build "$build" -j "$(getconf _NPROCESSORS_ONLN)" >> "$build/log" 2>&1 || { cat "$build/log" >&2; exit 1; }
    [ -e "$build/bin/caw" ] || { grep '^-- ' "$build/log" >&2; die 'caw was not built'; }
}

# put FILE PATH: a copy that everybody may read.
put() {
    local mode=644

    [ ! -x "$1" ] || mode=755
    $run mkdir -p "${2%/*}"
    $run install -m $mode "$1" "$2"
}

# The plugin and the profile go where tshark looks.
install_plugin() {
    local file series=${plugins##*/}

    [ -d "$build/plugins" ] || { grep '^-- ' "$build/log" >&2; die 'the plugin was not built'; }
    [ -e "$build/plugins/$series/epan/ca.so" ] || die "tshark is not of the series that was built" \
        "for, $(ls "$build/plugins"): its development files belong to another Wireshark"
    put "$build/plugins/$series/epan/ca.so" "$plugins/epan/ca.so"
    echo "Installed $plugins/epan/ca.so"
    for file in "$stage/share/wireshark/profiles/$profile"/*; do
        put "$file" "$profiles/$profile/${file##*/}"
    done
    echo "Installed $profiles/$profile"
}

install_ours() {
    local stage file

    [ $system = yes ] || [ $alone = yes ] || [ ! -e "$everyones/epan/ca.so" ] ||
        die "the plugin is already installed for the system: $everyones/epan/ca.so"
    build_all
    stage=$build/stage
    DESTDIR=$stage cmake --install "$build" --prefix / > /dev/null
    [ $alone = yes ] || install_plugin
    for file in "${ours[@]}"; do
        put "$stage/$file" "$base/$file"
        echo "Installed $base/$file"
    done
    $run rm -rf "$base/libexec/caw" # of an earlier version
    echo 'caw tests/captures/beacons.pcap prints:'
    "$base/bin/caw" "$top/tests/captures/beacons.pcap"
    case :$PATH: in
    *:"$base/bin":*) ;;
    *) echo "To run caw by its name add $base/bin to PATH" ;;
    esac
    [ $system = yes ] || [ $alone = yes ] ||
        echo "The plugin is yours alone; for everybody, and for root: $0 --system"
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
