"""The mailboxes of an engine's users, without POP3."""
from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from ctypes import byref, c_char_p, c_int, c_int64, c_size_t, c_void_p, cast, create_string_buffer
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._abi import structures as s
from ._abi.callbacks import Logged, Registry
from ._abi.library import is_usable, library
from ._abi.readers import Reader, c_read_now, during_call
from ._abi.text import decode, encode, moment
from ._closing import Closing
from .constants import MailboxFlag, MailboxOpening
from .message import ParsedMessage

if TYPE_CHECKING:
    from .engine import Engine

_PIECE = 65536
_ID_SIZE = 25
_FOLDER_SIZE = 201


@dataclass(frozen=True)
class MailboxMessage:
    """One message of a mailbox (mm_mailbox_message). octets is its size with CRLF line ends, length that of what is
    stored; -1: not known, for it is gone."""

    index: int
    id: str
    received: datetime | None
    octets: int
    length: int
    flags: MailboxFlag


@dataclass(frozen=True)
class MailboxEvent:
    """Mail has come into a mailbox (mm_mailbox_event). A gap in their sequence: some were lost."""

    sequence: int
    name: str
    folder: str
    id: str
    octets: int
    sender: str


class Mailbox(Closing):
    """A mailbox that is open, or one folder of it, as it was then. Nobody else has it until close, or the end of a with
    block, unless shared. Used by one thread at a time.

    folder  "": the mailbox itself.
    shared  without the lock: nothing can be deleted.
    create  a folder that is not there is made; else it is MailModuleError with ErrorCode.NOT_FOUND.
    """

    def __init__(
        self, engine: Engine, name: str, folder: str = "", *, shared: bool = False, create: bool = False
    ) -> None:
        flags = (MailboxOpening.SHARED if shared else 0) | (MailboxOpening.CREATE if create else 0)
        self._handle = c_void_p()
        texts = encode("name", name), encode("folder", folder)
        library().mm_mailbox_open(engine.handle, *texts, int(flags), byref(self._handle))

    def __del__(self) -> None:
        if is_usable():
            self.close()

    def close(self) -> None:
        """Gives it back. More than once is allowed."""
        handle, self._handle = getattr(self, "_handle", c_void_p()), c_void_p()
        if handle:
            library().mm_mailbox_close(handle)

    def __len__(self) -> int:
        """Messages that were there when it was opened; deleted ones keep their index."""
        count = c_int()
        library().mm_mailbox_get_count(self._handle, byref(count), None)
        return count.value

    @property
    def octets(self) -> int:
        """Octets with CRLF line ends of those that were not deleted here."""
        count, octets = c_int(), c_int64()
        library().mm_mailbox_get_count(self._handle, byref(count), byref(octets))
        return octets.value

    def __iter__(self) -> Iterator[MailboxMessage]:
        for index in range(len(self)):
            yield self[index]

    def __getitem__(self, index: int) -> MailboxMessage:
        found = s.sized(s.mm_mailbox_message)
        library().mm_mailbox_get_message(self._handle, index, byref(found))
        return MailboxMessage(
            index, decode(found.id), moment(found.received), found.octets, found.length, MailboxFlag(found.flags)
        )

    def find(self, id: str) -> int:
        """The index of a unique id. Raises MailModuleError with ErrorCode.NOT_FOUND."""
        index = c_int()
        library().mm_mailbox_find(self._handle, encode("id", id), byref(index))
        return index.value

    def content(self, index: int) -> Iterator[bytes]:
        """A message as it is stored, piece by piece, with LF alone at the ends of lines."""
        buffer, length, offset = create_string_buffer(_PIECE), c_size_t(), 0
        while True:
            library().mm_mailbox_read(self._handle, index, offset, buffer, len(buffer), byref(length))
            if length.value == 0:
                return
            offset += length.value
            yield buffer.raw[: length.value]

    def message(self, index: int) -> ParsedMessage:
        """A message to look into, which may outlive the mailbox."""
        message = ParsedMessage.__new__(ParsedMessage)
        message._handle = c_void_p()
        library().mm_mailbox_open_message(self._handle, index, None, byref(message._handle))
        return message

    def delete(self, *indexes: int) -> None:
        """Deletes messages durably: all of them, or raises MailModuleError."""
        given = (c_int * len(indexes))(*indexes)
        library().mm_mailbox_delete(self._handle, given, len(indexes), None)


def folders(engine: Engine, name: str) -> list[str]:
    """The folders of a user's mailbox, as Mailbox takes them."""
    text = create_string_buffer(_FOLDER_SIZE)
    found: list[str] = []
    while True:
        library().mm_mailbox_get_folder(engine.handle, encode("name", name), len(found), text, len(text))
        if not text.value:
            return found
        found.append(decode(text.value))


def deliver(
    engine: Engine, name: str, content: bytes | Reader | os.PathLike[str], *, folder: str = "", sender: str = ""
) -> str:
    """Puts a message into a mailbox; when it returns, it is on disk. Gives the message's id in the spool.

    content  octets, a function of a size that gives them piece by piece, or the path of a file.
    """
    delivery = s.sized(s.mm_mailbox_delivery)
    delivery.name, delivery.folder = encode("name", name), encode("folder", folder)
    setattr(delivery, "from", encode("sender", sender))
    id = create_string_buffer(_ID_SIZE)
    with _content(delivery, content):
        library().mm_mailbox_deliver(engine.handle, byref(delivery), id)
    return decode(id.value)


@contextlib.contextmanager
def _content(delivery: Any, content: bytes | Reader | os.PathLike[str]) -> Iterator[None]:
    if isinstance(content, bytes):
        delivery.message, delivery.message_size = cast(c_char_p(content), c_void_p), len(content)
        yield
    elif isinstance(content, os.PathLike):
        delivery.path = encode("content", content)
        yield
    else:
        with during_call(content) as number:
            delivery.read, delivery.read_user = c_read_now, number
            yield


MailboxEventHandler = Callable[[MailboxEvent], None]
_handlers: Registry[MailboxEventHandler] = Registry()


@s.called_by_c(s.mm_mailbox_event_fn)
def _on_event(event: Any, user: int | None) -> None:
    with Logged("a handler of new mail"):
        handler = _handlers.get(user)
        if handler is not None:
            handler(_event(event.contents))


def set_events(engine: Engine, handler: MailboxEventHandler | None) -> None:
    """Names the function that hears of new mail in mailboxes here, on a thread of the library, one after the other;
    None: nobody hears. An engine has one."""
    if handler is None:
        library().mm_mailbox_set_events(engine.handle, s.mm_mailbox_event_fn(0), None)
        number = 0
    else:
        number = _handlers.add(handler)
        try:
            library().mm_mailbox_set_events(engine.handle, _on_event, number)
        except BaseException:
            _handlers.remove(number)
            raise
    _handlers.remove(engine._mailbox_events)
    engine._mailbox_events = number


def forget_events(engine: Engine) -> None:
    """Of an engine that is gone."""
    _handlers.remove(engine._mailbox_events)


def _event(event: s.mm_mailbox_event) -> MailboxEvent:
    return MailboxEvent(
        event.sequence, decode(event.name), decode(event.folder), decode(event.id), event.octets, decode(event.sender)
    )
