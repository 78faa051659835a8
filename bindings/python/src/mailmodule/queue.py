"""The queue of mail for other hosts: that of an engine here, or of another process (Control)."""
from __future__ import annotations

import io
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ctypes import byref, c_size_t, c_void_p, create_string_buffer
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from ._abi import structures as s
from ._abi.callbacks import Kept, Logged, Registry
from ._abi.library import is_usable, library
from ._abi.readers import Reader, give
from ._abi.text import decode, encode, encode_optional, moment
from ._closing import Closing
from .constants import QUEUE_ID_SIZE, ErrorCode, QueueEventKind, QueueState
from .errors import MailModuleError
from .sending import RecipientResult, recipient_result

if TYPE_CHECKING:
    from .engine import Engine

_PIECE = 65536


@dataclass(frozen=True)
class QueueCounts:
    """How much is in the queue (mm_queue_counts)."""

    messages: int
    recipients: int
    ready: int
    active: int
    deferred: int
    held: int
    failed: int


@dataclass(frozen=True)
class QueuedRecipient:
    """One recipient of a queued message, as it was when that was looked at (mm_queue_recipient)."""

    address: str
    state: QueueState
    error: ErrorCode
    reply_code: int
    status: str
    reply: str
    host: str
    attempts: int
    last_attempt: datetime | None
    next_attempt: datetime | None


@dataclass(frozen=True)
class QueuedMessage:
    """One queued message, as it was when the walk came to it (mm_queue_message). recipients are all those at other
    hosts; open is how many of them are not done."""

    id: str
    sender: str
    received: datetime | None
    expires: datetime | None
    length: int
    open: int
    recipients: tuple[QueuedRecipient, ...]


@dataclass(frozen=True)
class QueueEvent:
    """One event, about one recipient (mm_queue_event). A gap in their sequence: some were lost. Of
    QueueEventKind.QUOTA recipient is the user whose mailbox it is, and the last four say what that holds and may hold
    (0: any number); they are 0 of other kinds."""

    sequence: int
    kind: QueueEventKind
    time: datetime | None
    id: str
    sender: str
    recipient: str
    error: ErrorCode
    reply_code: int
    status: str
    reply: str
    host: str
    tls: str
    attempts: int
    next_attempt: datetime | None
    mailbox_octets: int
    quota_octets: int
    mailbox_messages: int
    quota_messages: int


class Queue(ABC):
    """What can be seen of a queue, and done to it. Iterated it gives the messages that are in it now, oldest first."""

    _prefix: ClassVar[str]  # of the functions' names
    _open_name: ClassVar[str]  # that which begins a walk

    @property
    @abstractmethod
    def _owner(self) -> object:
        """The handle that the functions take."""

    def _call(self, name: str, *arguments: object) -> None:
        getattr(library(), self._prefix + name)(self._owner, *arguments)

    def counts(self) -> QueueCounts:
        """Counts what is in it; costs the same however much that is."""
        found = s.sized(s.mm_queue_counts)
        self._call("get_counts", byref(found))
        return QueueCounts(
            found.messages, found.recipients, found.ready, found.active, found.deferred, found.held, found.failed
        )

    def __iter__(self) -> Iterator[QueuedMessage]:
        with self._walk(None) as cursor:
            while True:
                message = _next(cursor)
                if message is None:
                    return
                yield message

    def get(self, id: str) -> QueuedMessage:
        """One message. Raises MailModuleError with ErrorCode.NOT_FOUND if it is not there."""
        with self._walk(id) as cursor:
            message = _next(cursor)
            if message is None:
                raise MailModuleError(ErrorCode.NOT_FOUND, f"no message {id} in the queue")
            return message

    def content(self, id: str) -> Iterator[bytes]:
        """The content of a message, piece by piece, with LF alone at the ends of lines."""
        with self._walk(id) as cursor:
            if _next(cursor) is None:
                raise MailModuleError(ErrorCode.NOT_FOUND, f"no message {id} in the queue")
            buffer, length = create_string_buffer(_PIECE), c_size_t()
            while True:
                library().mm_queue_read(cursor, buffer, len(buffer), byref(length))
                if length.value == 0:
                    return
                yield buffer.raw[: length.value]

    @contextmanager
    def _walk(self, id: str | None) -> Iterator[c_void_p]:
        cursor = c_void_p()
        self._call(self._open_name, encode_optional("id", id), byref(cursor))
        try:
            yield cursor
        finally:
            if is_usable():
                library().mm_queue_close(cursor)

    def retry(self, id: str | None = None) -> None:
        """Makes what is deferred ready now; None: of all messages."""
        self._call("retry", encode_optional("id", id))

    def hold(self, id: str | None = None) -> None:
        """Tries a message no more until it is released; None: all that are there now."""
        self._call("hold", encode_optional("id", id))

    def release(self, id: str | None = None) -> None:
        """Ends hold, and makes the message ready; None: all."""
        self._call("release", encode_optional("id", id))

    def remove(self, id: str | None = None) -> None:
        """Takes a message out, without a report to anybody; None: all."""
        self._call("remove", encode_optional("id", id))

    def redirect(self, id: str, target: str, recipient: str | None = None) -> str:
        """Sends what is still open of a message (or that recipient of it) to another address. Gives the id of the new
        message that is made for it."""
        new_id = create_string_buffer(QUEUE_ID_SIZE)
        texts = encode("id", id), encode_optional("recipient", recipient), encode("target", target)
        self._call("redirect", *texts, new_id, len(new_id))
        return decode(new_id.value)


QueueEventHandler = Callable[[QueueEvent], None]
_handlers: Registry[QueueEventHandler] = Registry()


@s.called_by_c(s.mm_queue_event_fn)
def _on_event(event: Any, user: int | None) -> None:
    with Logged("a handler of the queue's events"):
        handler = _handlers.get(user)
        if handler is not None:
            handler(_event(event.contents))


def forget_events(engine: Engine) -> None:
    """Of an engine that is gone."""
    _handlers.remove(engine._queue_events)


class EngineQueue(Queue):
    """The queue of an engine of this process."""

    _prefix = "mm_queue_"
    _open_name = "open"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def _owner(self) -> object:
        return self._engine.handle

    def set_events(self, handler: QueueEventHandler | None) -> None:
        """Names the function that hears of the queue's events, on a thread of the library, one after the other; None:
        nobody hears. An engine has one."""
        engine = self._engine
        if handler is None:
            library().mm_queue_set_events(engine.handle, s.mm_queue_event_fn(0), None)
            number = 0
        else:
            number = _handlers.add(handler)
            try:
                library().mm_queue_set_events(engine.handle, _on_event, number)
            except BaseException:
                _handlers.remove(number)
                raise
        _handlers.remove(engine._queue_events)
        engine._queue_events = number


class _Handing(Kept):
    """One call of Control.send."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self.read = read
        self.results: list[RecipientResult] = []


_handings: Registry[_Handing] = Registry()


@s.called_by_c(s.mm_send_read_fn)
def _on_read(buffer: int, size: int, length: Any, user: int | None) -> int:
    handing = _handings.get(user)
    if handing is not None:
        with handing:
            return give(buffer, size, length, handing.read(size))
    return ErrorCode.IO


@s.called_by_c(s.mm_control_result_fn)
def _on_result(recipient: int, result: Any, user: int | None) -> None:
    handing = _handings.get(user)
    if handing is not None:
        with handing:
            handing.results.append(recipient_result(result.contents))


class Control(Queue, Closing):
    """The queue of an engine in another process, by its local socket (setting control). Not on Windows.

    path  of the socket, or of the mail_root that it lies in.
    """

    _prefix = "mm_control_"
    _open_name = "open_queue"

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._handle = c_void_p()
        library().mm_control_open(encode("path", path), byref(self._handle))

    @property
    def _owner(self) -> object:
        return self._handle

    def send(self, sender: str, to: str | Iterable[str], content: bytes | Reader) -> tuple[RecipientResult, ...]:
        """Hands a message to the other engine's queue: it is on disk there when the call returns.

        content  octets, or a function of a size that gives them piece by piece.
        """
        handing = _Handing(_reader(content))
        texts = encode("sender", sender), encode("to", to if isinstance(to, str) else ",".join(to))
        number = _handings.add(handing)
        try:
            self._call("send", *texts, _on_read, number, _on_result, number)
        finally:
            _handings.remove(number)
            handing.raise_kept()
        return tuple(handing.results)

    def close(self) -> None:
        """Closes it. More than once is allowed."""
        handle, self._handle = self._handle, c_void_p()
        library().mm_control_close(handle)

    def __del__(self) -> None:
        if getattr(self, "_handle", None) and is_usable():
            self.close()


def _reader(content: bytes | Reader) -> Reader:
    if isinstance(content, bytes):
        return io.BytesIO(content).read
    return content


def _next(cursor: c_void_p) -> QueuedMessage | None:
    """The next message of a walk; None at its end."""
    found = s.sized(s.mm_queue_message)
    library().mm_queue_next(cursor, byref(found))
    if found.id is None:
        return None
    return QueuedMessage(
        id=decode(found.id),
        sender=decode(found.sender),
        received=moment(found.received),
        expires=moment(found.expires),
        length=found.length,
        open=found.open,
        recipients=tuple(_recipient(cursor, number) for number in range(found.recipients)),
    )


def _recipient(cursor: c_void_p, number: int) -> QueuedRecipient:
    found = s.sized(s.mm_queue_recipient)
    library().mm_queue_get_recipient(cursor, number, byref(found))
    return QueuedRecipient(
        address=decode(found.address),
        state=QueueState(found.state),
        error=ErrorCode(found.error),
        reply_code=found.reply_code,
        status=decode(found.status),
        reply=decode(found.reply),
        host=decode(found.host),
        attempts=found.attempts,
        last_attempt=moment(found.last_attempt),
        next_attempt=moment(found.next_attempt),
    )


def _event(event: s.mm_queue_event) -> QueueEvent:
    return QueueEvent(
        sequence=event.sequence,
        kind=QueueEventKind(event.kind),
        time=moment(event.time),
        id=decode(event.id),
        sender=decode(event.sender),
        recipient=decode(event.recipient),
        error=ErrorCode(event.error),
        reply_code=event.reply_code,
        status=decode(event.status),
        reply=decode(event.reply),
        host=decode(event.host),
        tls=decode(event.tls),
        attempts=event.attempts,
        next_attempt=moment(event.next_attempt),
        mailbox_octets=event.mailbox_octets,
        quota_octets=event.quota_octets,
        mailbox_messages=event.mailbox_messages,
        quota_messages=event.quota_messages,
    )
