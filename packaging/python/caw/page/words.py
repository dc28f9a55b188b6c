# SPDX-License-Identifier: BSD-3-Clause
"""What the tables of the page are called. A table that is not named here comes at the end."""

from typing import Dict, List, Tuple

SECTIONS: List[Tuple[str, str, str]] = [
    ('search', 'Searches', 'Who looks for what, and who answers?'),
    ('connect', 'Connecting', 'How far did each channel come that somebody asked for?'),
    ('circuits', 'Circuits', 'Who is connected to whom, and why did it end?'),
    ('channels', 'Channels', 'What is subscribed, and what uses the bandwidth?'),
    ('puts', 'Writes', 'Who wrote what, when, from where, and was it taken?'),
    ('errors', 'Errors', 'Which errors do servers send, and which requests do they not answer?'),
    ('servers', 'Servers', 'Which servers are there, and are their beacons and clocks right?'),
    ('srt', 'Response times', 'How long does each server take for each kind of request?'),
]

TABLES: Dict[Tuple[str, str], str] = {
    ('search', 'search'): 'By PV and client',
    ('search', 'clients'): 'By client',
    ('search', 'seconds'): 'By second',
    ('connect', 'connect'): 'By PV and client',
    ('connect', 'servers'): 'Time of creating channels, by server',
    ('circuits', 'circuits'): 'Circuits',
    ('channels', 'channels'): 'Channels',
    ('channels', 'subscriptions'): 'Subscriptions',
    ('channels', 'pvs'): 'By PV',
    ('channels', 'clients'): 'By client',
    ('channels', 'servers'): 'By server',
    ('puts', 'puts'): 'Writes',
    ('errors', 'errors'): 'Errors',
    ('servers', 'servers'): 'Servers',
    ('servers', 'strangers'): 'Strangers: what else talks to the ports of Channel Access',
    ('srt', 'srt'): 'By kind and server',
    ('srt', 'kinds'): 'By kind',
}
