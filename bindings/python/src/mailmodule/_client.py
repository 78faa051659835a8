"""What the clients of all protocols have in common: the connection, TLS, time-outs, logins, and what failed last."""
from __future__ import annotations

import base64
import os
from abc import abstractmethod
from ctypes import Structure, byref, c_char_p, c_int, c_void_p
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from ._abi import structures as s
from ._abi.clients import Callbacks, CertificateHandler, Token, TraceHandler, c_token
from ._abi.library import is_usable, library
from ._abi.text import decode, encode, encode_optional, milliseconds
from ._closing import Closing
from .constants import CertificateProblem, ConnectFlags, ErrorCode, Layer, Pop3ConnectFlags, Ready, Stage, TlsCheck
from .errors import ErrorDetail, MailModuleError
from .transport import Bound, Transport

if TYPE_CHECKING:
    from .engine import Engine

AnyReply = TypeVar("AnyReply")


class MailClient(Closing, Generic[AnyReply]):
    """A connection to a mail server, open or not; a protocol adds its verbs, and what its replies are."""

    _prefix: ClassVar[str]
    """Of the protocol's functions in the header."""
    _options: ClassVar[type[Structure]]
    _connect_flags: ClassVar[type[ConnectFlags] | type[Pop3ConnectFlags]]

    def __init__(
        self,
        engine: Engine,
        *,
        connect_timeout: float | None = 0,
        send_timeout: float | None = 0,
        receive_timeout: float | None = 0,
        tls_check: TlsCheck = TlsCheck.SETTINGS,
        proxy: str | None = None,
        certificate: str | os.PathLike[str] | None = None,
        key: str | os.PathLike[str] | None = None,
        on_certificate: CertificateHandler | None = None,
        on_trace: TraceHandler | None = None,
    ) -> None:
        self._handle = c_void_p()
        options = s.sized(self._options)
        options.connect_timeout_ms = milliseconds(connect_timeout)
        options.send_timeout_ms = milliseconds(send_timeout)
        options.receive_timeout_ms = milliseconds(receive_timeout)
        options.tls_check = tls_check
        options.proxy = encode_optional("proxy", proxy)
        options.certificate, options.key = encode_optional("certificate", certificate), encode_optional("key", key)
        self._callbacks = Callbacks(on_certificate, on_trace)
        self._callbacks.fill(options)
        try:
            getattr(library(), f"{self._prefix}_new")(engine.handle, byref(options), byref(self._handle))
        except BaseException:
            self._callbacks.forget()
            raise

    def close(self) -> None:
        """Closes the connection without a word, and frees the client. More than once is allowed."""
        if not self._handle:
            return
        getattr(library(), f"{self._prefix}_free")(self._handle)
        self._handle = c_void_p()
        self._callbacks.forget()
        self._callbacks.raise_kept()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) and is_usable():
            self.close()

    def _call(self, name: str, *arguments: object) -> None:
        """A function of the protocol, by its name behind the prefix."""
        try:
            getattr(library(), f"{self._prefix}_{name}")(self._handle, *arguments)
        except MailModuleError as error:
            self._callbacks.raise_kept()
            raise self._in_full(error) from None
        self._callbacks.raise_kept()

    def _in_full(self, error: MailModuleError) -> MailModuleError:
        found = s.sized(s.mm_error_detail)
        try:
            getattr(library(), f"{self._prefix}_get_error")(self._handle, byref(found))
        except MailModuleError:
            return error
        return MailModuleError(error.code, error.message, _detail(found)) if found.code == error.code else error

    def _say(self, name: str, *arguments: object) -> AnyReply:
        """A call that gets what the server answers, as a number, behind its other arguments."""
        answer = c_int()
        self._call(name, *arguments, byref(answer))
        return self.reply if answer.value else self._no_reply()

    def _text(self, function: str, *which: object) -> str | None:
        text = c_char_p()
        self._call(function, *which, byref(text))
        return None if text.value is None else decode(text.value)

    @abstractmethod
    def _no_reply(self) -> AnyReply:
        """Where none was waited for."""

    @property
    @abstractmethod
    def reply(self) -> AnyReply:
        """The last reply of the server."""

    def set_timeouts(self, connect: float | None, send: float | None, receive: float | None) -> None:
        """Changes the time-outs, for waits that begin later."""
        self._call("set_timeouts", *(milliseconds(seconds) for seconds in (connect, send, receive)))

    def connect(self, host: str, port: int = 0, *, tls: bool = False, greeting: bool = True) -> AnyReply:
        """Connects and reads the greeting, unless that is put off; tls: from the first octet."""
        return self._say("connect", encode("host", host), port, self._flags(tls, greeting))

    def connect_transport(
        self, transport: Transport, host: str | None = None, *, tls: bool = False, greeting: bool = True
    ) -> AnyReply:
        """Takes a way of the host's own in place of a socket."""
        name = encode_optional("host", host)
        given = Bound(transport, self._callbacks).to_c()
        return self._say("connect_transport", byref(given), name, self._flags(tls, greeting))

    def start_tls(self, server_name: str | None = None, *, greeting: bool = False) -> AnyReply:
        """Makes the TLS handshake; greeting: that follows behind it."""
        flags = self._connect_flags.GREETING if greeting else 0
        return self._say("start_tls", encode_optional("server_name", server_name), flags)

    def set_transport(self, transport: Transport) -> None:
        """Lays a way of the host's own, such as its TLS, over the open connection."""
        bound = Bound(transport, self._callbacks)
        given = bound.to_c()
        try:
            self._call("set_transport", byref(given))
        except BaseException:
            bound.forget()
            raise

    def fileno(self) -> int:
        """The connection's socket, which does not block, and must not be closed."""
        number = s.Socket()
        self._call("get_socket", byref(number))
        return number.value

    def wait(self, wanted: Ready, timeout: float | None = None) -> Ready:
        """Waits until the connection can be read or written, or cancel is called; nothing if the time is up."""
        found = c_int()
        try:
            self._call("wait", wanted, milliseconds(timeout), byref(found))
        except MailModuleError as error:
            if error.code != ErrorCode.TIMEOUT:
                raise
        return Ready(found.value)

    def cancel(self) -> None:
        """Ends whatever call is under way on another thread, at once, and the connection with it. On any thread."""
        getattr(library(), f"{self._prefix}_cancel")(self._handle)

    def disconnect(self) -> None:
        """Closes the connection without a word; quit says goodbye first."""
        self._call("close")

    @property
    def capabilities(self) -> list[str]:
        """What the server told when it was asked last: in its answer to EHLO, LHLO or CAPA."""
        count = c_int()
        self._call("get_capability_count", byref(count))
        return [self._text("get_capability", index) or "" for index in range(count.value)]

    def capability(self, name: str) -> str | None:
        """The parameters of a capability, "" if it has none; None: the server does not offer it."""
        return self._text("find_capability", encode("name", name))

    @property
    def tls(self) -> str:
        """What was agreed in the TLS handshake; "" in clear text and over a transport of the host's."""
        return self._text("get_tls") or ""

    def auth(self, user: str | None, password: str | None, mechanism: str | None = None) -> AnyReply:
        """Logs in with a user name and a password by AUTH; mechanism None: the strongest one that the server offers."""
        texts = {"mechanism": mechanism, "user": user, "password": password}
        return self._say("auth", *(encode_optional(name, text) for name, text in texts.items()))

    def auth_token(self, identity: str, token: Token, mechanism: str | None = None) -> AnyReply:
        """Logs in with a token, or what gives one."""
        names = encode_optional("mechanism", mechanism), encode("identity", identity)
        self._callbacks.token = token
        try:
            return self._say("auth_token", *names, c_token, self._callbacks.number)
        finally:
            self._callbacks.token = None

    def auth_raw(self, mechanism: str, initial: bytes | None = None) -> AnyReply:
        """Says AUTH with a mechanism of the host's own, and its initial response. The reply's challenge is what the
        server asks then, and auth_respond answers."""
        text = None if initial is None else base64.b64encode(initial) or b"="
        return self._say("auth_raw", encode("mechanism", mechanism), text)

    def auth_respond(self, response: bytes | None) -> AnyReply:
        """Answers a challenge of auth_raw; None cancels the exchange."""
        return self._say("auth_respond", b"*" if response is None else base64.b64encode(response))

    def rset(self) -> AnyReply:
        """Says RSET: gives up what was begun, a message by SMTP, deletions by POP3."""
        return self._say("rset")

    def noop(self) -> AnyReply:
        """Says NOOP."""
        return self._say("noop")

    def quit(self) -> AnyReply:
        """Says QUIT, and closes the connection. A server that closes without a reply has not said anything."""
        return self._say("quit")

    def receive(self) -> AnyReply:
        """Reads the next reply that is due."""
        return self._say("receive")

    def _flags(self, tls: bool, greeting: bool) -> int:
        flags = self._connect_flags
        return (flags.TLS if tls else 0) | (0 if greeting else flags.NO_GREETING)


def _detail(found: s.mm_error_detail) -> ErrorDetail:
    return ErrorDetail(
        code=ErrorCode(found.code),
        message=decode(found.message),
        host=decode(found.host),
        peer=decode(found.peer),
        layer=Layer(found.layer),
        stage=Stage(found.stage),
        os_error=found.os_error,
        tls_alert=found.tls_alert,
        certificate=CertificateProblem(found.certificate),
        retry=bool(found.retry),
    )
