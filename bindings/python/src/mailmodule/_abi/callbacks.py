"""Callbacks of Python's, called by C.

C gets one function for each kind, which lives as long as the process, and a number as its `user`; the number stands for
the Python object in a Registry until C calls no more. So nothing that C may still call is ever freed, and a number that
has come too late finds nobody.

No exception goes into C. One on a thread of the library goes to the log; one on the thread of a waiting call is kept by
`Kept` and raised when that call has returned.
"""
from __future__ import annotations

import itertools
import logging
import threading
from types import TracebackType
from typing import Generic, TypeVar

logger = logging.getLogger("mailmodule")
_T = TypeVar("_T")


class Registry(Generic[_T]):
    """Python objects by the numbers that C knows them by."""

    def __init__(self) -> None:
        self._objects: dict[int, _T] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def number(self) -> int:
        """A number that put may give to an object later."""
        with self._lock:
            return next(self._numbers)

    def put(self, number: int, thing: _T) -> None:
        self._objects[number] = thing

    def add(self, thing: _T) -> int:
        number = self.number()
        self.put(number, thing)
        return number

    def get(self, number: int | None) -> _T | None:
        return self._objects.get(number or 0)

    def remove(self, number: int) -> _T | None:
        return self._objects.pop(number, None)


class Logged:
    """The body of a callback on a thread of the library: what it raises is logged."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if kind is not None and error is not None:
            logger.error("an exception in %s", self._what, exc_info=(kind, error, trace))
        return True


class Kept:
    """The body of a callback on the thread of a waiting call: what it raises is kept until that call has returned."""

    def __init__(self) -> None:
        self._error: BaseException | None = None

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self._error is None:
            self._error = error
        return True

    @property
    def has_kept(self) -> bool:
        return self._error is not None

    def raise_kept(self) -> None:
        """Raises what a callback of the call that has just returned has raised."""
        error, self._error = self._error, None
        if error is not None:
            raise error
