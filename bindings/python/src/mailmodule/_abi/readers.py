"""Content that Python gives piece by piece (mm_send_read_fn)."""
from __future__ import annotations

from collections.abc import Callable
from ctypes import memmove
from types import TracebackType
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


class Reading:
    """A reader during a call that may ask it, on its own thread. As a context manager it gives the number that goes with
    c_read_now, and raises what the reader has raised."""

    def __init__(self, read: Reader) -> None:
        self.read = read
        self.kept = Kept()
        self._number = 0

    def __enter__(self) -> int:
        self._number = _readings.add(self)
        return self._number

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _readings.remove(self._number)
        self.kept.raise_kept()


_readings: Registry[Reading] = Registry()


@s.called_by_c(s.mm_send_read_fn)
def c_read_now(buffer: int, size: int, length: Any, user: int | None) -> int:
    reading = _readings.get(user)
    if reading is not None:
        with reading.kept:
            return give(buffer, size, length, reading.read(size))
    return ErrorCode.IO
