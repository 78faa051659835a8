"""Content that Python gives piece by piece (mm_send_read_fn)."""
from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from ctypes import memmove
from typing import Any, Union

from ..constants import ErrorCode
from . import structures as s
from .callbacks import Kept, Logged, Registry

Reader = Callable[[int], Union[bytes, bytearray, memoryview]]
"""Gives at most so many octets, and none at the end: such as the method read of a file opened for octets."""

readers: Registry[Reader] = Registry()


def give(buffer: int, size: int, length: Any, octets: bytes | bytearray | memoryview) -> int:
    """Puts octets where C wants them."""
    given = bytes(octets)
    if len(given) > size:
        raise ValueError(f"{len(given)} octets were given where {size} fit")
    memmove(buffer, given, len(given))
    length[0] = len(given)
    return ErrorCode.OK


@s.called_by_c(s.mm_send_read_fn)
def c_read(buffer: int, size: int, length: Any, user: int | None) -> int:
    with Logged("a reader of a message's content"):
        read = readers.get(user)
        if read is not None:
            return give(buffer, size, length, read(size))
    return ErrorCode.IO


class Reading(Kept):
    """A reader during the calls that may ask it, on their thread."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self.read = read


readings: Registry[Reading] = Registry()


@s.called_by_c(s.mm_send_read_fn)
def c_read_now(buffer: int, size: int, length: Any, user: int | None) -> int:
    reading = readings.get(user)
    if reading is not None:
        with reading:
            return give(buffer, size, length, reading.read(size))
    return ErrorCode.IO


@contextlib.contextmanager
def during_call(read: Reader) -> Iterator[int]:
    """The number that goes with c_read_now in one call; what the reader has raised is raised behind it."""
    reading = Reading(read)
    number = readings.add(reading)
    try:
        yield number
    finally:
        readings.remove(number)
        reading.raise_kept()
