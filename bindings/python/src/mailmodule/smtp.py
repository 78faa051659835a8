"""The SMTP client, verb by verb: one method for each command, which waits for its reply on the caller's thread.

Python sees Ctrl-C when a call has returned; another thread's cancel ends it at once.
"""
from __future__ import annotations

from collections.abc import Iterable
from ctypes import byref
from dataclasses import dataclass
from typing import Union

from ._abi import structures as s
from ._abi.text import decode, encode, encode_optional
from ._client import MailClient
from .constants import ConnectFlags, WriteFlags
from .errors import SmtpRefusal
from .transactions import SentHandler, SentRecipient, SmtpMessage, Transactions, c_next, c_sent

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


class SmtpClient(MailClient[Reply]):
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

    _prefix = "mm_smtp"
    _options = s.mm_smtp_options
    _connect_flags = ConnectFlags

    def _no_reply(self) -> Reply:
        return Reply(0)

    @property
    def reply(self) -> Reply:
        """The last reply of the server."""
        found = s.sized(s.mm_smtp_reply)
        self._call("get_reply", byref(found))
        return Reply(
            code=found.code,
            text=decode(found.text),
            raw=decode(found.raw),
            status=decode(found.status),
            challenge=decode(found.challenge),
            due=found.due,
        )

    def starttls(self) -> Reply:
        """Says STARTTLS; after 220 start_tls, or set_transport, makes the handshake."""
        return self._say("starttls")

    def helo(self, name: str | None = None) -> Reply:
        """Says HELO; None: the setting smtp_name."""
        return self._say("helo", encode_optional("name", name))

    def ehlo(self, name: str | None = None) -> Reply:
        """Says EHLO, and learns the server's capabilities."""
        return self._say("ehlo", encode_optional("name", name))

    def lhlo(self, name: str | None = None) -> Reply:
        """Says LHLO; the end of a message is answered once for each recipient then (receive)."""
        return self._say("lhlo", encode_optional("name", name))

    def mail(self, sender: str, parameters: str | None = None) -> Reply:
        """Says MAIL: begins a message."""
        return self._say("mail", encode("sender", sender), encode_optional("parameters", parameters))

    def rcpt(self, to: str, parameters: str | None = None) -> Reply:
        """Says RCPT: one recipient of the message."""
        return self._say("rcpt", encode("to", to), encode_optional("parameters", parameters))

    def data(self) -> Reply:
        """Says DATA. After 354 write sends content, and end its end."""
        return self._say("data")

    def write(self, octets: Octets, *, first: bool = False, convert_eol: bool = False) -> None:
        """Sends a piece of the content. convert_eol: a bare LF or CR becomes CRLF; else one is an error."""
        self._write("write", octets, _pieces(first, False, convert_eol))

    def end(self, octets: Octets = b"", *, first: bool = False, convert_eol: bool = False) -> Reply:
        """Sends the last piece of the content, and its end."""
        return self._write("write", octets, _pieces(first, True, convert_eol))

    def write_raw(self, octets: Octets) -> None:
        """Sends octets as they are."""
        self._write("write_raw", octets, WriteFlags(0))

    def end_raw(self, octets: Octets = b"") -> Reply:
        """Sends octets as they are, and reads a reply."""
        return self._write("write_raw", octets, WriteFlags.LAST)

    def bdat(self, octets: Octets, *, last: bool) -> Reply:
        """Says BDAT: one chunk of content, as it is."""
        return self._write("bdat", octets, int(last))

    def _write(self, function: str, octets: Octets, how: int) -> Reply:
        given = bytes(octets)
        return self._say(function, given, len(given), how)

    def vrfy(self, text: str) -> Reply:
        """Says VRFY: asks about an address or a name."""
        return self._say("vrfy", encode("text", text))

    def expn(self, text: str) -> Reply:
        """Says EXPN: asks who is on a list."""
        return self._say("expn", encode("text", text))

    def help(self, text: str | None = None) -> Reply:
        """Says HELP."""
        return self._say("help", encode_optional("text", text))

    def send_command(self, line: str) -> None:
        """Sends a command of the host's own; receive reads its reply."""
        self._call("send_command", encode("line", line))

    def send_all(self, messages: Iterable[SmtpMessage], on_sent: SentHandler | None = None) -> None:
        """Sends messages one after the other in whole transactions, pipelined where the server offers it. on_sent hears
        of each. What it, or messages, raises ends it when those before are answered."""
        running = Transactions(messages, on_sent, self._callbacks)
        try:
            self._call("send_all", c_next, c_sent, running.number)
        finally:
            running.forget()

    def send_message(self, message: SmtpMessage) -> tuple[SentRecipient, ...]:
        """Sends one message in one transaction, and gives what became of each recipient."""
        results: list[tuple[SentRecipient, ...]] = []
        self.send_all([message], lambda number, recipients: results.append(recipients))
        return results[0]


def _pieces(first: bool, last: bool, convert_eol: bool) -> WriteFlags:
    flags = WriteFlags(0)
    for is_set, flag in ((first, WriteFlags.FIRST), (last, WriteFlags.LAST), (convert_eol, WriteFlags.CONVERT_EOL)):
        flags |= flag if is_set else WriteFlags(0)
    return flags
