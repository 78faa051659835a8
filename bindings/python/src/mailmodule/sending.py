"""Sending with a result for each recipient: a message step by step, or one mail in one call."""
from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from ctypes import byref, c_int, c_void_p
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._abi import structures as s
from ._abi.callbacks import Logged, Registry
from ._abi.library import is_usable, library
from ._abi.readers import Reader, c_read, readers
from ._abi.text import decode, encode, encode_optional, milliseconds
from ._closing import Closing
from .constants import ErrorCode, Notify, Return, Route, SendState, Tls, TlsCheck
from .errors import MailModuleError, SendFailure

if TYPE_CHECKING:
    from .engine import Engine

@dataclass(frozen=True)
class SendOptions:
    """How a message is sent (mm_send_options): through the queue, unless said otherwise. Naming a host says
    Route.SERVER."""

    host: str | None = None
    port: int = 0
    route: Route | None = None
    tls: Tls = Tls.SETTINGS
    tls_check: TlsCheck = TlsCheck.SETTINGS
    timeout: float | None = 0
    user_name: str | None = None
    password: str | None = None
    hello_name: str | None = None
    envelope_id: str | None = None
    return_content: Return = Return.DEFAULT

    def _to_c(self) -> s.mm_send_options:
        options = s.sized(s.mm_send_options)
        route = self.route if self.route is not None else Route.SERVER if self.host is not None else Route.QUEUE
        options.route, options.port, options.tls, options.tls_check = route, self.port, self.tls, self.tls_check
        options.return_content = self.return_content
        options.timeout_ms = milliseconds(self.timeout)
        for name in ("host", "user_name", "password", "hello_name", "envelope_id"):
            setattr(options, name, encode_optional(name, getattr(self, name)))
        return options


@dataclass(frozen=True)
class SendEvent:
    """One step of a message on its way (mm_send_event). recipient is None where it is about all of them."""

    recipient: int | None
    state: SendState
    octets: int
    error: ErrorCode
    reply_code: int


EventHandler = Callable[["Message", SendEvent], None]
"""Hears of the steps, on a thread of the library; those of one message come one after the other."""


@dataclass(frozen=True)
class RecipientResult:
    """What became of one recipient, or how far it has come (mm_send_result)."""

    address: str
    state: SendState
    error: ErrorCode
    reply_code: int
    status: str
    reply: str
    host: str
    host_address: str
    tls: str
    tls_checked: bool
    attempts: int
    queue_id: str
    maybe_taken: bool


@dataclass(frozen=True)
class SendResult:
    """What became of a message: OK if every recipient was taken, else the worst failure."""

    outcome: ErrorCode
    recipients: tuple[RecipientResult, ...]

    def raise_for_failure(self) -> SendResult:
        """Raises SendFailure if not every recipient was taken."""
        if self.outcome != ErrorCode.OK:
            raise SendFailure(self)
        return self


_messages: Registry[Message] = Registry()


@s.called_by_c(s.mm_send_event_fn)
def _on_event(send: int | None, event: Any, user: int | None) -> None:
    with Logged("a handler of a message's events"):
        message = _messages.get(user)
        if message is not None:
            message._hear(send, event.contents)


class Message(Closing):
    """One message on its way: recipients, content from one source, start, and wait or the future that start gives.

    As a context manager it gives up at the end of the block what has not ended.
    """

    def __init__(
        self, engine: Engine, sender: str, options: SendOptions | None = None, on_event: EventHandler | None = None
    ) -> None:
        self._begin(on_event)
        library().mm_send_new(engine.handle, byref(self._options(options)), encode("sender", sender), self._out())

    def _begin(self, on_event: EventHandler | None) -> None:
        self._handle = c_void_p()
        self._handler = on_event
        self._lock = threading.Lock()
        self._future: Future[SendResult] | None = None
        self._reader: int = 0
        self._number = _messages.number()

    def _options(self, options: SendOptions | None) -> s.mm_send_options:
        given = (options or SendOptions())._to_c()
        given.on_event, given.user = _on_event, self._number
        return given

    def _out(self) -> Any:
        return byref(self._handle)

    def add_recipient(self, address: str, notify: Notify = Notify.DEFAULT, orcpt: str | None = None) -> None:
        """Adds a recipient. They count from 0."""
        library().mm_send_add_recipient(
            self._handle, encode("address", address), notify, encode_optional("orcpt", orcpt)
        )

    def write(self, content: str | bytes | bytearray | memoryview) -> None:
        """Appends to the content. Text goes as UTF-8."""
        octets = content.encode("utf-8") if isinstance(content, str) else bytes(content)
        library().mm_send_write(self._handle, octets, len(octets))

    def set_file(self, path: str | os.PathLike[str]) -> None:
        """Takes the content from a file, which must stay as it is until all has ended."""
        library().mm_send_set_file(self._handle, encode("path", path))

    def set_descriptor(self, descriptor: int) -> None:
        """Takes the content from an open descriptor (on Windows a HANDLE), which is duplicated at once."""
        library().mm_send_set_descriptor(self._handle, descriptor)

    def set_reader(self, read: Reader) -> None:
        """Takes the content from a function of a size, such as a file's read, on threads of the library."""
        number = readers.add(read)
        try:
            library().mm_send_set_reader(self._handle, c_read, number)
        except BaseException:
            readers.remove(number)
            raise
        self._reader = number

    def start(self) -> Future[SendResult]:
        """Sends it; returns at once. The future ends when every recipient has; it cannot be cancelled, the message can.
        """
        return self._start(lambda: library().mm_send_start(self._handle))

    def _start(self, call: Callable[[], object]) -> Future[SendResult]:
        """From here on C may call, so the message is held; the last event may come before the call returns."""
        future: Future[SendResult] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if self._future is not None:
                raise MailModuleError(ErrorCode.STATE, "the message was started already")
            self._future = future
        _messages.put(self._number, self)
        try:
            call()
        except BaseException:
            self._future = None
            _messages.remove(self._number)
            raise
        return future

    @property
    def future(self) -> Future[SendResult]:
        """What start gave."""
        if self._future is None:
            raise MailModuleError(ErrorCode.STATE, "the message was not started")
        return self._future

    def wait(self, timeout: float | None = None) -> SendResult:
        """Waits until every recipient has ended. Raises MailModuleError with ErrorCode.TIMEOUT when the time is up; the
        message goes on then. Not inside its own event handler."""
        try:
            return self.future.result(timeout)
        except TimeoutError:
            raise MailModuleError(ErrorCode.TIMEOUT, "the message is still on its way") from None

    def results(self) -> tuple[RecipientResult, ...]:
        """What became of the recipients so far."""
        future = self._future
        try:
            return self._results()
        except MailModuleError as error:
            if future is None or error.code != ErrorCode.HANDLE:
                raise
            return future.result().recipients  # all has ended, and the handle with it

    def cancel(self) -> None:
        """Gives up every recipient that has not ended; what has ended already is no failure."""
        try:
            library().mm_send_cancel(self._handle)
        except MailModuleError as error:
            if error.code != ErrorCode.HANDLE:  # all has ended, and the handle with it
                raise

    def close(self) -> None:
        """Gives up what has not ended. More than once is allowed."""
        if self._future is not None:
            self.cancel()
        elif self._handle:
            self._free()
            self._handle = c_void_p()

    def _hear(self, send: int | None, event: s.mm_send_event) -> None:
        """The library's events; the last one ends the handle, before the future tells."""
        self._handle.value = send
        is_last = event.state == SendState.FINISHED
        try:
            if self._handler is not None:
                self._handler(self, _event(event))
        finally:
            if is_last:
                self._finish()

    def _finish(self) -> None:
        future = self._future
        try:
            outcome = c_int()
            library().mm_send_get_outcome(self._handle, byref(outcome))
            result = SendResult(ErrorCode(outcome.value), self._results())
            self._free()
        except BaseException as error:
            if future is not None:
                future.set_exception(error)
            raise
        if future is not None:
            future.set_result(result)

    def _results(self) -> tuple[RecipientResult, ...]:
        results: list[RecipientResult] = []
        found = s.sized(s.mm_send_result)
        while True:
            try:
                library().mm_send_get_result(self._handle, len(results), byref(found))
            except MailModuleError as error:
                if error.code != ErrorCode.ARGUMENT:
                    raise
                return tuple(results)  # there is no recipient of that number
            results.append(recipient_result(found))

    def _free(self) -> None:
        try:
            library().mm_send_free(self._handle)
        finally:
            _messages.remove(self._number)
            readers.remove(self._reader)

    def __del__(self) -> None:
        # Only of a message that was not started: one that was is held until its end.
        if getattr(self, "_future", self) is None and self._handle and is_usable():
            self._free()


def _event(event: s.mm_send_event) -> SendEvent:
    recipient = None if event.recipient < 0 else event.recipient
    error = ErrorCode(event.error)
    return SendEvent(recipient, SendState(event.state), event.octets, error, event.reply_code)


def recipient_result(found: s.mm_send_result) -> RecipientResult:
    return RecipientResult(
        address=decode(found.address),
        state=SendState(found.state),
        error=ErrorCode(found.error),
        reply_code=found.reply_code,
        status=decode(found.status),
        reply=decode(found.reply),
        host=decode(found.host),
        host_address=decode(found.host_address),
        tls=decode(found.tls),
        tls_checked=bool(found.tls_checked),
        attempts=found.attempts,
        queue_id=decode(found.queue_id),
        maybe_taken=bool(found.maybe_taken),
    )
