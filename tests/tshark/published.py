# SPDX-License-Identifier: GPL-2.0-or-later
"""The example published with caproto-shark, and packets that print it."""

from decimal import Decimal

from caproto import ChannelType
from caproto import _commands as ca

import wire

NORMAL = (
    "CAStatusCode(name='ECA_NORMAL', code=0, code_with_severity=1, severity=<CASeverity.SUCCESS: 1>, "
    "success=1, defunct=False, description='Normal successful completion')"
)
PUBLISHED = f"""\
1550679067.619182 192.168.86.21:55928->255.255.255.255:5065 RepeaterRegisterRequest(client_address='0.0.0.0')
1550679069.309346 192.168.86.21:55928->255.255.255.255:5064 VersionRequest(priority=0, version=13)
1550679069.309346 192.168.86.21:55928->255.255.255.255:5064 SearchRequest(name='rpi:color', cid=24593, version=13, reply=5)
1550679069.381939 192.168.86.245:5064->192.168.86.21:55928 VersionResponse(version=13)
1550679069.381939 192.168.86.245:5064->192.168.86.21:55928 SearchResponse(port=50421, ip='255.255.255.255', cid=24593, version=13)
1550679069.398823 192.168.86.21:57522->192.168.86.245:50421 VersionRequest(priority=0, version=13)
1550679069.398823 192.168.86.21:57522->192.168.86.245:50421 HostNameRequest(name='pop-os')
1550679069.398823 192.168.86.21:57522->192.168.86.245:50421 ClientNameRequest(name='dallan')
1550679069.481746 192.168.86.245:50421->192.168.86.21:57522 VersionResponse(version=13)
1550679069.482269 192.168.86.21:57522->192.168.86.245:50421 CreateChanRequest(name='rpi:color', cid=0, version=13)
1550679069.541407 192.168.86.245:50421->192.168.86.21:57522 AccessRightsResponse(cid=0, access_rights=<AccessRights.READ|WRITE: 3>)
1550679069.541407 192.168.86.245:50421->192.168.86.21:57522 CreateChanResponse(data_type=<ChannelType.STRING: 0>, data_count=1, cid=0, sid=1)
1550679076.427868 192.168.86.21:57522->192.168.86.245:50421 ReadNotifyRequest(data_type=<ChannelType.STRING: 0>, data_count=0, sid=1, ioid=0)
1550679076.488508 192.168.86.245:50421->192.168.86.21:57522 ReadNotifyResponse(data=[b'000000'], data_type=<ChannelType.STRING: 0>, data_count=1, status={NORMAL}, ioid=0, metadata=None)
""".splitlines()
PUBLISHED_PORT = ['-d', 'tcp.port==50421,ca']


def published_capture():
    """The packets of that example, their content made by caproto's classes."""
    client, server = '192.168.86.21', '192.168.86.245'
    searcher, everybody = (client, 55928), '255.255.255.255'
    datagrams = [
        wire.udp(searcher, (everybody, 5065), joined(ca.RepeaterRegisterRequest('0.0.0.0'))),
        wire.udp(
            searcher,
            (everybody, 5064),
            joined(ca.VersionRequest(0, 13), ca.SearchRequest('rpi:color', 24593, 13)),
        ),
        wire.udp(
            (server, 5064),
            searcher,
            joined(ca.VersionResponse(13), ca.SearchResponse(50421, None, 24593, 13)),
        ),
    ]
    hello = joined(
        ca.VersionRequest(0, 13), ca.HostNameRequest('pop-os'), ca.ClientNameRequest('dallan')
    )
    created = joined(
        ca.AccessRightsResponse(0, 3), ca.CreateChanResponse(ChannelType.STRING, 1, 0, 1)
    )
    value = joined(ca.ReadNotifyResponse([b'000000'], ChannelType.STRING, 1, 1, 0))
    chunks = [
        ('client', hello),
        ('server', joined(ca.VersionResponse(13))),
        ('client', joined(ca.CreateChanRequest('rpi:color', 0, 13))),
        ('server', created),
        ('client', joined(ca.ReadNotifyRequest(ChannelType.STRING, 0, 1, 0))),
        ('server', value),
    ]
    circuit = wire.circuit(chunks, (client, 57522), (server, 50421))
    times = list(dict.fromkeys(line.split()[0] for line in PUBLISHED))
    handshake = ['1550679069.39', '1550679069.395']
    stamps = [Decimal(time) for time in times[:3] + handshake + times[3:]]
    return wire.pcap(wire.ethernet(zip(stamps, datagrams + circuit)))


def joined(*commands):
    return b''.join(bytes(command) for command in commands)
