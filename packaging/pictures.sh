#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# packaging/pictures.sh [BUILD [PICTURE...]]: the pictures of the documents, profile, table, graph, page
# and terminal, into packaging/pictures, from the program and the plugin of the build folder. Not by root,
# for whom Wireshark loads no plugins from a build folder. Needs wireshark, xvfb, xauth, x11-apps, xdotool,
# imagemagick, pngquant, xterm, fonts-dejavu-core, chromium, python3.

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$top/build}" && pwd)
shift $(($# > 0))
[ $# -gt 0 ] || set -- profile table graph page terminal
screen=1440x860

die() {
    echo "pictures.sh: $*" >&2
    exit 1
}

[ "$(id -u)" -ne 0 ] || die 'not as root'
[ -n "${in_xvfb:-}" ] ||
    in_xvfb=yes exec xvfb-run -a -s "-screen 0 ${screen}x24" "$0" "$build" "$@"

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME=$home XDG_RUNTIME_DIR=$home TZ=UTC LC_ALL=C.UTF-8 WIRESHARK_PLUGIN_DIR=$build/plugins
mkdir -p "$home/.config/wireshark/profiles"
cp -r "$top/packaging/profile/EPICS CA" "$home/.config/wireshark/profiles"
cd "$top/tests/captures"

wireshark() {
    command wireshark -C 'EPICS CA' "$@" 2> "$home/complaints" &
    program=$!
}

# window TITLE SIZE: moves the window with such a title to the corner, and gives it the size.
window() {
    window=
    for _ in $(seq 60); do
        window=$(xdotool search --onlyvisible --name "$1" 2> "$home/none" | head -n 1) || true
        [ -z "$window" ] || break
        sleep 0.5
    done
    [ -n "$window" ] || die "no window $1"
    xdotool windowraise "$window" windowmove "$window" 0 0 windowsize "$window" "${2%x*}" "${2#*x}"
    sleep 3
}

# small FILE: as a PNG in packaging/pictures, in few colours.
small() {
    convert "$1" +dither -strip png:- | pngquant 128 --nofs - > "$top/packaging/pictures/$picture.png"
}

shot() {
    xwd -silent -id "$window" -out "$home/picture.xwd"
    small "$home/picture.xwd"
    kill "$program"
    wait "$program" 2> "$home/none" || true
}

profile() {
    wireshark -Y ca -g 82 monitors.pcap
    window '^monitors.pcap' $screen
    # The last line of the details, the message: opened to its values.
    xdotool mousemove 200 $((860 - 330)) click 1 key End key Right sleep 0.2 key Right Right Right
    xdotool mousemove 1439 859 sleep 1
    shot
}

table() {
    wireshark search-missing.pcap
    window '^search-missing.pcap' $screen
    # The menu Statistics, where CA Connections is the eleventh: no option opens it.
    xdotool mousemove 325 10 click 1 sleep 1 key --repeat 11 Down key Return
    window 'CA Connections' 1200x260
    shot
}

graph() {
    wireshark -z io,stat oddities.pcap
    window 'I/O Graphs' 1000x640
    shot
}

page() {
    PYTHONPATH=$top/packaging/python CAW=$build/bin/caw python3 -m caw report oddities.pcap -o "$home/page.html"
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1200,900 \
        --screenshot="$home/page.png" "file://$home/page.html" 2> "$home/complaints"
    small "$home/page.png"
}

terminal() {
    local command="caw oddities.pcap --short --time relative --where 'put or get or update or put reply or get reply or failed'"
    PATH=$build/bin:$PATH xterm -geometry 112x24 -fa 'DejaVu Sans Mono' -fs 11 -bg '#1c1c1c' -fg '#d0d0d0' -T caw -e \
        bash -c "tput civis; echo \"\$ $command\"; $command --color=always 2> /dev/null | head -n 21; sleep 60" &
    program=$!
    window '^caw$' 1020x446
    shot
}

for picture in "$@"; do
    $picture
done
