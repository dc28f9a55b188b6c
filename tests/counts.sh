# SPDX-License-Identifier: GPL-2.0-or-later
#
# How scripts of tests count, for bash to read. The last line is "N passed, N failed".

passed=0
failed=0

finish() {
    echo "$passed passed, $failed failed"
    ((failed == 0 && passed > 0))
    exit
}

# A step that everything after it depends on.
need() {
    "$@" && return
    echo "$0: failed: $*" >&2
    failed=$((failed + 1))
    finish
}

# A step that is one test.
check() {
    echo "== $*"
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "== failed: $*"
    fi
}

# Adds what a file of pytest or ctest tells; one that is missing or empty is a failure.
count() {
    local counts
    counts=$(python3 - "$1" <<'PYTHON'
import sys
from xml.etree import ElementTree

told = ElementTree.parse(sys.argv[1])
cases = [*told.iter('testcase'), *told.iterfind('Testing/Test')]
bad = [case for case in cases
       if case.get('Status', 'passed') != 'passed'
       or any(case.find(tag) is not None for tag in ('failure', 'error', 'skipped'))]
print(len(cases) - len(bad), len(bad) if cases else 1)
PYTHON
    ) || counts='0 1'
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
}

# Adds what a command counts in its last line.
add() {
    local log
    log=$(mktemp)
    "$@" | tee "$log"
    if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
    else
        failed=$((failed + 1))
        echo "== failed: $*"
    fi
    rm -f "$log"
}
