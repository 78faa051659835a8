"""Callbacks of a client, on the thread that is in one of its calls."""
from __future__ import annotations

from collections.abc import Callable
from ctypes import Structure, string_at
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Union

from ..constants import CertificateProblem, ErrorCode, TraceDirection
from . import structures as s
from .callbacks import Kept, Registry
from .readers import give
from .text import decode, moment


@dataclass(frozen=True)
class Certificate:
    """The certificate of a server, as a handshake showed it (mm_certificate). chain is DER, the server's own first."""

    host: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    problems: CertificateProblem
    problem_text: str
    not_before: datetime | None
    not_after: datetime | None
    chain: tuple[bytes, ...]


CertificateHandler = Callable[[Certificate, bool], bool]
"""Decides whether a handshake goes on: gets what the library would do, and gives what to do."""

TraceHandler = Callable[[TraceDirection, str], None]
"""Gets one line of the dialogue."""

Token = Union[str, Callable[[], str]]
"""A token for a login, or what gives one when it is asked for."""


class Callbacks(Kept):
    """The handlers of a client, by the number that C knows them by. What they raise is kept until the call returns."""

    def __init__(self, on_certificate: CertificateHandler | None, on_trace: TraceHandler | None) -> None:
        super().__init__()
        self.on_certificate = on_certificate
        self.on_trace = on_trace
        self.token: Token | None = None
        self.number = _clients.add(self)

    def fill(self, options: Structure) -> None:
        options.user = self.number
        if self.on_certificate is not None:
            options.on_certificate = _on_certificate
        if self.on_trace is not None:
            options.on_trace = _on_trace

    def forget(self) -> None:
        _clients.remove(self.number)


_clients: Registry[Callbacks] = Registry()


@s.called_by_c(s.mm_certificate_fn)
def _on_certificate(certificate: Any, accept: Any, user: int | None) -> None:
    client = _clients.get(user)
    if client is None or client.on_certificate is None:
        return
    would, accept[0] = bool(accept[0]), 0
    with client:
        accept[0] = int(bool(client.on_certificate(_certificate(certificate.contents), would)))


@s.called_by_c(s.mm_trace_fn)
def _on_trace(direction: int, line: bytes, user: int | None) -> None:
    client = _clients.get(user)
    if client is not None and client.on_trace is not None:
        with client:
            client.on_trace(TraceDirection(direction), decode(line))


@s.called_by_c(s.mm_token_fn)
def c_token(buffer: int, size: int, length: Any, user: int | None) -> int:
    client = _clients.get(user)
    if client is None or client.token is None:
        return ErrorCode.CANCELLED
    with client:
        token = client.token if isinstance(client.token, str) else client.token()
        return give(buffer, size, length, token.encode("utf-8"))
    return ErrorCode.CANCELLED


def _certificate(found: s.mm_certificate) -> Certificate:
    return Certificate(
        host=decode(found.host),
        subject=decode(found.subject),
        issuer=decode(found.issuer),
        names=tuple(name.strip() for name in decode(found.names).split(",") if name.strip()),
        problems=CertificateProblem(found.problems),
        problem_text=decode(found.problem_text),
        not_before=moment(found.not_before),
        not_after=moment(found.not_after),
        chain=tuple(string_at(found.chain[i], found.chain_lengths[i]) for i in range(found.chain_count)),
    )
