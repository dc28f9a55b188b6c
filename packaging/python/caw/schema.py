# SPDX-License-Identifier: BSD-3-Clause
"""The keys of caw --json and --csv and their types, as the program itself tells them."""

import functools
import json
from pathlib import Path
from typing import Any, Dict

from . import child


def keys() -> Dict[str, str]:
    """Each key by its dotted name, and its type: integer, number, string, boolean; of a list array."""
    return _keys(child.program())


@functools.lru_cache(maxsize=None)
def _keys(_: Path) -> Dict[str, str]:
    return _flat(json.loads(child.output(['--schema=json'])), '')


def _flat(schema: Dict[str, Any], prefix: str) -> Dict[str, str]:
    if schema['type'] != 'object':
        return {prefix: schema['type']}
    found = {}
    for name, inner in schema['properties'].items():
        found.update(_flat(inner, f'{prefix}.{name}' if prefix else name))
    return found
