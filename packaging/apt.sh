# SPDX-License-Identifier: GPL-2.0-or-later
#
# install_packages PACKAGE...: installs those Debian packages that are missing, by sudo if need be.
# mingw: prints what the compiler for Windows is called in its packages.
#
# For scripts of bash to read.

install_packages() {
    local missing=() package root=()
    for package; do
        dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
    ((${#missing[@]} == 0)) && return
    if ((EUID != 0)); then
        if ! sudo -n true 2> /dev/null; then
            echo "$0: not installed: ${missing[*]}" >&2
            echo "$0: install them, or run as root or with sudo" >&2
            return 1
        fi
        root=(sudo)
    fi
    "${root[@]}" apt-get update -q &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy "${missing[@]}"
}

# Since Debian 13 there is one for UCRT, which is the C library of Windows today.
mingw() (
    . /etc/os-release
    if [ "${VERSION_ID:-13}" -lt 13 ]; then echo x86-64; else echo ucrt64; fi
)
