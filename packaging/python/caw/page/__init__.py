# SPDX-License-Identifier: BSD-3-Clause
"""A capture as one self-contained page: python -m caw report FILE... -o report.html"""

import os
import tempfile
from pathlib import Path
from typing import Union

from .. import child
from .capture import Capture
from .data import told
from .document import page
from .messages import Messages
from .names import names

__all__ = ['html', 'write']


def html(paths: child.Source, anonymize: bool = False) -> str:
    """The page of a capture (one file or several, in their order). Raises child.Error, OSError.

    The capture is read three times, so it must be files. Memory and the page are bounded, whatever
    the capture's size. anonymize: other names for hosts, users, addresses, PVs, files and texts.
    """
    capture = Capture(child.kept(paths))
    tables = told(capture)
    messages = Messages(capture, (choice for table in tables for choice in table.choices))
    made = page(capture, tables, messages, names(anonymize), _version())
    return made.encode(errors='replace').decode()  # Names of files may be no UTF-8.


def write(
    paths: child.Source, target: 'Union[str, os.PathLike[str]]', anonymize: bool = False
) -> None:
    """Writes the page to a file, which is there as a whole or not at all; a device gets its text.

    Raises child.Error too when the target is one of the captures: it would be lost.
    """
    target, paths = Path(target), child.kept(paths)
    if not target.parent.is_dir():
        raise child.Error(f'{target}: there is no folder {target.parent}')
    if any(_is_same(target, name) for name in child.inputs(paths)[0]):
        raise child.Error(f'{target}: this is the capture, and the page would take its place')
    if target.exists() and not target.is_file():
        with open(target, 'w', encoding='utf-8') as device:
            device.write(html(paths, anonymize))
    else:
        _replace(target.resolve(), paths, anonymize)


def _is_same(target: Path, name: str) -> bool:
    return target.exists() and os.path.exists(name) and target.samefile(name)


def _replace(target: Path, paths: child.Source, anonymize: bool) -> None:
    with tempfile.NamedTemporaryFile(
        'w', encoding='utf-8', dir=target.parent, prefix=target.name, delete=False
    ) as file:
        try:
            file.write(html(paths, anonymize))
            file.close()
            os.chmod(file.name, 0o666 & ~_umask())
            os.replace(file.name, target)
        except BaseException:
            os.unlink(file.name)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _version() -> str:
    return child.output(['--version']).decode().strip()
