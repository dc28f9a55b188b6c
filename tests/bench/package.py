# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of the Python package, beside the program that it runs and the generator of caproto."""

import statistics
import subprocess

FRAME = 'import caw; assert len(caw.frame({path!r})) >= {messages}'

# As in a script that looks for creations: the class of each message is looked at.
LOOP = """
import resource, sys, warnings
warnings.simplefilter('ignore')
{imports}

def seconds(who):  # to the microsecond
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime

imported = seconds(resource.RUSAGE_SELF)
with open({path!r}, 'rb') as file:
    for number, item in enumerate(shark(file), 1):
        if isinstance(item.command, CreateChanRequest):
            last = item
own = seconds(resource.RUSAGE_SELF) - imported
print(number, number / max(own, seconds(resource.RUSAGE_CHILDREN)))
"""
OURS = 'from caw import CreateChanRequest, shark'
THEIRS = """
from caproto import CreateChanRequest
from caproto.sync.shark import shark
"""


class Package:
    """How scripts run with the package of the tree and the program of the build folder."""

    def __init__(self, bench, python, root):
        self.bench = bench
        self.python = python
        self.start = (
            f'import os, sys; sys.path.insert(0, {str(root / "packaging/python")!r}); '
            f'os.environ["CAW"] = {str(bench.folder / "bin/caw")!r}\n'
        )

    def command(self, script):
        return [str(self.python), '-c', self.start + script]

    def rate(self, imports, path):
        """(messages, messages a second) of a loop over a capture, the median.

        Of the processor, and of the two processes the busier one: they run at the same time.
        """
        runs = []
        for _ in range(self.bench.repeat):
            script = LOOP.format(imports=imports, path=str(path))
            done = subprocess.run(self.command(script), stdout=subprocess.PIPE, check=True)
            messages, rate = done.stdout.split()
            runs.append(float(rate))
        return int(messages), statistics.median(runs)


def frame(package, path, messages):
    """Processor seconds of both processes, and the largest resident size."""
    bench = package.bench
    script = FRAME.format(path=str(path), messages=messages)
    (seconds, peak), (alone, _) = bench.medians(
        lambda: bench.measure(package.command(script), as_root=True), bench.caw(path, '--csv')
    )
    size = peak / messages
    return f'{seconds / alone:.1f} times ({seconds:.2f} s to {alone:.2f} s), {size:.0f} bytes a message'


def loop(package, path, small):
    """caproto's of a smaller capture of the kind, which it must read whole."""
    _, rate = package.rate(OURS, path)
    few, ours = package.rate(OURS, small)
    messages, other = package.rate(THEIRS, small)
    if messages != few:
        raise SystemExit(f'caproto reads {messages} of {few} messages of {small}')
    return f'{rate / other:.1f} times ({rate:.0f} to {other:.0f} a second)'


def rows(package, dense, messages, captures):
    """(work, against, bar, function that measures); captures: kind, capture, smaller one."""
    yield (
        f'`caw.frame` of {messages} messages', '`caw --csv`',
        'at most 6 times, fewer than 1000 bytes a message',
        lambda: frame(package, dense, messages),
    )  # fmt: skip
    for kind, path, small in captures:
        yield (
            f'`caw.shark` in a loop, {kind}', "caproto's `shark`",
            'at least 12 times as many messages a second',
            lambda path=path, small=small: loop(package, path, small),
        )  # fmt: skip
