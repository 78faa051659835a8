"""Servers of an engine. Those that ask the host about each request stand in requests.py."""
from __future__ import annotations

from ctypes import byref, c_int, c_void_p
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ._abi import structures as s
from ._abi.library import library
from ._abi.text import encode_optional, milliseconds

if TYPE_CHECKING:
    from .engine import Engine

_Self = TypeVar("_Self", bound="_Server")


class _Server:
    _name: ClassVar[str]
    _options: ClassVar[Any]

    def __init__(self, engine: Engine, port: int = 0, addresses: str | None = None, max_sessions: int = 0) -> None:
        self._engine = engine
        self._port, self._addresses, self._max_sessions = port, addresses, max_sessions
        self._handle = c_void_p()

    def _function(self, verb: str) -> Any:
        return getattr(library(), f"mm_{self._name}_server_{verb}")

    def start(self) -> None:
        """Starts it; returns when it listens."""
        options = s.sized(self._options)
        options.addresses = encode_optional("addresses", self._addresses)
        options.port, options.max_sessions = self._port, self._max_sessions
        self._function("start")(self._engine.handle, byref(options), None, None, byref(self._handle))

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port = c_int()
        self._function("get_port")(self._handle, byref(port))
        return port.value

    def stop(self, timeout: float | None = 5.0) -> None:
        """Stops it; the engine runs on. What does not run stays stopped.

        timeout  seconds for its sessions to end; then they are cut. None: without limit.
        """
        self._function("stop")(self._handle, milliseconds(timeout))
        self._handle = c_void_p()

    def __enter__(self: _Self) -> _Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class SmtpServer(_Server):
    """The SMTP server of an engine, which has one at a time. As a context manager it runs during the block.

    port          0: the setting smtp_port (25); PORT_ANY.
    addresses     to listen on, with commas between; None: the setting smtp_bind.
    max_sessions  at once; 0: the setting smtp_max.
    """

    _name = "smtp"
    _options = s.mm_smtp_server_options


class Pop3Server(_Server):
    """The POP3 server of an engine, which has one at a time. As a context manager it runs during the block.

    port          0: the setting pop_port (110); PORT_ANY.
    addresses     to listen on, with commas between; None: the setting pop_bind.
    max_sessions  at once; 0: the setting pop3_max.
    """

    _name = "pop3"
    _options = s.mm_pop3_server_options
