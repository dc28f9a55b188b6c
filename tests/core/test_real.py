# SPDX-License-Identifier: BSD-3-Clause
"""Numbers as Python prints them: test_real.py POWERS_H REAL_DRIVER....

Python's repr() is the judge of caw_real, Python's integers of the table of powers. NUMBER is how
many random doubles, and as many floats, are compared: 100 000 unless told.
"""

import math
import random
import re
import struct
import subprocess
import sys

POWERS, *DRIVER = sys.argv[1:]
NUMBER = 100_000
AT_ONCE = 100_000
FIRST_POWER = -292
LIMITS = [0.0, 5e-324, 2.225073858507201e-308, 2.2250738585072014e-308, 1.7976931348623157e308]


def as_double(bits):
    return struct.unpack('>d', struct.pack('>Q', bits))[0]


def as_float(bits):
    return struct.unpack('>f', struct.pack('>I', bits))[0]


def neighbours(value):
    """The value and the doubles right below and above it."""
    return [math.nextafter(value, -math.inf), value, math.nextafter(value, math.inf)]


def check(name, values):
    data = b''.join(struct.pack('>d', value) for value in values)
    out = subprocess.run(DRIVER, input=data, stdout=subprocess.PIPE, check=True).stdout
    got, want = out.decode().split('\n')[:-1], [repr(value) for value in values]
    wrong = [(g, w) for g, w in zip(got, want) if g != w]
    assert len(got) == len(want) and not wrong, f'{name}: {len(wrong)} wrong, {wrong[:5]}'


def check_random(name, draw):
    for start in range(0, NUMBER, AT_ONCE):
        check(name, [draw() for _ in range(min(AT_ONCE, NUMBER - start))])


def test_random_doubles(rng):
    check_random('doubles', lambda: as_double(rng.getrandbits(64)))


def test_random_floats(rng):
    check_random('floats', lambda: as_float(rng.getrandbits(32)))


def test_denormals(rng):
    check('denormals', [as_double(rng.getrandbits(rng.randint(1, 52))) for _ in range(20_000)])


def test_numbers_people_write(rng):
    check('short', [round(rng.uniform(-1e6, 1e6), rng.randrange(8)) for _ in range(100_000)])
    check('whole', [float(rng.randint(-(2**60), 2**60)) for _ in range(20_000)])
    check('small whole', [float(n) for n in range(-5000, 5000)])


def test_powers(rng):
    check('of two', [v for e in range(-1074, 1024) for v in neighbours(math.ldexp(1.0, e))])
    check('of ten', [v for e in range(-323, 309) for v in neighbours(float(f'1e{e}'))])
    check('of ten, times', [float(f'{d}e{e}') for d in range(1, 100) for e in range(-324, 307)])


def test_limits(rng):
    everything = [v for limit in LIMITS for v in neighbours(limit)]
    check('limits', everything + [-v for v in everything] + [math.nan, -math.nan])
    check('exponents', [v for p in (1e-5, 1e-4, 1e15, 1e16, 1e17) for v in neighbours(p)])


def test_table_of_powers(rng):
    rows = re.findall(r'\{0x([0-9a-f]{16}), 0x([0-9a-f]{16})\}', open(POWERS).read())
    assert len(rows) == 617
    for k, row in enumerate(rows, FIRST_POWER):
        assert int(''.join(row), 16) == scaled_power(k), k


def scaled_power(k):
    """ceil(10^k * 2^n), with the n that makes it 128 bits long."""
    up, down = 10 ** max(k, 0), 10 ** max(-k, 0)
    n = 128 - up.bit_length() + down.bit_length()
    while (up << max(n, 0)) // (down << max(-n, 0)) >= 1 << 128:
        n -= 1
    return -(-(up << max(n, 0)) // (down << max(-n, 0)))


def main():
    tests = [test for name, test in globals().items() if name.startswith('test_')]
    for test in tests:
        test(random.Random(1))
    print(f'{len(tests)} passed, 0 failed')


main()
