# SPDX-License-Identifier: GPL-2.0-or-later
"""What older programs lack or say in other words: one rule for each, by what it is."""

import json
import re
import subprocess
import sys

from caproto import AccessRights, SubscriptionType


def series_of_wireshark():
    told = subprocess.run(['tshark', '--version'], capture_output=True, text=True).stdout
    return tuple(map(int, re.search(r'(\d+)\.(\d+)\.', told).groups()))


WIRESHARK_3 = series_of_wireshark() < (4, 0)


# ---- Wireshark before 4.6 --------------------------------------------------------------------


def formats_numbers_of_tables():
    """A table of the menu Statistics shows a float in the format of its column."""
    return series_of_wireshark() >= (4, 6)


# ---- Wireshark 3.4 ---------------------------------------------------------------------------


def has_raw_strings():
    """Display filters know r"...", where a backslash is one."""
    return not WIRESHARK_3


def writes_netmon_times():
    """editcap writes the times of Network Monitor's files as they are, not a thousand times later."""
    return not WIRESHARK_3


def reads_segments_recorded_twice():
    """Without analysis, and with it if they are of a byte or so: TCP puts a message of several segments
    together although some of them are recorded twice, or begin in the middle."""
    return not WIRESHARK_3


def knows_beginnings_without_analysis():
    """TCP tells with which number a direction begins while sequence numbers are not analysed."""
    return not WIRESHARK_3


def heeds_offsets():
    """The option if_tsoffset of pcapng."""
    return not WIRESHARK_3


def sharkd_call(number, method, parameters):
    """A line that asks sharkd; that of 3.4 does not speak JSON-RPC."""
    if WIRESHARK_3:
        return json.dumps({'req': method} | parameters)
    return json.dumps({'jsonrpc': '2.0', 'id': number, 'method': method, 'params': parameters})


def sharkd_answer(stream):
    """Its next answer; 3.4 puts empty lines between. A number that is none is nothing in JSON."""
    line = next(line for line in stream if line.strip()).decode()
    answer = json.loads(re.sub(r'(?<=[\[,:])nan(?=[,\]}])', 'null', line))
    return answer if WIRESHARK_3 else answer['result']


# ---- its neighbours in Debian 11 -------------------------------------------------------------


def freed_memory(sanitized):
    """Variables under which the use of freed memory does not pass. TShark 3.4 hangs under the address
    sanitizer of gcc 10, whatever it does; there malloc overwrites what is freed."""
    return {'MALLOC_PERTURB_': '165'} if WIRESHARK_3 else sanitized()


# ---- Python before 3.10 ----------------------------------------------------------------------


def spec_of_text(spec):
    """Zeros before the width of a text were refused; now they are its filling."""
    return re.sub('^0(?![<>=^])', '0<', spec) if sys.version_info < (3, 10) else spec


# ---- Python before 3.11 ----------------------------------------------------------------------


def flags_from_the_first(flags):
    """repr() of flags in the order of their bits, and what has no name as a number behind them."""
    known = type(flags).__members__.items()
    names = [name for name, flag in known if flag & flags or flag == flags]
    rest = flags.value & ~sum(flag.value for _, flag in known)
    if names and rest:
        names.append(str(rest))
    named = '.' + '|'.join(names) if names else ''
    return f'<{type(flags).__name__}{named}: {flags.value}>'


if sys.version_info < (3, 11):
    for flags in (AccessRights, SubscriptionType):
        flags.__repr__ = flags_from_the_first
