# SPDX-License-Identifier: BSD-3-Clause
"""Which messages belong to a row of a report.

Twice, because it is asked twice: as an expression for caw --where, which a reader can copy and which
finds all of them; and as keys, by which one pass over the capture finds the first ones of all rows.
"""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..traffic import address_of
from ..where import quoted

Row = Dict[str, Any]
Key = Tuple[Any, ...]

# Answers of caw srt by kind; of what is not here the class is not known.
SRT = {
    'Clear Channel': 'ClearChannelResponse',
    'Create Channel': 'CreateChanResponse',
    'Echo': 'EchoResponse',
    'Event Cancel': 'EventCancelResponse',
    'First Update': 'EventAddResponse',
    'Read': 'ReadResponse',
    'Read Notify': 'ReadNotifyResponse',
    'Search': 'SearchResponse',
    'Write Notify': 'WriteNotifyResponse',
}


class Choice(NamedTuple):
    """where: for --where, None when no expression does it. keys: what finds the first messages.

    slow: only answers that took so long or longer, in nanoseconds.
    """

    where: Optional[str]
    keys: List[Key]
    slow: int = 0


def _pv(name: Optional[str]) -> str:
    return 'not has pv' if name is None else f'pv {quoted(name)}'


def _end(text: str) -> str:
    return f'host {address_of(text)} and port {text.rpartition(":")[2]}'


def _circuit(row: Row) -> str:
    return f'tcp and {_end(row["client"])} and {_end(row["server"])}'


def _exact(moment: int) -> str:
    return f'{moment // 10**9}.{moment % 10**9:09}'


def _between(first: int, last: int) -> str:
    return f'timestamp in {_exact(first)}..{_exact(last)}'


def ends_of(one: str, other: str) -> Key:
    """Two ends, whoever speaks."""
    return (one, other) if one < other else (other, one)


def _of_circuit(row: Row) -> Key:
    return ends_of(row['client'], row['server'])


_ASKED = '(search or search reply or create or create reply or create failed)'


def _searched(row: Row) -> Choice:
    where = f'{_pv(row["pv"])} and {_end(row["client"])}'
    return Choice(where, [('pv end', row['pv'], row['client'])])


def _searcher(row: Row) -> Choice:
    where = f'(search or search reply) and host {row["client"]}'
    return Choice(where, [('searches of', row['client'])])


def _second(row: Row) -> Choice:
    first = row['second_ns']
    return Choice(_between(first, first + 10**9 - 1), [('second', first // 10**9)])


def _attempt(row: Row) -> Choice:
    address = address_of(row['client'])
    where = f'{_ASKED} and {_pv(row["pv"])} and host {address}'
    return Choice(where, [('asked by', row['pv'], address)])


def _creating(row: Row) -> Choice:
    where = f'(create or create reply) and host {row["server"]}'
    return Choice(where, [('created at', row['server'])])


def _connection(row: Row) -> Choice:
    return Choice(_circuit(row), [('circuit', *_of_circuit(row))])


def _channel(row: Row) -> Choice:
    where = f'{_pv(row["pv"])} and {_circuit(row)}'
    return Choice(where, [('channel', row['pv'], *_of_circuit(row))])


def _subscription(row: Row) -> Choice:
    where = f'sub == {row["sub"]} and {_circuit(row)}'
    return Choice(where, [('subscription', row['sub'], *_of_circuit(row))])


def _name(row: Row) -> Choice:
    return Choice(_pv(row['pv']), [('pv', row['pv'])])


def _client(row: Row) -> Choice:
    return Choice(f'tcp and host {row["client"]}', [('tcp of', row['client'])])


def _server(row: Row) -> Choice:
    return Choice(f'tcp and {_end(row["server"])}', [('tcp at', row['server'])])


def _announced(row: Row) -> Choice:
    server = row['server']
    where = f'{_end(server)} or beacon_server == "{server}"'
    return Choice(where, [('end', server), ('beacons of', server)])


def _put(row: Row) -> Choice:
    first = row['timestamp_ns']
    last = first + round((row['took_s'] or 0) * 1e9)
    where = f'{_pv(row["pv"])} and {_circuit(row)} and {_between(first, last)}'
    moments = sorted({first, last})
    return Choice(where, [('moment', moment, row['pv']) for moment in moments])


def _error(row: Row) -> Choice:
    what = 'unanswered' if row['status'] == 'NO_ANSWER' else 'failed'
    known = [f'pv {quoted(row["pv"])}'] if row['pv'] is not None else []
    known += [f'host {address_of(row[end])}' for end in ('server', 'client') if row[end]]
    where = ' and '.join([what, *known, _between(row['first_ns'], row['last_ns'])])
    moments = sorted({row['first_ns'], row['last_ns']})
    return Choice(where, [('moment', moment, row['pv']) for moment in moments])


def _stranger(row: Row) -> Choice:
    return Choice(None, [])


def _timed(row: Row) -> Choice:
    answer = SRT.get(row['kind'])
    if answer is None:
        return Choice(None, [])
    first = ' and update_no == 1' if row['kind'] == 'First Update' else ''
    address, port = address_of(row['server']), row['server'].rpartition(':')[2]
    where = f'message == "{answer}"{first} and src host {address} and src port {port}'
    where += f' and time >= {row["p95_s"]:.9f}'
    return Choice(where, [('answers', answer, row['server'])], round(row['p95_s'] * 1e9))


_CHOICES: Dict[Tuple[str, str], Callable[[Row], Choice]] = {
    ('search', 'search'): _searched,
    ('search', 'clients'): _searcher,
    ('search', 'seconds'): _second,
    ('connect', 'connect'): _attempt,
    ('connect', 'servers'): _creating,
    ('circuits', 'circuits'): _connection,
    ('channels', 'channels'): _channel,
    ('channels', 'subscriptions'): _subscription,
    ('channels', 'pvs'): _name,
    ('channels', 'clients'): _client,
    ('channels', 'servers'): _server,
    ('puts', 'puts'): _put,
    ('errors', 'errors'): _error,
    ('servers', 'servers'): _announced,
    ('servers', 'strangers'): _stranger,
    ('srt', 'srt'): _timed,
}


def choice(report: str, table: str, row: Row) -> Choice:
    """The messages of this row; of a table that is not known here there are none."""
    return _CHOICES.get((report, table), _stranger)(row)


# ---- when -------------------------------------------------------------------------------------


def times(row: Row, span: Tuple[int, int]) -> List[int]:
    """Points in time that the row tells, nanoseconds since 1970; none when it tells none.

    What has opened and not closed lasts to the end of the capture, what was open at its beginning
    from there on.
    """
    known = [row[key] for key in row if key.endswith('_ns') and row[key] is not None]
    if 'closed_ns' in row and (known or row.get('sid') is not None or 'closed_by' in row):
        known.append(row['closed_ns'] or span[1])
        known.append(row['opened_ns'] or span[0])
    if known:
        known.append(min(known) + round((row.get('total_s') or row.get('took_s') or 0) * 1e9))
    return known


def keys_of(
    message: str, ends: Tuple[str, str], tcp: bool, pv: Optional[str], beacon: Optional[str]
) -> List[Key]:
    """All keys of a message but those with a time or a subscription."""
    source, target = ends
    circuit = ends_of(source, target)
    hosts = {address_of(source), address_of(target)}
    keys: List[Key] = [('pv', pv)]
    keys += [('beacons of', beacon)] if beacon is not None else []
    keys += [('pv end', pv, end) for end in ends] + [('end', end) for end in ends]
    if tcp:
        keys += [('circuit', *circuit), ('channel', pv, *circuit)]
        keys += [('tcp of', host) for host in hosts] + [('tcp at', end) for end in ends]
    keys += [('answers', message, source)]
    if message in ('SearchRequest', 'SearchResponse'):
        keys += [('searches of', host) for host in hosts]
    if message.startswith(('Search', 'CreateCh')):
        keys += [('asked by', pv, host) for host in hosts]
    if message in ('CreateChanRequest', 'CreateChanResponse'):
        keys += [('created at', host) for host in hosts]
    return keys
