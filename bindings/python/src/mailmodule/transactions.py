"""Whole transactions over an SmtpClient's open connection, as mm_smtp_send_all does them."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from ctypes import Array, c_char_p, c_void_p, cast
from dataclasses import dataclass
from typing import Any, Union

from ._abi import structures as s
from ._abi.callbacks import Kept, Registry
from ._abi.readers import Reader, give
from ._abi.text import decode, encode, encode_optional
from .constants import ErrorCode, Stage
from .errors import MailModuleError


@dataclass(frozen=True)
class SmtpMessage:
    """A message for a whole transaction: its content is octets, or comes from a file or a function.

    to             recipients, each alone or with parameters for RCPT: ("ann@example.org", "NOTIFY=NEVER").
    content        the message, any line ends; or else
    path           a file with it,
    read           or a function of a size that gives it piece by piece.
    parameters     for MAIL, beside those that the library says itself (SIZE, BODY, SMTPUTF8).
    """

    sender: str
    to: Sequence[Union[str, tuple[str, str]]]
    content: bytes | None = None
    path: str | os.PathLike[str] | None = None
    read: Reader | None = None
    parameters: str | None = None


@dataclass(frozen=True)
class SentRecipient:
    """What became of one recipient of a transaction (mm_smtp_recipient)."""

    address: str
    error: ErrorCode
    code: int
    status: str
    reply: str
    stage: Stage
    maybe_taken: bool


SentHandler = Callable[[int, tuple[SentRecipient, ...]], None]
"""Hears what became of a message: its number, from 0, and its recipients in their order."""


class _Given:
    """A message that C has been given: what it points to lives as long as this."""

    def __init__(self, message: SmtpMessage, kept: Kept) -> None:
        self._kept = kept
        self._read = message.read
        if not message.to:  # which C takes for the end
            raise MailModuleError(ErrorCode.ARGUMENT, "to: no recipient")
        self.to = [one if isinstance(one, str) else one[0] for one in message.to]
        self._addresses = _texts([encode("to", address) for address in self.to])
        extra = [None if isinstance(one, str) else encode("parameters", one[1]) for one in message.to]
        self._extra = _texts(extra) if any(one is not None for one in extra) else None
        self._content = None if message.content is None else bytes(message.content)
        self._sender = encode("sender", message.sender)
        self._parameters = encode_optional("parameters", message.parameters)
        self._path = encode_optional("path", message.path)
        self.number = _given.add(self)

    def fill(self, target: s.mm_smtp_message) -> None:
        """target is C's own memory, which holds no object of Python: all that is put there is held by this one."""
        setattr(target, "from", self._sender)
        target.parameters, target.path = self._parameters, self._path
        target.to, target.recipients = self._addresses, len(self.to)
        if self._extra is not None:
            target.to_parameters = self._extra
        if self._content is not None:
            target.content, target.content_size = cast(c_char_p(self._content), c_void_p), len(self._content)
        if self._read is not None:
            target.read, target.user = _on_read, self.number

    def read(self, buffer: int, size: int, length: Any) -> int:
        with self._kept:
            assert self._read is not None
            return give(buffer, size, length, self._read(size))
        return ErrorCode.IO

    def forget(self) -> None:
        _given.remove(self.number)


def _texts(values: Sequence[bytes | None]) -> Array[c_char_p]:
    return (c_char_p * len(values))(*values)


_given: Registry[_Given] = Registry()


class Transactions:
    """One call of mm_smtp_send_all."""

    def __init__(self, messages: Iterable[SmtpMessage], handler: SentHandler | None, kept: Kept) -> None:
        self._messages: Iterator[SmtpMessage] = iter(messages)
        self._handler = handler
        self._kept = kept
        self._waiting: dict[int, _Given] = {}
        self._count = 0
        self.number = _running.add(self)

    def next(self, target: s.mm_smtp_message) -> int:
        with self._kept:
            if self._kept.has_kept:  # of a handler: no more of them then
                return ErrorCode.CANCELLED
            message = next(self._messages, None)
            if message is None:
                return ErrorCode.OK
            given = _Given(message, self._kept)
            self._waiting[self._count] = given
            self._count += 1
            given.fill(target)
            return ErrorCode.OK
        return ErrorCode.CANCELLED

    def sent(self, number: int, recipients: Any, count: int) -> None:
        given = self._waiting.pop(number)
        given.forget()
        if self._handler is not None:
            self._handler(number, _results(given.to, recipients, count))

    def forget(self) -> None:
        for given in self._waiting.values():
            given.forget()
        _running.remove(self.number)

    @property
    def kept(self) -> Kept:
        return self._kept


def _results(addresses: list[str], recipients: Any, count: int) -> tuple[SentRecipient, ...]:
    return tuple(_result(address, recipients[number].contents) for number, address in zip(range(count), addresses))


def _result(address: str, found: s.mm_smtp_recipient) -> SentRecipient:
    return SentRecipient(
        address=address,
        error=ErrorCode(found.error),
        code=found.code,
        status=decode(found.status),
        reply=decode(found.reply),
        stage=Stage(found.stage),
        maybe_taken=bool(found.maybe_taken),
    )


_running: Registry[Transactions] = Registry()


@s.called_by_c(s.mm_send_read_fn)
def _on_read(buffer: int, size: int, length: Any, user: int | None) -> int:
    given = _given.get(user)
    return ErrorCode.IO if given is None else given.read(buffer, size, length)


@s.called_by_c(s.mm_smtp_next_fn)
def c_next(message: Any, user: int | None) -> int:
    running = _running.get(user)
    return ErrorCode.CANCELLED if running is None else running.next(message.contents)


@s.called_by_c(s.mm_smtp_sent_fn)
def c_sent(message: int, recipients: Any, count: int, user: int | None) -> None:
    running = _running.get(user)
    if running is not None:
        with running.kept:
            running.sent(message, recipients, count)
