"""An engine: settings, log, start and stop; what else it does stands in the other modules."""
from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable, Mapping
from ctypes import byref, c_int64, c_size_t, c_void_p, create_string_buffer
from typing import Union

from . import _exit, fetching, mailbox
from ._abi import structures as s
from ._abi.callbacks import Logged, Registry, logger
from ._abi.library import library
from ._abi.readers import Reader
from ._abi.text import decode, encode, milliseconds
from ._closing import Closing
from .constants import ErrorCode, LogLevel
from .errors import MailModuleError
from .handlers import forget_handlers
from .fetching import FetchEventHandler
from .mailbox import Mailbox, MailboxEventHandler
from .queue import EngineQueue, forget_events
from .sending import EventHandler, Message, SendOptions

Value = Union[str, int, bool, "os.PathLike[str]"]
"""What a setting may be given: text, a number, a flag, a path."""

_LEVELS = {
    LogLevel.ERROR: logging.ERROR,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.INFO: logging.INFO,
    LogLevel.DEBUG: logging.DEBUG,
}
_loggers: Registry[logging.Logger] = Registry()

_HANDLERS_SECONDS = 3.0


@s.called_by_c(s.mm_log_fn)
def _on_log(level: int, area: bytes, text: bytes, user: int | None) -> None:
    with Logged("a log handler"):
        target = _loggers.get(user)
        if target is not None:
            target.getChild(decode(area)).log(_LEVELS.get(LogLevel(level), logging.DEBUG), "%s", decode(text))


class Settings:
    """The settings of an engine, by their keys; docs/settings.md lists them.

    Giving one that is a list (user, local_domain, ...) a value adds one more.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getitem__(self, key: str) -> str:
        """Its value as text; of a list the values with line feeds between them."""
        length = c_size_t()
        name = encode("key", key)
        while True:
            buffer = create_string_buffer(length.value + 1)
            try:
                library().mm_engine_get(self._engine.handle, name, buffer, len(buffer), byref(length))
            except MailModuleError:
                if length.value < len(buffer):
                    raise
            else:
                return decode(buffer.value)

    def __setitem__(self, key: str, value: Value | Iterable[Value]) -> None:
        """Sets it. Several values are given one after the other, as lists want it."""
        if isinstance(value, (str, int, os.PathLike)):
            self._set(encode("key", key), value)
            return
        for one in value:
            self._set(encode("key", key), one)

    def _set(self, key: bytes, value: Value) -> None:
        if isinstance(value, int):
            library().mm_engine_set_int(self._engine.handle, key, int(value))
        else:
            library().mm_engine_set(self._engine.handle, key, encode(decode(key), value))

    def get_int(self, key: str) -> int:
        """The value of one that is a number or a flag (0, 1)."""
        value = c_int64()
        library().mm_engine_get_int(self._engine.handle, encode("key", key), byref(value))
        return value.value

    def update(self, settings: Mapping[str, Value | Iterable[Value]]) -> None:
        """Sets all of these, in their order."""
        for key, value in settings.items():
            self[key] = value


class Engine(Closing):
    """A mail engine of its own. As a context manager it is stopped and freed at the end of the block.

    Its log goes to `logger` (logging.getLogger("mailmodule") unless given), each area to a child of that, and no finer
    than the level that the logger has now; log_to changes both.
    """

    def __init__(
        self, settings: Mapping[str, Value | Iterable[Value]] | None = None, *, logger: logging.Logger = logger
    ) -> None:
        handle = c_void_p()
        library().mm_engine_new(byref(handle))
        self._begin(handle.value, is_default=False)
        self.log_to(logger)
        try:
            self.settings.update(settings or {})
        except BaseException:
            self.close(0)
            raise

    def _begin(self, handle: int | None, is_default: bool) -> None:
        self._handle = handle
        self._is_default = is_default
        self._log = 0
        self._queue_events = 0
        self._mailbox_events = 0
        self._fetch_events = 0
        self._handlers: set[int] = set()
        self.settings = Settings(self)
        _exit.engines.add(self)

    @classmethod
    def default(cls) -> Engine:
        """The engine of the functions with old names, such as set_smtp_server and find_mx. It is never freed."""
        global _default
        with _default_lock:
            if _default is None:
                handle: int | None = library().mm_engine_default()
                _default = cls.__new__(cls)
                _default._begin(handle, is_default=True)
            return _default

    @property
    def handle(self) -> int | None:
        """The mm_engine. None of a closed engine, which C answers with MM_E_HANDLE."""
        return self._handle

    def load(self, filename: str | os.PathLike[str]) -> None:
        """Takes the settings of a file, all of them or none."""
        library().mm_engine_load(self.handle, encode("filename", filename))

    def log_to(self, target: logging.Logger | None, level: LogLevel | None = None) -> None:
        """Names the logger that gets the log; None: nobody. The level is the logger's unless given."""
        if target is None:
            library().mm_engine_set_log(self.handle, LogLevel.ERROR, s.mm_log_fn(0), None)
            number = 0
        else:
            number = _loggers.add(target)
            library().mm_engine_set_log(self.handle, level or _level_of(target), _on_log, number)
        _loggers.remove(self._log)
        self._log = number

    @property
    def queue(self) -> EngineQueue:
        """The queue of mail for other hosts."""
        return EngineQueue(self)

    def mailbox(self, name: str, folder: str = "", *, shared: bool = False, create: bool = False) -> Mailbox:
        """Opens a user's mailbox, or a folder of it."""
        return Mailbox(self, name, folder, shared=shared, create=create)

    def mailbox_folders(self, name: str) -> list[str]:
        """The folders of a user's mailbox."""
        return mailbox.folders(self, name)

    def deliver(
        self, name: str, content: bytes | Reader | os.PathLike[str], *, folder: str = "", sender: str = ""
    ) -> str:
        """Puts a message into a user's mailbox; when it returns, it is on disk. Gives its id in the spool.

        content  octets, a function of a size that gives them piece by piece, or the path of a file.
        """
        return mailbox.deliver(self, name, content, folder=folder, sender=sender)

    def set_mailbox_events(self, handler: MailboxEventHandler | None) -> None:
        """Names the function that hears of new mail in mailboxes here; None: nobody hears."""
        mailbox.set_events(self, handler)

    def set_fetch_events(self, handler: FetchEventHandler | None) -> None:
        """Names the function that hears of looks at mailboxes elsewhere that have ended; None: nobody hears."""
        fetching.set_events(self, handler)

    def message(self, sender: str, options: SendOptions | None = None, on_event: EventHandler | None = None) -> Message:
        """Begins a message, which is given recipients and content, and started."""
        return Message(self, sender, options, on_event)

    def stop(self, timeout: float | None = 5.0) -> None:
        """Drains and stops it; settings stay, and what is used again starts it anew.

        timeout  seconds for sessions, sendings and callbacks to end; then they are cut. None: without limit.
        """
        library().mm_engine_stop(self.handle, milliseconds(timeout))

    def close(self, timeout: float | None = 5.0) -> None:
        """Stops it as stop does, and frees it unless it is the default one. More than once is allowed.

        Handlers that run when the time is up have a moment to end: they need the interpreter, as this thread does.
        """
        if self._handle is None:
            return
        try:
            self._stop_with_handlers(timeout)
        finally:
            self._free()

    def _stop_with_handlers(self, timeout: float | None) -> None:
        try:
            self.stop(timeout)
        except MailModuleError as error:
            if error.code != ErrorCode.TIMEOUT:
                raise
            self.stop(_HANDLERS_SECONDS)

    def _free(self) -> None:
        if self._is_default:
            return
        try:
            library().mm_engine_free(self._handle)
        except MailModuleError as error:
            if error.code in (ErrorCode.STATE, ErrorCode.ARGUMENT):  # nothing has happened
                raise
            self._forget()
            raise
        self._forget()

    def _forget(self) -> None:
        self._handle = None
        _exit.engines.discard(self)
        _loggers.remove(self._log)
        forget_events(self)
        mailbox.forget_events(self)
        fetching.forget_events(self)
        forget_handlers(self, self._handlers)


def _level_of(target: logging.Logger) -> LogLevel:
    effective = target.getEffectiveLevel()
    return max((level for level, number in _LEVELS.items() if number >= effective), default=LogLevel.ERROR)


_default: Engine | None = None
_default_lock = threading.Lock()
