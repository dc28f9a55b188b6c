# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion for bash: caw itself knows what may come next.

_caw() {
    local word

    while IFS=$'\t' read -r word _; do
        if [[ $word == :files ]]; then
            compopt -o filenames
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$2")
        else
            COMPREPLY+=("$word")
        fi
    done < <("$1" --complete "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$2" 2> /dev/null)
}

complete -F _caw caw
