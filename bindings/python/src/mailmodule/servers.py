"""Servers of an engine. What they may ask the host stands in handlers.py and pop3_handlers.py, and the servers of the
functions with old names in requests.py."""
from __future__ import annotations

import socket
from ctypes import byref, c_int, c_void_p
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ._abi import structures as s
from ._abi.library import library
from ._abi.text import encode_optional, milliseconds
from .constants import ErrorCode, SmtpProtocol
from .errors import MailModuleError
from .handlers import ServerHandlers, SmtpHandlers, forget_handlers, number_of, table_of
from .pop3_handlers import Pop3Handlers

if TYPE_CHECKING:
    from .engine import Engine

_Self = TypeVar("_Self", bound="_Server[Any]")
_Handlers = TypeVar("_Handlers", bound=ServerHandlers)


class _Server(Generic[_Handlers]):
    _name: ClassVar[str]
    _options: ClassVar[Any]

    def __init__(
        self, engine: Engine, port: int, addresses: str | None, max_sessions: int, handlers: _Handlers | None,
        is_tls_first: bool,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._port, self._addresses, self._max_sessions = port, addresses, max_sessions
        self._handlers, self._is_tls_first = handlers, is_tls_first
        self._numbers: set[int] = set()
        self._handle = c_void_p()

    @property
    def handle(self) -> c_void_p:
        """The mm_smtp_server, mm_pop3_server. That of one that does not run is NULL, which C answers with
        MM_E_HANDLE."""
        return self._handle

    def _function(self, verb: str) -> Any:
        return getattr(library(), f"mm_{self._name}_{verb}")

    def start(self) -> None:
        """Starts it; returns when it listens."""
        options = self._where()
        if self._handlers is None:
            self._start(options, None, 0)
            self._know(set())
            return
        number = number_of(self._engine, self._handlers)
        try:
            self._start(options, byref(table_of(self._handlers)), number)
        except BaseException:
            forget_handlers(self._engine, {number})
            raise
        self._know({number})

    def _where(self) -> Any:
        options = s.sized(self._options)
        options.addresses = encode_optional("addresses", self._addresses)
        options.port, options.max_sessions, options.tls = self._port, self._max_sessions, self._is_tls_first
        return options

    def _start(self, options: Any, handlers: Any, user: int) -> None:
        started = c_void_p()  # C leaves NULL there where it fails, as behind one that runs
        self._function("server_start")(self._engine.handle, byref(options), handlers, user, byref(started))
        self._handle = started

    def _know(self, numbers: set[int]) -> None:
        """Of the handlers; those that were known before are of a server that the engine has stopped."""
        former, self._numbers = self._numbers, numbers
        forget_handlers(self._engine, former)

    @property
    def port(self) -> int:
        """The port that it listens on; 0: none."""
        port = c_int()
        self._function("server_get_port")(self._handle, byref(port))
        return port.value

    def add_handlers(self, handlers: _Handlers) -> None:
        """Sessions that begin from now on ask these too, where those that are there continue. A server has at most 8,
        and what is added goes when it stops."""
        number = number_of(self._engine, handlers)
        try:
            self._function("server_add_handlers")(self._handle, byref(table_of(handlers)), number)
        except BaseException:
            forget_handlers(self._engine, {number})
            raise
        self._numbers.add(number)

    def adopt(self, connection: socket.socket, is_tls_first: bool = False) -> None:
        """Serves a connection that the host has accepted. The socket is the server's from the call on (detached here),
        unless that raises ErrorCode.HANDLE or ARGUMENT."""
        try:
            self._function("server_adopt")(self._handle, connection.fileno(), is_tls_first)
        except MailModuleError as error:
            if error.code not in (ErrorCode.HANDLE, ErrorCode.ARGUMENT):
                connection.detach()
            raise
        connection.detach()

    def stop(self, timeout: float | None = 5.0) -> None:
        """Stops it; the engine runs on. What does not run stays stopped.

        timeout  seconds for its sessions and handlers to end; then they are cut. None: without limit. A handler that
                 still runs then is ErrorCode.TIMEOUT; it goes when it returns.
        """
        try:
            self._function("server_stop")(self._handle, milliseconds(timeout))
        except MailModuleError as error:
            if error.code == ErrorCode.TIMEOUT:  # a session may still ask: until the engine is closed
                self._handle, self._numbers = c_void_p(), set()
            raise
        self._handle = c_void_p()
        self._know(set())

    def __enter__(self: _Self) -> _Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class SmtpServer(_Server[SmtpHandlers]):
    """The SMTP server of an engine, which has one at a time. As a context manager it runs during the block.

    port          0: the setting smtp_port (25); PORT_ANY; PORT_NONE: it listens nowhere.
    addresses     to listen on, with commas between; None: the setting smtp_bind.
    max_sessions  at once; 0: the setting smtp_max.
    handlers      what it asks the host; None: nothing.
    is_tls_first  TLS from the first octet (RFC 8314).
    """

    _name = "smtp"
    _options = s.mm_smtp_server_options

    def __init__(
        self, engine: Engine, port: int = 0, addresses: str | None = None, max_sessions: int = 0, *,
        handlers: SmtpHandlers | None = None, protocol: SmtpProtocol = SmtpProtocol.SMTP, is_tls_first: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(engine, port, addresses, max_sessions, handlers, is_tls_first)
        self._protocol = protocol

    def _where(self) -> Any:
        options = super()._where()
        options.protocol = self._protocol
        return options


class Pop3Server(_Server[Pop3Handlers]):
    """The POP3 server of an engine, which has one at a time. As a context manager it runs during the block.

    port          0: the setting pop_port (110); PORT_ANY; PORT_NONE: it listens nowhere.
    addresses     to listen on, with commas between; None: the setting pop_bind.
    max_sessions  at once; 0: the setting pop3_max.
    handlers      what it asks the host; None: nothing.
    is_tls_first  TLS from the first octet (RFC 8314).
    """

    _name = "pop3"
    _options = s.mm_pop3_server_options

    def __init__(
        self, engine: Engine, port: int = 0, addresses: str | None = None, max_sessions: int = 0, *,
        handlers: Pop3Handlers | None = None, is_tls_first: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(engine, port, addresses, max_sessions, handlers, is_tls_first)
