#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How the sources hang together: structure.py ROOT BUILD.

Fails when a source file leads back to itself by includes or by what it calls, when src/message
includes from above it, when something needs expressions, when the core includes what it must not know,
when two of its files have one name, or when a library of the core has a global symbol without its
prefix.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT, BUILD = map(Path, sys.argv[1:3])
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
OUTSIDE = re.compile(r'^#include <(glib|gmodule|epan|wireshark|wsutil|wiretap|pcap)', re.M)
faults = []


def circle_in(graph):
    """The first circle of a graph as a list of its nodes, or None."""
    state = {}

    def visit(node, path):
        state[node] = 'open'
        for follower in sorted(graph.get(node, ())):
            if state.get(follower) == 'open':
                return [*path[path.index(follower):], follower] if follower in path else None
            if follower not in state:
                found = visit(follower, [*path, follower])
                if found:
                    return found
        state[node] = 'done'
        return None

    for node in sorted(graph):
        if node not in state:
            found = visit(node, [node])
            if found:
                return found
    return None


def check_circle(what, graph):
    circle = circle_in(graph)
    if circle:
        faults.append(f'{what} go in a circle: ' + ' -> '.join(circle))


def includes(folders):
    """Which file includes which, by path from the root."""
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob('*.[ch]'))]
    graph = {}
    for file in files:
        around = [file.parent, ROOT / 'ca-core/src', ROOT / 'ca-core/include']
        names = INCLUDE.findall(file.read_text())
        found = [next((place / name for place in around if (place / name).exists()), None)
                 for name in names]
        graph[str(file.relative_to(ROOT))] = {str(each.relative_to(ROOT)) for each in found if each}
    return graph


def symbols(file, option):
    names = subprocess.run(['nm', '-P', option, file], check=True, capture_output=True, text=True)
    return {line.split()[0] for line in names.stdout.splitlines()
            if len(line.split()) > 1 and line.split()[1] in 'TDRBUCVW'}


def check_calls(what, objects):
    """Objects that refer to each other's symbols; tables refer as calls do."""
    defined = {name: file for file in objects for name in symbols(file, '--defined-only')}
    graph = {file.name: {defined[name].name for name in symbols(file, '-u')
                         if name in defined and defined[name] != file} for file in objects}
    if not any(graph.values()):
        faults.append(f'{what}: no calls found')
    check_circle(f'calls of {what}', graph)


def objects_of(target):
    return sorted((BUILD / target).rglob('*.c.o'))


graph = includes(['ca-core/src', 'ca-core/include', 'ca-core/program', 'plugin'])
check_circle('includes', graph)
for file, included in graph.items():
    if OUTSIDE.search((ROOT / file).read_text()) and not file.startswith(
            ('ca-core/program/', 'plugin/')):
        faults.append(f'{file} includes what the core must not know')
    for other in included:
        if file.startswith('ca-core/src/message/') and \
                re.match(r'ca-core/src/(?!message/)\w+/', other):
            faults.append(f'{file} includes {other}, which stands above it')
        if '/where/' in other and '/where/' not in file:
            faults.append(f'{file} includes {other}: nothing depends on expressions')

core = objects_of('ca-core/CMakeFiles/caw.dir')
where = objects_of('ca-core/CMakeFiles/caw_where.dir')
members = [name for library in ('libcaw.a', 'libcaw_where.a') for name in subprocess.run(
    ['ar', 't', BUILD / 'ca-core' / library], check=True, capture_output=True, text=True
).stdout.split()]
faults += [f'{name} is there {count} times: objects may go into one folder'
           for name, count in Counter(members).items() if count > 1]
check_calls('ca-core', core + where)
of_where = {name for file in where for name in symbols(file, '--defined-only')}
if not of_where:
    faults.append('caw_where: no symbols found')
for file in core:
    for name in sorted(of_where & symbols(file, '-u')):
        faults.append(f'{file.name} needs {name}: nothing depends on expressions')
program = objects_of('ca-core/program')
if program:
    check_calls('the program', program)
plugin = objects_of('plugin/CMakeFiles/ca.dir')
if plugin:
    check_calls('plugin', plugin)
for library in ('libcaw.a', 'libcaw_where.a'):
    for name in sorted(symbols(BUILD / 'ca-core' / library, '--defined-only')):
        if not name.startswith('caw_'):
            faults.append(f'{library} offers {name}')

print(*faults, sep='\n')
sys.exit(bool(faults))
