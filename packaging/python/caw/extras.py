# SPDX-License-Identifier: BSD-3-Clause
"""Packages that only a part of this one needs."""

import importlib
from typing import Any


def need(module: str, extra: str) -> Any:
    """The module, or an ImportError that says how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"this needs {module}: pip install 'caw[{extra}]'") from error
