# SPDX-License-Identifier: BSD-3-Clause
"""Messages of a capture as a table, by way of caw --csv and pandas' reader in C."""


def frame(paths, where=None, columns=None, chunks=None):
    raise NotImplementedError


def values(paths, pv):
    raise NotImplementedError
