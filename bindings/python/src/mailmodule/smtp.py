"""The SMTP client, verb by verb: one method for each command, which waits for its reply on the caller's thread.

Python sees Ctrl-C when a call has returned; another thread's cancel ends it at once.
"""
from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from ctypes import byref, c_char_p, c_int, c_void_p
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

from ._abi import structures as s
from ._abi.clients import Callbacks, CertificateHandler, Token, TraceHandler, c_token
from ._abi.library import is_usable, library
from ._abi.text import decode, encode, encode_optional, milliseconds
from ._closing import Closing
from .constants import CertificateProblem, ConnectFlags, ErrorCode, Layer, Ready, Stage, TlsCheck, WriteFlags
from .errors import ErrorDetail, MailModuleError, SmtpRefusal
from .transactions import SentHandler, SentRecipient, SmtpMessage, Transactions, c_next, c_sent
from .transport import Bound, Transport

if TYPE_CHECKING:
    from .engine import Engine

Octets = Union[bytes, bytearray, memoryview]


@dataclass(frozen=True)
class Reply:
    """What the server has answered (mm_smtp_reply); a code of 0: nothing, and that was not waited for."""

    code: int
    text: str = ""
    raw: str = ""
    status: str = ""
    challenge: str = ""
    due: int = 0

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def is_positive(self) -> bool:
        """Whether it lets the dialogue go on: 2xx and 3xx."""
        return 200 <= self.code < 400

    def raise_for_refusal(self) -> Reply:
        """Raises SmtpRefusal for 4xx and 5xx."""
        if self.code >= 400:
            raise SmtpRefusal(self)
        return self


class SmtpClient(Closing):
    """A connection to an SMTP or LMTP server, open or not. As a context manager it is closed at the end of the block.

    connect_timeout, send_timeout, receive_timeout
                     seconds; 0: as the header says (mm_smtp_options); None: without limit.
    proxy            in the form of the setting proxy; None: that setting; "": none.
    certificate, key files with a certificate of our own.
    on_certificate   decides about the server's certificate: gets it and what the library would do, gives what to do.
    on_trace         hears of each line of the dialogue, what is secret replaced.

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
        options = s.sized(s.mm_smtp_options)
        options.connect_timeout_ms = milliseconds(connect_timeout)
        options.send_timeout_ms = milliseconds(send_timeout)
        options.receive_timeout_ms = milliseconds(receive_timeout)
        options.tls_check = tls_check
        options.proxy = encode_optional("proxy", proxy)
        options.certificate, options.key = encode_optional("certificate", certificate), encode_optional("key", key)
        self._callbacks.fill(options)
        try:
            library().mm_smtp_new(engine.handle, byref(options), byref(self._handle))
        except BaseException:
            self._callbacks.forget()
            raise

    def close(self) -> None:
        """Closes the connection without a word, and frees the client. More than once is allowed."""
        if not self._handle:
            return
        library().mm_smtp_free(self._handle)
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
            library().mm_smtp_get_error(self._handle, byref(found))
        except MailModuleError:
            return error
        return MailModuleError(error.code, error.message, _detail(found)) if found.code == error.code else error

    def _say(self, name: str, *arguments: object) -> Reply:
        """A call that gets a reply's code behind its other arguments."""
        code = c_int()
        self._call(name, *arguments, byref(code))
        return self.reply if code.value else Reply(0)

    @property
    def reply(self) -> Reply:
        """The last reply of the server."""
        found = s.sized(s.mm_smtp_reply)
        self._call("mm_smtp_get_reply", byref(found))
        return Reply(
            code=found.code,
            text=decode(found.text),
            raw=decode(found.raw),
            status=decode(found.status),
            challenge=decode(found.challenge),
            due=found.due,
        )

    def set_timeouts(self, connect: float | None, send: float | None, receive: float | None) -> None:
        """Changes the time-outs, for waits that begin later."""
        self._call("mm_smtp_set_timeouts", *(milliseconds(seconds) for seconds in (connect, send, receive)))

    def connect(self, host: str, port: int = 0, *, tls: bool = False, greeting: bool = True) -> Reply:
        """Connects and reads the greeting, unless that is put off; tls: from the first octet."""
        return self._say("mm_smtp_connect", encode("host", host), port, _flags(tls, greeting))

    def connect_transport(
        self, transport: Transport, host: str | None = None, *, tls: bool = False, greeting: bool = True
    ) -> Reply:
        """Takes a way of the host's own in place of a socket."""
        given = Bound(transport, self._callbacks).to_c()
        return self._say(
            "mm_smtp_connect_transport", byref(given), encode_optional("host", host), _flags(tls, greeting)
        )

    def starttls(self) -> Reply:
        """Says STARTTLS; after 220 start_tls, or set_transport, makes the handshake."""
        return self._say("mm_smtp_starttls")

    def start_tls(self, server_name: str | None = None, *, greeting: bool = False) -> Reply:
        """Makes the TLS handshake; greeting: that follows behind it."""
        flags = ConnectFlags.GREETING if greeting else ConnectFlags(0)
        return self._say("mm_smtp_start_tls", encode_optional("server_name", server_name), flags)

    def set_transport(self, transport: Transport) -> None:
        """Lays a way of the host's own, such as its TLS, over the open connection."""
        bound = Bound(transport, self._callbacks)
        given = bound.to_c()
        try:
            self._call("mm_smtp_set_transport", byref(given))
        except BaseException:
            bound.forget()
            raise

    def fileno(self) -> int:
        """The connection's socket, which does not block, and must not be closed."""
        number = s.Socket()
        self._call("mm_smtp_get_socket", byref(number))
        return number.value

    def wait(self, wanted: Ready, timeout: float | None = None) -> Ready:
        """Waits until the connection can be read or written, or cancel is called; nothing if the time is up."""
        found = c_int()
        try:
            self._call("mm_smtp_wait", wanted, milliseconds(timeout), byref(found))
        except MailModuleError as error:
            if error.code != ErrorCode.TIMEOUT:
                raise
        return Ready(found.value)

    def cancel(self) -> None:
        """Ends whatever call is under way on another thread, at once, and the connection with it. On any thread."""
        library().mm_smtp_cancel(self._handle)

    def disconnect(self) -> None:
        """Closes the connection without a word; quit says goodbye first."""
        self._call("mm_smtp_close")

    def helo(self, name: str | None = None) -> Reply:
        """Says HELO; None: the setting smtp_name."""
        return self._say("mm_smtp_helo", encode_optional("name", name))

    def ehlo(self, name: str | None = None) -> Reply:
        """Says EHLO, and learns the server's capabilities."""
        return self._say("mm_smtp_ehlo", encode_optional("name", name))

    def lhlo(self, name: str | None = None) -> Reply:
        """Says LHLO; the end of a message is answered once for each recipient then (receive)."""
        return self._say("mm_smtp_lhlo", encode_optional("name", name))

    @property
    def capabilities(self) -> list[str]:
        """What the server told in its last answer to EHLO or LHLO."""
        count = c_int()
        self._call("mm_smtp_get_capability_count", byref(count))
        return [self._capability("mm_smtp_get_capability", index) or "" for index in range(count.value)]

    def capability(self, name: str) -> str | None:
        """The parameters of a capability, "" if it has none; None: the server does not offer it."""
        return self._capability("mm_smtp_find_capability", encode("name", name))

    def _capability(self, function: str, which: object) -> str | None:
        text = c_char_p()
        self._call(function, which, byref(text))
        return None if text.value is None else decode(text.value)

    @property
    def tls(self) -> str:
        """What was agreed in the TLS handshake; "" in clear text and over a transport of the host's."""
        text = c_char_p()
        self._call("mm_smtp_get_tls", byref(text))
        return decode(text.value)

    def auth(self, user: str | None, password: str | None, mechanism: str | None = None) -> Reply:
        """Logs in with a user name and a password; mechanism None: the strongest one that the server offers."""
        texts = {"mechanism": mechanism, "user": user, "password": password}
        return self._say("mm_smtp_auth", *(encode_optional(name, text) for name, text in texts.items()))

    def auth_token(self, identity: str, token: Token, mechanism: str | None = None) -> Reply:
        """Logs in with a token, or what gives one."""
        names = encode_optional("mechanism", mechanism), encode("identity", identity)
        self._callbacks.token = token
        try:
            return self._say("mm_smtp_auth_token", *names, c_token, self._callbacks.number)
        finally:
            self._callbacks.token = None

    def auth_raw(self, mechanism: str, initial: bytes | None = None) -> Reply:
        """Says AUTH with a mechanism of the host's own, and its initial response. After 334 challenge gives what the
        server asks, and auth_respond answers."""
        text = None if initial is None else base64.b64encode(initial) or b"="
        return self._say("mm_smtp_auth_raw", encode("mechanism", mechanism), text)

    def auth_respond(self, response: bytes | None) -> Reply:
        """Answers a challenge of auth_raw; None cancels the exchange."""
        return self._say("mm_smtp_auth_respond", b"*" if response is None else base64.b64encode(response))

    def mail(self, sender: str, parameters: str | None = None) -> Reply:
        """Says MAIL: begins a message."""
        return self._say("mm_smtp_mail", encode("sender", sender), encode_optional("parameters", parameters))

    def rcpt(self, to: str, parameters: str | None = None) -> Reply:
        """Says RCPT: one recipient of the message."""
        return self._say("mm_smtp_rcpt", encode("to", to), encode_optional("parameters", parameters))

    def data(self) -> Reply:
        """Says DATA. After 354 write sends content, and end its end."""
        return self._say("mm_smtp_data")

    def write(self, octets: Octets, *, first: bool = False, convert_eol: bool = False) -> None:
        """Sends a piece of the content. convert_eol: a bare LF or CR becomes CRLF; else one is an error."""
        self._write("mm_smtp_write", octets, _pieces(first, False, convert_eol))

    def end(self, octets: Octets = b"", *, first: bool = False, convert_eol: bool = False) -> Reply:
        """Sends the last piece of the content, and its end."""
        return self._write("mm_smtp_write", octets, _pieces(first, True, convert_eol))

    def write_raw(self, octets: Octets) -> None:
        """Sends octets as they are."""
        self._write("mm_smtp_write_raw", octets, WriteFlags(0))

    def end_raw(self, octets: Octets = b"") -> Reply:
        """Sends octets as they are, and reads a reply."""
        return self._write("mm_smtp_write_raw", octets, WriteFlags.LAST)

    def bdat(self, octets: Octets, *, last: bool) -> Reply:
        """Says BDAT: one chunk of content, as it is."""
        return self._write("mm_smtp_bdat", octets, int(last))

    def _write(self, function: str, octets: Octets, how: int) -> Reply:
        given = bytes(octets)
        return self._say(function, given, len(given), how)

    def rset(self) -> Reply:
        """Says RSET: gives up the message that was begun."""
        return self._say("mm_smtp_rset")

    def noop(self) -> Reply:
        """Says NOOP."""
        return self._say("mm_smtp_noop")

    def vrfy(self, text: str) -> Reply:
        """Says VRFY: asks about an address or a name."""
        return self._say("mm_smtp_vrfy", encode("text", text))

    def expn(self, text: str) -> Reply:
        """Says EXPN: asks who is on a list."""
        return self._say("mm_smtp_expn", encode("text", text))

    def help(self, text: str | None = None) -> Reply:
        """Says HELP."""
        return self._say("mm_smtp_help", encode_optional("text", text))

    def quit(self) -> Reply:
        """Says QUIT, and closes the connection. A server that closes without a reply: a code of 0."""
        return self._say("mm_smtp_quit")

    def send_command(self, line: str) -> None:
        """Sends a command of the host's own; receive reads its reply."""
        self._call("mm_smtp_send_command", encode("line", line))

    def receive(self) -> Reply:
        """Reads the next reply that is due."""
        return self._say("mm_smtp_receive")

    def send_all(self, messages: Iterable[SmtpMessage], on_sent: SentHandler | None = None) -> None:
        """Sends messages one after the other in whole transactions, pipelined where the server offers it. on_sent hears
        of each. What it, or messages, raises ends it when those before are answered."""
        running = Transactions(messages, on_sent, self._callbacks)
        try:
            self._call("mm_smtp_send_all", c_next, c_sent, running.number)
        finally:
            running.forget()

    def send_message(self, message: SmtpMessage) -> tuple[SentRecipient, ...]:
        """Sends one message in one transaction, and gives what became of each recipient."""
        results: list[tuple[SentRecipient, ...]] = []
        self.send_all([message], lambda number, recipients: results.append(recipients))
        return results[0]


def _flags(tls: bool, greeting: bool) -> ConnectFlags:
    return (ConnectFlags.TLS if tls else ConnectFlags(0)) | (ConnectFlags(0) if greeting else ConnectFlags.NO_GREETING)


def _pieces(first: bool, last: bool, convert_eol: bool) -> WriteFlags:
    flags = WriteFlags(0)
    for is_set, flag in ((first, WriteFlags.FIRST), (last, WriteFlags.LAST), (convert_eol, WriteFlags.CONVERT_EOL)):
        flags |= flag if is_set else WriteFlags(0)
    return flags


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
