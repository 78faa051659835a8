"""Ways of the host's own in place of a socket, or over it: its own TLS among them."""
from __future__ import annotations

import ssl
from ctypes import string_at
from types import TracebackType
from typing import Any

from ._abi import structures as s
from ._abi.callbacks import Kept, Registry
from ._abi.readers import give
from .constants import Again, ErrorCode, Ready


class Transport:
    """Moves an SmtpClient's octets: to be derived from, with read and write at least.

    Its methods are called on the thread that is in a call of the client, interrupt also on others. None of them may
    block, save wait. Who can do nothing now raises BlockingIOError, or ssl.SSLWantReadError and ssl.SSLWantWriteError
    where it is that which has to be waited for. What else is raised ends the connection, and comes out of the call.

    is_secure  whether what goes over it is protected (TLS), so that passwords may go.
    """

    is_secure = False

    def read(self, size: int) -> bytes:
        """At most so many octets that have come; none at the end."""
        raise NotImplementedError

    def write(self, octets: bytes) -> int:
        """Sends octets, as many as it takes now, at least one, and tells how many."""
        raise NotImplementedError

    def fileno(self) -> int:
        """The socket to wait for where wait is not overridden; -1: that of the client's connection."""
        return -1

    def wait(self, wanted: Ready, timeout: float | None) -> Ready:
        """Waits until something can be read or written, the time is up (None: never) or interrupt was called, and tells
        what is there. Not overridden: the library waits for the socket."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Ends a wait that is under way, or else the next one, at once. On any thread; it must not block."""

    def close(self) -> None:
        """The last call: it is not used any more."""


class Bound(Kept):
    """A transport that C knows. What it raises goes to the client whose call it is, and it is not asked again."""

    def __init__(self, transport: Transport, client: Kept) -> None:
        super().__init__()
        self.transport = transport
        self._client = client
        self._number = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        super().__exit__(kind, error, trace)
        return self._client.__exit__(kind, error, trace)

    def to_c(self) -> s.mm_transport:
        given = s.sized(s.mm_transport)
        given.read, given.write, given.close = _on_read, _on_write, _on_close
        if type(self.transport).wait is not Transport.wait:
            given.wait, given.interrupt = _on_wait, _on_interrupt
        given.socket = self.transport.fileno()
        given.is_secure = int(self.transport.is_secure)
        given.user = self._number = _bound.add(self)  # last: what is above may raise, and C would never let go of it
        return given

    def forget(self) -> None:
        _bound.remove(self._number)


_bound: Registry[Bound] = Registry()


class _Moving:
    """The body of read and write: turns what says "not now" into its number."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self.result: int = ErrorCode.CLOSED

    def __enter__(self) -> _Moving:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, ssl.SSLWantReadError):
            self.result = Again.READ
        elif isinstance(error, ssl.SSLWantWriteError):
            self.result = Again.WRITE
        elif isinstance(error, BlockingIOError):
            self.result = Again.AGAIN
        else:
            return self._bound.__exit__(kind, error, trace)
        return True


def _usable(user: int | None) -> Bound | None:
    """Not one that has failed: C looks behind a write that failed for the server's last words, and would wait."""
    bound = _bound.get(user)
    return None if bound is None or bound.has_kept else bound


@s.called_by_c(s.mm_transport_read_fn)
def _on_read(buffer: int, size: int, length: Any, user: int | None) -> int:
    bound = _usable(user)
    if bound is None:
        return ErrorCode.CLOSED
    with _Moving(bound) as moving:
        moving.result = give(buffer, size, length, bound.transport.read(size))
    return moving.result


@s.called_by_c(s.mm_transport_write_fn)
def _on_write(octets: int, size: int, length: Any, user: int | None) -> int:
    bound = _usable(user)
    if bound is None:
        return ErrorCode.CLOSED
    with _Moving(bound) as moving:
        length[0] = bound.transport.write(string_at(octets, size))
        moving.result = ErrorCode.OK
    return moving.result


@s.called_by_c(s.mm_transport_wait_fn)
def _on_wait(wanted: int, timeout_ms: int, found: Any, user: int | None) -> int:
    bound = _usable(user)
    if bound is None:
        return ErrorCode.CLOSED
    with bound:
        found[0] = int(bound.transport.wait(Ready(wanted), None if timeout_ms < 0 else timeout_ms / 1000))
        return ErrorCode.OK
    return ErrorCode.CLOSED


@s.called_by_c(s.mm_transport_interrupt_fn)
def _on_interrupt(user: int | None) -> None:
    bound = _bound.get(user)
    if bound is not None:
        with bound:
            bound.transport.interrupt()


@s.called_by_c(s.mm_transport_close_fn)
def _on_close(user: int | None) -> None:
    bound = _bound.remove(user or 0)
    if bound is not None:
        with bound:
            bound.transport.close()
