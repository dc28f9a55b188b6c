# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion for fish: caw itself knows what may come next.

function __caw_complete
    set -l before (commandline -opc)
    set -l current (string replace -r '^[\'"]' '' -- (commandline -ct))

    for line in ($before[1] --complete $before[2..-1] "$current" 2> /dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end

complete -c caw -f -a '(__caw_complete)'
