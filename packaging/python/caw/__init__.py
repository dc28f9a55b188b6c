# SPDX-License-Identifier: BSD-3-Clause
"""Channel Access on the wire: what the program caw knows of a capture, in Python.

    for message in caw.shark('a.pcap'):       # one by one, as caproto.sync.shark
        print(message.timestamp, message.pv, message.command)

    caw.frame('a.pcap', where='update')       # a pandas DataFrame of all messages
    caw.values('a.pcap', 'SR:CURRENT')        # a pandas Series of the values of one PV
    caw.report('puts', 'a.pcap')              # a report, a DataFrame
    caw.plot.rates('a.pcap')                  # a plot, matplotlib's axes; also values, latency, timeline

A page about a whole capture: python -m caw report a.pcap -o a.html

The classes of commands (caw.CreateChanRequest, ...) are named as in caproto, and so are their
attributes. Captures are paths, several of one capture, or open binary files.
"""

from typing import TYPE_CHECKING, Type

from . import commands as _commands
from . import plot
from .child import Error, Notice, program, use
from .commands import (
    AccessRights,
    AlarmSeverity,
    AlarmStatus,
    CASeverity,
    CAStatusCode,
    ChannelType,
    Command,
    TimeStamp,
)
from .frames import frame, values
from .messages import Message, shark
from .reports import report
from .tables import VERSION as __version__

__all__ = [
    'AccessRights',
    'AlarmSeverity',
    'AlarmStatus',
    'CASeverity',
    'CAStatusCode',
    'ChannelType',
    'Command',
    'Error',
    'Message',
    'Notice',
    'TimeStamp',
    '__version__',
    'frame',
    'plot',
    'program',
    'report',
    'shark',
    'use',
    'values',
    *_commands.CLASSES,
]
globals().update(_commands.CLASSES)

if TYPE_CHECKING:

    def __getattr__(name: str) -> Type[Command]:
        """The classes of commands, for who reads the text alone."""
