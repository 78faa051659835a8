"""The servers of the default engine that ask before they act: what a client wants, and the host's answer.

C calls the request callback as a variadic function (`...` behind the action). Python's callbacks cannot be variadic, so
the one here takes the most arguments there are, as pointers. That is sound where the platform passes variadic arguments
as it passes others, each in a register or slot of its own:

  - Linux x86-64 (System V ABI, 3.2.3 and 3.5.7) and Linux arm64 (AAPCS64, parameter passing): all of these six
    arguments are in general registers; one that was not passed is whatever the register holds.
  - Windows x64: the fourth in a register, the others on the stack of the caller, whose frame they cannot leave.

Only those that the action has are looked at. Elsewhere (32-bit systems; arm64 of Apple, which passes variadic arguments
on the stack) set_smtp_server and set_pop3_server refuse.
"""
from __future__ import annotations

import platform
import socket
import sys
from collections.abc import Callable
from ctypes import byref, c_char_p, c_int, c_void_p, cast, create_string_buffer
from typing import Any, Union

from ._abi import structures as s
from ._abi.callbacks import Logged, Registry
from ._abi.library import library
from ._abi.text import decode, encode, encode_optional
from .authentication import AuthFinding, finding_of
from .constants import Action, ErrorCode
from .engine import Engine
from .errors import MailModuleError

CARRY_ON = 0
"""The answer that lets the module go on by itself; None is the same."""

TAKEN = -1
"""The answer that the handler has done it; what that means for each action says SMTPReqCallback in the header."""

_FAILED = 451  # what the client hears when a handler raises: a refusal that tells it to come again

_SOUND = {("linux", "x86_64"), ("linux", "aarch64"), ("win32", "AMD64")}
_IS_SOUND = (sys.platform, platform.machine()) in _SOUND and sys.maxsize > 2**32
_TEXTS = {
    Action.SMTP_CONNECT: ("address",),
    Action.SMTP_SENDMSG: ("sender", "recipients", "helo"),
    Action.POP_LOGIN: ("user", "password"),
}


class Request:
    """A request of a client, until its handler returns.

    Which of these have a value depends on the action: address (SMTP_CONNECT); sender, recipients, helo (SMTP_SENDMSG);
    user, password (POP_LOGIN); number, user (POP_GETMSG, POP_DELMSG). name is what it is about: address, sender, user
    or unique id.
    """

    def __init__(self, stream: int, name: str, action: int, arguments: tuple[int | None, ...]) -> None:
        self._stream = stream
        self.name = name
        self.action = Action(action)
        self.address = ""
        self.sender = ""
        self.recipients: tuple[str, ...] = ()
        self.helo = ""
        self.user = ""
        self.password = ""
        self.number = 0
        self._take(arguments)

    def _take(self, arguments: tuple[int | None, ...]) -> None:
        if self.action in (Action.POP_GETMSG, Action.POP_DELMSG):
            # an int fills the lower half of its register; nothing is said of the upper
            self.number = c_int((arguments[0] or 0) & 0xFFFFFFFF).value
            self.user = _text(arguments[1])
            return
        for attribute, argument in zip(_TEXTS.get(self.action, ()), arguments):
            text = _text(argument)
            setattr(self, attribute, tuple(text.split(",")) if attribute == "recipients" else text)

    def recv(self, size: int = 65536) -> bytes:
        """Reads from the client, or from its message: at least one octet; none at the end."""
        buffer = create_string_buffer(size)
        length: int = library().SRVRecv(self._stream, buffer, size)
        if length == 0:
            library().raise_last()
        return buffer.raw[:length]

    def send(self, octets: bytes) -> None:
        """Writes to the client, or the content of the message that it asks for."""
        if octets and library().SRVSend(self._stream, octets, len(octets)) == 0:
            library().raise_last()

    def refuse(self, code: int, text: str | None = None, status: str | None = None) -> int:
        """Gives the handler's answer for a refusal, and says in which words the client hears it."""
        if text is not None:
            library().mm_stream_set_reply(self._stream, encode_optional("status", status), encode("text", text))
        return code

    @property
    def auth_name(self) -> str | None:
        """The user who logged in on this connection, or is about to."""
        return self._known(library().GetAUTHName)

    @property
    def auth_password(self) -> str | None:
        """The password that came with that name."""
        return self._known(library().GetAUTHPassw)

    def _known(self, function: Any) -> str | None:
        value: bytes | None = function(self._stream)
        if value is None:
            library().raise_last()
            return None
        return decode(value)

    @property
    def remote_address(self) -> tuple[str, int]:
        """The client's address and port."""
        buffer = create_string_buffer(28)
        length: int = library().GetRemoteAddr(self._stream, buffer, len(buffer))
        if length == 0:
            library().raise_last()
        port = int.from_bytes(buffer.raw[2:4], "big")
        if length == 16:  # struct sockaddr_in, else struct sockaddr_in6
            return socket.inet_ntop(socket.AF_INET, buffer.raw[4:8]), port
        return socket.inet_ntop(socket.AF_INET6, buffer.raw[8:24]), port

    @property
    def auth(self) -> tuple[AuthFinding, ...]:
        """What was found of the message (SMTP_SENDMSG): by SPF at once, by DKIM, ARC and DMARC when recv has read it to
        its end."""
        count = c_int()
        library().mm_stream_auth_get_count(self._stream, byref(count))
        return tuple(self._auth(index) for index in range(count.value))

    def _auth(self, index: int) -> AuthFinding:
        found = s.sized(s.mm_auth_result)
        library().mm_stream_auth_get_result(self._stream, index, byref(found))
        return finding_of(found)

    def fileno(self) -> int:
        """The connection's socket, to look at and not to read, write or close."""
        number: int = library().GetSocket(self._stream)
        if number == -1:
            library().raise_last()
        return number

    @property
    def session(self) -> dict[str, Any]:
        """A dictionary of the handler's own, the same in all requests of one connection."""
        kept = c_void_p()
        library().mm_stream_get_user(self._stream, byref(kept))
        session = _sessions.get(kept.value)
        if session is None:
            session = {}
            library().mm_stream_set_closed(self._stream, _on_closed)
            library().mm_stream_set_user(self._stream, _sessions.add(session))
        return session


def _text(argument: int | None) -> str:
    return decode(cast(c_void_p(argument), c_char_p).value)


Handler = Callable[[Request], Union[int, None]]
"""Answers a request: None or CARRY_ON, TAKEN, or above 0 a refusal (Request.refuse). It is called on a thread of the
library; several may run at once, but not two for one connection. The client of one that raises hears 451."""

_sessions: Registry[dict[str, Any]] = Registry()
_handlers: dict[str, Handler | None] = {}


@s.called_by_c(s.mm_stream_closed_fn)
def _on_closed(user: int | None) -> None:
    _sessions.remove(user or 0)


def _ask(server: str, stream: int, name: bytes, action: int, arguments: tuple[int | None, ...]) -> int:
    with Logged("a request handler"):
        handler = _handlers.get(server)
        if handler is None:
            return CARRY_ON
        return int(handler(Request(stream, decode(name), action, arguments)) or CARRY_ON)
    return _FAILED


@s.called_by_c(s.SMTPReqCallback)
def _on_smtp(stream: int, name: bytes, action: int, a: int | None, b: int | None, c: int | None) -> int:
    return _ask("SetSMTPServer", stream, name, action, (a, b, c))


@s.called_by_c(s.SMTPReqCallback)
def _on_pop3(stream: int, name: bytes, action: int, a: int | None, b: int | None, c: int | None) -> int:
    return _ask("SetPOP3Server", stream, name, action, (a, b, c))


def set_smtp_server(handler: Handler | None = None, port: int = 0, mask: Action = Action.ALL) -> None:
    """Starts the SMTP server of the default engine; if it runs already, replaces the handler and the mask.

    handler  None: never asked.
    port     0: the setting smtp_port (25).
    mask     the actions that it is asked about.
    """
    _set("SetSMTPServer", _on_smtp, handler, port, mask)


def set_pop3_server(handler: Handler | None = None, port: int = 0, mask: Action = Action.ALL) -> None:
    """Starts the POP3 server of the default engine, as set_smtp_server; port 0 is the setting pop_port (110)."""
    _set("SetPOP3Server", _on_pop3, handler, port, mask)


def _set(server: str, callback: Any, handler: Handler | None, port: int, mask: Action) -> None:
    if handler is not None and not _IS_SOUND:
        raise MailModuleError(ErrorCode.NOT_SUPPORTED, "no callbacks with variadic arguments on this platform")
    Engine.default()  # which the end of the interpreter has to stop
    before = _handlers.get(server)
    _handlers[server] = handler
    result: int = getattr(library(), server)(callback if handler else s.SMTPReqCallback(0), port, mask)
    if result < 0:
        _handlers[server] = before
        library().raise_last()
