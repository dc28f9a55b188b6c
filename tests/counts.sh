# SPDX-License-Identifier: GPL-2.0-or-later
#
# How scripts of tests count, for bash to read. The last line is "N passed, N failed"; before it each
# failure has a line "not passed: NAME", for a log is long and its end is what is seen.

passed=0
failed=0
failures=()

# Counts one failure, which has this name.
fail() {
    failed=$((failed + 1))
    failures+=("$*")
}

finish() {
    ((failed == 0)) || printf 'not passed: %s\n' "${failures[@]}"
    echo "$passed passed, $failed failed"
    ((failed == 0 && passed > 0))
    exit
}

# A step that everything after it depends on.
need() {
    "$@" && return
    echo "$0: failed: $*" >&2
    fail "$*"
    finish
}

# A step that is one test.
check() {
    echo "== $*"
    if "$@"; then
        passed=$((passed + 1))
    else
        fail "$*"
    fi
}

# Adds what a file of pytest or ctest tells; one that is missing or empty is a failure.
count() {
    local line
    while read -r line; do
        case $line in
        passed) passed=$((passed + 1)) ;;
        *) fail "$line" ;;
        esac
    done < <(
        python3 - "$1" <<'PYTHON' || echo "no results in $1"
import sys
from xml.etree import ElementTree

told = ElementTree.parse(sys.argv[1])
cases = [*told.iter('testcase'), *told.iterfind('Testing/Test')]
for case in cases:
    bad = (case.get('Status', 'passed') != 'passed'
           or any(case.find(tag) is not None for tag in ('failure', 'error', 'skipped')))
    name = f'{case.get("classname", "")} {case.get("name") or case.findtext("Name")}'
    print(ascii(name.strip())[1:-1] if bad else 'passed')
sys.exit(not cases)
PYTHON
    )
}

# Adds what a command that ends with finish has counted.
add() {
    local log line
    log=$(mktemp)
    "$@" | tee "$log"
    if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        while read -r line; do
            fail "${line#not passed: }, in $*"
        done < <(tail -n $((BASH_REMATCH[2] + 1)) "$log" | head -n -1)
    else
        fail "$*"
    fi
    rm -f "$log"
}
