#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# packaging/cfilters.sh CAW: prints the profile's capture filters, for the capture dialog.
# Those named "CA: EXPRESSION" are what the compiler makes of the expression.

set -eu

cat << 'END'
"Channel Access: the usual ports" port 5064 or port 5065
"Channel Access: circuits" tcp port 5064
"Channel Access: circuits that open and close" tcp port 5064 and tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0
END
for expression in 'search' 'search reply' 'beacon' 'create' 'write' 'error' 'write or error' \
    'write and port 5064'; do
    filter=$("$1" --capture-filter "$expression" 2> /dev/null) # its remarks are in caw(1)
    echo "\"CA: $expression\" $filter"
done
