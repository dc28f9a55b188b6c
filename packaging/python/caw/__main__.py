# SPDX-License-Identifier: BSD-3-Clause
"""python -m caw report FILE... -o report.html"""

import argparse
import sys
from typing import List, Optional

from . import child, page


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='python -m caw')
    commands = parser.add_subparsers(dest='command', required=True)
    report = commands.add_parser(
        'report',
        help='a capture as one HTML page',
        description='Writes what is in a capture as one HTML page, which needs nothing else: what is '
        'suspicious, plots, the reports of caw as tables, and the first messages of each row.',
    )
    report.add_argument('files', metavar='FILE', nargs='+', help='several are one capture')
    report.add_argument('-o', '--output', metavar='FILE', required=True, help='the page; -: standard output')
    report.add_argument(
        '--anonymize',
        action='store_true',
        help='give hosts, users, addresses, PVs and texts other names, the same everywhere',
    )
    return parser


def main(arguments: Optional[List[str]] = None) -> int:
    """The exit status: 0, 2 when there is no page, 130 when it was interrupted."""
    options = _options().parse_args(arguments)
    try:
        if options.output == '-':
            sys.stdout.buffer.write(page.html(options.files, options.anonymize).encode())
        else:
            page.write(options.files, options.output, options.anonymize)
    except (child.Error, OSError) as error:
        print(f'python -m caw: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main())
