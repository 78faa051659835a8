"""One mail in one call: addresses, subject and text; or a ready message."""
from __future__ import annotations

import copy
import email.message
import email.policy
import os
from collections.abc import Iterable
from ctypes import byref, c_char_p, c_void_p, cast
from typing import TYPE_CHECKING, Union

from ._abi import structures as s
from ._abi.library import library
from ._abi.readers import Reader, c_read, readers
from ._abi.text import encode_optional
from .sending import EventHandler, Message, SendOptions, SendResult

if TYPE_CHECKING:
    from .engine import Engine

Address = Union[str, Iterable[str]]
"""Addresses, each with or without a name (Ann Doe <ann@example.org>): one text with commas between them, or several."""

ReadyMessage = Union[bytes, bytearray, memoryview, "email.message.Message"]
"""A ready message: its octets, or one of Python's. Of that no Bcc field goes out."""


class Mail(Message):
    """A mail that start_mail has begun to send. It has its content, and was started."""

    def __init__(
        self, engine: Engine, options: SendOptions | None, on_event: EventHandler | None, mail: s.mm_mail, reader: int
    ) -> None:
        self._begin(on_event)
        self._reader = reader
        given = self._options(options)
        self._start(lambda: library().mm_send_mail_start(engine.handle, byref(given), byref(mail), self._out()))


def start_mail(
    engine: Engine,
    sender: str,
    to: Address,
    *,
    cc: Address | None = None,
    bcc: Address | None = None,
    subject: str | None = None,
    text: str | None = None,
    message: ReadyMessage | None = None,
    path: str | os.PathLike[str] | None = None,
    read: Reader | None = None,
    options: SendOptions | None = None,
    on_event: EventHandler | None = None,
) -> Mail:
    """Begins to send one mail, and returns at once.

    sender            one address; "" for none, with a ready message alone.
    to, cc, bcc       recipients; fields of the message tell of to and cc.
    subject, text     of a message that is made here; or else a ready one:
    message           its octets, or Python's form of one,
    path              a file with it,
    read              or a function of a size that gives it piece by piece, on threads of the library.
    options           which way; None: through the queue.
    on_event          hears of the steps.
    """
    mail = s.sized(s.mm_mail)
    texts = {"from": sender, "to": _list(to), "cc": _list(cc), "bcc": _list(bcc), "subject": subject, "text": text}
    for name, value in texts.items():
        setattr(mail, name, encode_optional(name, value))
    mail.path = encode_optional("path", path)
    octets = None if message is None else octets_of(message)
    if octets is not None:
        mail.message, mail.message_size = cast(c_char_p(octets), c_void_p), len(octets)
    number = 0 if read is None else readers.add(read)
    if number:
        mail.read, mail.read_user = c_read, number
    try:
        return Mail(engine, options, on_event, mail, number)
    except BaseException:
        readers.remove(number)
        raise


def send_mail(
    engine: Engine,
    sender: str,
    to: Address,
    *,
    cc: Address | None = None,
    bcc: Address | None = None,
    subject: str | None = None,
    text: str | None = None,
    message: ReadyMessage | None = None,
    path: str | os.PathLike[str] | None = None,
    read: Reader | None = None,
    options: SendOptions | None = None,
    on_event: EventHandler | None = None,
) -> SendResult:
    """Sends one mail, and waits for what becomes of each recipient. The arguments are those of start_mail."""
    return start_mail(
        engine, sender, to, cc=cc, bcc=bcc, subject=subject, text=text, message=message, path=path, read=read,
        options=options, on_event=on_event,
    ).wait()


def _list(addresses: Address | None) -> str | None:
    if addresses is None or isinstance(addresses, str):
        return addresses
    return ", ".join(addresses)


def octets_of(message: ReadyMessage) -> bytes:
    """A message's octets; of one of Python's without its Bcc."""
    if isinstance(message, email.message.Message):
        open_copy = copy.copy(message)
        del open_copy["Bcc"]
        return open_copy.as_bytes(policy=email.policy.SMTP)
    return bytes(message)
