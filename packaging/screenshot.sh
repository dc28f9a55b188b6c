#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# packaging/screenshot.sh [BUILD [CAPTURE [FRAME [PICTURE]]]]: Wireshark with the plugin of the build
# folder and the profile EPICS CA, as a picture for the README. Not by root, for whom Wireshark loads
# no plugins from a build folder. Needs wireshark, xvfb, xauth, x11-apps, xdotool and imagemagick.

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$top/build}" && pwd)
capture=${2:-$top/tests/captures/monitors.pcap}
frame=${3:-82}
picture=${4:-$top/packaging/wireshark.png}
width=1440
height=860

die() {
    echo "screenshot.sh: $*" >&2
    exit 1
}

[ "$(id -u)" -ne 0 ] || die 'not as root'
[ -n "${in_xvfb:-}" ] ||
    in_xvfb=yes exec xvfb-run -a -s "-screen 0 ${width}x${height}x24" "$0" "$build" "$capture" \
        "$frame" "$picture"

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
profile="$home/.config/wireshark/profiles/EPICS CA"
mkdir -p "$profile"
cp "$top/packaging/profile/EPICS CA"/* "$profile"
cp "$capture" "$home"
cd "$home"

HOME=$home XDG_RUNTIME_DIR=$home TZ=UTC LC_ALL=C.UTF-8 WIRESHARK_PLUGIN_DIR=$build/plugins \
    wireshark -C 'EPICS CA' -Y ca -g "$frame" "${capture##*/}" 2> complaints &
for _ in $(seq 60); do
    window=$(xdotool search --onlyvisible --name "^${capture##*/}" 2> /dev/null | head -n 1) || true
    [ -z "$window" ] || break
    sleep 0.5
done
[ -n "$window" ] || die 'Wireshark did not open the capture'
xdotool windowmove "$window" 0 0 windowsize "$window" $width $height
sleep 3
# The last line of the details, the message: opened to its values.
xdotool mousemove 200 $((height - 330)) click 1 key End key Right sleep 0.2 key Right Right Right
xdotool mousemove $((width - 1)) $((height - 1)) sleep 1
xwd -silent -root -out picture.xwd
kill $!
wait $! 2> /dev/null || true
convert picture.xwd +dither -colors 200 -strip "$picture"
cat complaints >&2
