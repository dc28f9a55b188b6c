# SPDX-License-Identifier: BSD-3-Clause
"""Channel Access on the wire: what the program caw knows of a capture, in Python."""

from .child import Error, Notice, program, use

__all__ = ['Error', 'Notice', 'program', 'use']
