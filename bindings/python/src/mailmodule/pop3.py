"""The POP3 client, verb by verb: one method for each command, which waits for its answer on the caller's thread."""
from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from ctypes import byref, c_char_p, c_int, c_int64, c_size_t, c_void_p, create_string_buffer, string_at
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from ._abi import structures as s
from ._abi.clients import Callbacks, CertificateHandler, Token, TraceHandler, c_token
from ._abi.library import is_usable, library
from ._abi.text import decode, encode, encode_optional, milliseconds
from ._closing import Closing
from .constants import ErrorCode, Pop3Answer, Pop3ConnectFlags, Pop3LoginFlags, Pop3Status, Ready, TlsCheck
from .errors import MailModuleError
from .smtp import _detail
from .transport import Bound, Transport

if TYPE_CHECKING:
    from .engine import Engine

PIECE = 65536

# Gets the number of a message, a piece of it (b"" at its end) and the server's status; False: no further message.
MessageHandler = Callable[[int, bytes, Pop3Status], object]


@dataclass(frozen=True)
class Pop3Reply:
    """What the server has answered (mm_pop3_reply)."""

    status: Pop3Status
    text: str = ""
    raw: str = ""
    code: str = ""
    challenge: str = ""
    stamp: str = ""
    due: int = 0

    @property
    def is_positive(self) -> bool:
        return self.status in (Pop3Status.OK, Pop3Status.CHALLENGE)


@dataclass(frozen=True)
class Pop3Entry:
    """One line of LIST or UIDL."""

    number: int
    octets: int
    id: str


class Pop3Client(Closing):
    """A connection to a POP3 server, open or not. As a context manager it is closed at the end of the block, without a
    word, which deletes nothing at the server. Its arguments are those of SmtpClient; times of 0: the setting
    pop_timeout.

    A call that fails raises MailModuleError with all that is known; what the server answers is the call's result. An
    exception of a handler comes out of the call that has called it.
    """

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
        self._callbacks = Callbacks(on_certificate, on_trace)
        options = s.sized(s.mm_pop3_options)
        options.connect_timeout_ms = milliseconds(connect_timeout)
        options.send_timeout_ms = milliseconds(send_timeout)
        options.receive_timeout_ms = milliseconds(receive_timeout)
        options.tls_check = tls_check
        options.proxy = encode_optional("proxy", proxy)
        options.certificate, options.key = encode_optional("certificate", certificate), encode_optional("key", key)
        self._callbacks.fill(options)
        try:
            library().mm_pop3_new(engine.handle, byref(options), byref(self._handle))
        except BaseException:
            self._callbacks.forget()
            raise

    def close(self) -> None:
        """Closes the connection without a word, and frees the client. More than once is allowed."""
        if not self._handle:
            return
        library().mm_pop3_free(self._handle)
        self._handle = c_void_p()
        self._callbacks.forget()
        self._callbacks.raise_kept()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) and is_usable():
            self.close()

    def _call(self, name: str, *arguments: object) -> None:
        try:
            getattr(library(), name)(self._handle, *arguments)
        except MailModuleError as error:
            self._callbacks.raise_kept()
            raise self._in_full(error) from None
        self._callbacks.raise_kept()

    def _in_full(self, error: MailModuleError) -> MailModuleError:
        found = s.sized(s.mm_error_detail)
        try:
            library().mm_pop3_get_error(self._handle, byref(found))
        except MailModuleError:
            return error
        return MailModuleError(error.code, error.message, _detail(found)) if found.code == error.code else error

    def _say(self, name: str, *arguments: object) -> Pop3Reply:
        """A call that gets an answer's status behind its other arguments."""
        status = c_int()
        self._call(name, *arguments, byref(status))
        return self.reply if status.value else Pop3Reply(Pop3Status.NONE)

    @property
    def reply(self) -> Pop3Reply:
        """The last answer of the server."""
        found = s.sized(s.mm_pop3_reply)
        self._call("mm_pop3_get_reply", byref(found))
        return Pop3Reply(
            status=Pop3Status(found.status),
            text=decode(found.text),
            raw=decode(found.raw),
            code=decode(found.code),
            challenge=decode(found.challenge),
            stamp=decode(found.stamp),
            due=found.due,
        )

    def set_timeouts(self, connect: float | None, send: float | None, receive: float | None) -> None:
        """Changes the time-outs, for waits that begin later."""
        self._call("mm_pop3_set_timeouts", *(milliseconds(seconds) for seconds in (connect, send, receive)))

    def connect(self, host: str, port: int = 0, *, tls: bool = False, greeting: bool = True) -> Pop3Reply:
        """Connects and reads the greeting, unless that is put off; tls: from the first octet."""
        return self._say("mm_pop3_connect", encode("host", host), port, _flags(tls, greeting))

    def connect_transport(
        self, transport: Transport, host: str | None = None, *, tls: bool = False, greeting: bool = True
    ) -> Pop3Reply:
        """Takes a way of the host's own in place of a socket."""
        given = Bound(transport, self._callbacks).to_c()
        name = encode_optional("host", host)
        return self._say("mm_pop3_connect_transport", byref(given), name, _flags(tls, greeting))

    def stls(self) -> Pop3Reply:
        """Says STLS; after OK start_tls, or set_transport, makes the handshake."""
        return self._say("mm_pop3_stls")

    def start_tls(self, server_name: str | None = None, *, greeting: bool = False) -> Pop3Reply:
        """Makes the TLS handshake; greeting: that follows behind it."""
        flags = Pop3ConnectFlags.GREETING if greeting else Pop3ConnectFlags(0)
        return self._say("mm_pop3_start_tls", encode_optional("server_name", server_name), flags)

    def set_transport(self, transport: Transport) -> None:
        """Lays a way of the host's own, such as its TLS, over the open connection."""
        bound = Bound(transport, self._callbacks)
        given = bound.to_c()
        try:
            self._call("mm_pop3_set_transport", byref(given))
        except BaseException:
            bound.forget()
            raise

    def fileno(self) -> int:
        """The connection's socket, which does not block, and must not be closed."""
        number = s.Socket()
        self._call("mm_pop3_get_socket", byref(number))
        return number.value

    def wait(self, wanted: Ready, timeout: float | None = None) -> Ready:
        """Waits until the connection can be read or written, or cancel is called; nothing if the time is up."""
        found = c_int()
        try:
            self._call("mm_pop3_wait", wanted, milliseconds(timeout), byref(found))
        except MailModuleError as error:
            if error.code != ErrorCode.TIMEOUT:
                raise
        return Ready(found.value)

    def cancel(self) -> None:
        """Ends whatever call is under way on another thread, at once, and the connection with it. On any thread."""
        library().mm_pop3_cancel(self._handle)

    def disconnect(self) -> None:
        """Closes the connection without a word, which deletes nothing."""
        self._call("mm_pop3_close")

    def capa(self) -> Pop3Reply:
        """Says CAPA, and learns the server's capabilities."""
        return self._say("mm_pop3_capa")

    @property
    def capabilities(self) -> list[str]:
        """What the server told in its last answer to CAPA."""
        count = c_int()
        self._call("mm_pop3_get_capability_count", byref(count))
        return [self._text("mm_pop3_get_capability", index) or "" for index in range(count.value)]

    def capability(self, name: str) -> str | None:
        """The parameters of a capability, "" if it has none; None: the server does not offer it."""
        return self._text("mm_pop3_find_capability", encode("name", name))

    def _text(self, function: str, *which: object) -> str | None:
        text = c_char_p()
        self._call(function, *which, byref(text))
        return None if text.value is None else decode(text.value)

    @property
    def tls(self) -> str:
        """What was agreed in the TLS handshake; "" in clear text and over a transport of the host's."""
        return self._text("mm_pop3_get_tls") or ""

    def login(self, user: str, password: str, flags: Pop3LoginFlags = Pop3LoginFlags(0)) -> Pop3Reply:
        """Logs in by the best way that the server has and flags allow."""
        return self._say("mm_pop3_login", encode("user", user), encode("password", password), flags)

    def user(self, name: str) -> Pop3Reply:
        """Says USER."""
        return self._say("mm_pop3_user", encode("name", name))

    def pass_(self, password: str) -> Pop3Reply:
        """Says PASS."""
        return self._say("mm_pop3_pass", encode("password", password))

    def apop(self, user: str, password: str) -> Pop3Reply:
        """Says APOP."""
        return self._say("mm_pop3_apop", encode("user", user), encode("password", password))

    def auth(self, user: str | None, password: str | None, mechanism: str | None = None) -> Pop3Reply:
        """Logs in by AUTH; mechanism None: the strongest one that the server offers."""
        texts = {"mechanism": mechanism, "user": user, "password": password}
        return self._say("mm_pop3_auth", *(encode_optional(name, text) for name, text in texts.items()))

    def auth_token(self, identity: str, token: Token, mechanism: str | None = None) -> Pop3Reply:
        """Logs in with a token, or what gives one."""
        names = encode_optional("mechanism", mechanism), encode("identity", identity)
        self._callbacks.token = token
        try:
            return self._say("mm_pop3_auth_token", *names, c_token, self._callbacks.number)
        finally:
            self._callbacks.token = None

    def auth_raw(self, mechanism: str, initial: bytes | None = None) -> Pop3Reply:
        """Says AUTH with a mechanism of the host's own, and its initial response."""
        text = None if initial is None else base64.b64encode(initial) or b"="
        return self._say("mm_pop3_auth_raw", encode("mechanism", mechanism), text)

    def auth_respond(self, response: bytes | None) -> Pop3Reply:
        """Answers a challenge of auth_raw; None cancels the exchange."""
        return self._say("mm_pop3_auth_respond", b"*" if response is None else base64.b64encode(response))

    def utf8(self) -> Pop3Reply:
        """Says UTF8, before the login."""
        return self._say("mm_pop3_utf8")

    def lang(self, tag: str | None = None) -> Pop3Reply:
        """Says LANG; None: which languages there are, by read."""
        return self._say("mm_pop3_lang", encode_optional("tag", tag))

    def stat(self) -> tuple[Pop3Reply, int, int]:
        """Says STAT: the answer, how many messages, and their octets."""
        count, octets = c_int(), c_int64()
        reply = self._say("mm_pop3_stat", byref(count), byref(octets))
        return reply, count.value, octets.value

    def list(self, number: int = 0) -> Pop3Reply:
        """Says LIST; entries gives its lines."""
        return self._say("mm_pop3_list", number)

    def uidl(self, number: int = 0) -> Pop3Reply:
        """Says UIDL; entries gives its lines."""
        return self._say("mm_pop3_uidl", number)

    def entries(self) -> Iterator[Pop3Entry]:
        """The lines of LIST or UIDL, as they come."""
        while True:
            found = s.sized(s.mm_pop3_entry)
            self._call("mm_pop3_next", byref(found))
            if found.number == 0:
                return
            yield Pop3Entry(found.number, found.octets, decode(found.id))

    def retr(self, number: int) -> Pop3Reply:
        """Says RETR; read, or read_all, gives the message."""
        return self._say("mm_pop3_retr", number)

    def top(self, number: int, lines: int) -> Pop3Reply:
        """Says TOP; read, or read_all, gives header and lines."""
        return self._say("mm_pop3_top", number, lines)

    def read(self, size: int = PIECE) -> bytes:
        """Octets of an answer of many lines, at least one; b"" at its end."""
        buffer, length = create_string_buffer(size), c_size_t()
        self._call("mm_pop3_read", buffer, size, byref(length))
        return buffer.raw[: length.value]

    def read_all(self) -> bytes:
        """All that is left of an answer of many lines."""
        pieces = []
        while piece := self.read():
            pieces.append(piece)
        return b"".join(pieces)

    def retr_all(self, take: MessageHandler, numbers: Iterable[int] | None = None, count: int = 0, lines: int = -1) -> None:
        """Retrieves messages one after the other: numbers, or 1 to count. take hears of each piece; what it raises
        ends it."""
        named = None if numbers is None else [*numbers]
        callbacks = self._callbacks

        @s.called_by_c(s.mm_pop3_message_fn)
        def message(number: int, octets: int | None, size: int, status: int, user: int | None) -> int:
            with callbacks:
                piece = string_at(octets, size) if octets and size else b""
                return ErrorCode.CANCELLED if take(number, piece, Pop3Status(status)) is False else ErrorCode.OK
            return ErrorCode.CANCELLED

        given = None if named is None else (c_int * len(named))(*named)
        self._call("mm_pop3_retr_all", given, count if named is None else len(named), lines, message, None)

    def dele(self, number: int) -> Pop3Reply:
        """Says DELE: the message is deleted when quit is answered by OK."""
        return self._say("mm_pop3_dele", number)

    def rset(self) -> Pop3Reply:
        """Says RSET: what dele has marked stays."""
        return self._say("mm_pop3_rset")

    def noop(self) -> Pop3Reply:
        """Says NOOP."""
        return self._say("mm_pop3_noop")

    def quit(self) -> Pop3Reply:
        """Says QUIT, and closes the connection."""
        return self._say("mm_pop3_quit")

    def send_command(self, line: str, answer: Pop3Answer = Pop3Answer.KNOWN) -> None:
        """Sends a command of the host's own; receive reads its answer."""
        self._call("mm_pop3_send_command", encode("line", line), answer)

    def receive(self) -> Pop3Reply:
        """Reads the next answer that is due."""
        return self._say("mm_pop3_receive")


def _flags(tls: bool, greeting: bool) -> Pop3ConnectFlags:
    flags = Pop3ConnectFlags.TLS if tls else Pop3ConnectFlags(0)
    return flags if greeting else flags | Pop3ConnectFlags.NO_GREETING
