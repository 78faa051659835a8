"""The POP3 client, verb by verb: one method for each command, which waits for its answer on the caller's thread."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from ctypes import byref, c_int, c_int64, c_size_t, create_string_buffer, string_at
from dataclasses import dataclass
from typing import Callable

from ._abi import structures as s
from ._abi.text import decode, encode, encode_optional
from ._client import MailClient
from .constants import ErrorCode, Pop3Answer, Pop3ConnectFlags, Pop3LoginFlags, Pop3Status

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


class Pop3Client(MailClient[Pop3Reply]):
    """A connection to a POP3 server, open or not. As a context manager it is closed at the end of the block, without a
    word, which deletes nothing at the server. Its arguments are those of SmtpClient; times of 0: the setting
    pop_timeout.

    A call that fails raises MailModuleError with all that is known; what the server answers is the call's result. An
    exception of a handler comes out of the call that has called it.
    """

    _prefix = "mm_pop3"
    _options = s.mm_pop3_options
    _connect_flags = Pop3ConnectFlags

    def _no_reply(self) -> Pop3Reply:
        return Pop3Reply(Pop3Status.NONE)

    @property
    def reply(self) -> Pop3Reply:
        """The last answer of the server."""
        found = s.sized(s.mm_pop3_reply)
        self._call("get_reply", byref(found))
        return Pop3Reply(
            status=Pop3Status(found.status),
            text=decode(found.text),
            raw=decode(found.raw),
            code=decode(found.code),
            challenge=decode(found.challenge),
            stamp=decode(found.stamp),
            due=found.due,
        )

    def stls(self) -> Pop3Reply:
        """Says STLS; after OK start_tls, or set_transport, makes the handshake."""
        return self._say("stls")

    def capa(self) -> Pop3Reply:
        """Says CAPA, and learns the server's capabilities."""
        return self._say("capa")

    def login(self, user: str, password: str, flags: Pop3LoginFlags = Pop3LoginFlags(0)) -> Pop3Reply:
        """Logs in by the best way that the server has and flags allow."""
        return self._say("login", encode("user", user), encode("password", password), flags)

    def user(self, name: str) -> Pop3Reply:
        """Says USER."""
        return self._say("user", encode("name", name))

    def pass_(self, password: str) -> Pop3Reply:
        """Says PASS."""
        return self._say("pass", encode("password", password))

    def apop(self, user: str, password: str) -> Pop3Reply:
        """Says APOP."""
        return self._say("apop", encode("user", user), encode("password", password))

    def utf8(self) -> Pop3Reply:
        """Says UTF8, before the login."""
        return self._say("utf8")

    def lang(self, tag: str | None = None) -> Pop3Reply:
        """Says LANG; None: which languages there are, by read."""
        return self._say("lang", encode_optional("tag", tag))

    def stat(self) -> tuple[Pop3Reply, int, int]:
        """Says STAT: the answer, how many messages, and their octets."""
        count, octets = c_int(), c_int64()
        reply = self._say("stat", byref(count), byref(octets))
        return reply, count.value, octets.value

    def list(self, number: int = 0) -> Pop3Reply:
        """Says LIST; entries gives its lines."""
        return self._say("list", number)

    def uidl(self, number: int = 0) -> Pop3Reply:
        """Says UIDL; entries gives its lines."""
        return self._say("uidl", number)

    def entries(self) -> Iterator[Pop3Entry]:
        """The lines of LIST or UIDL, as they come."""
        while True:
            found = s.sized(s.mm_pop3_entry)
            self._call("next", byref(found))
            if found.number == 0:
                return
            yield Pop3Entry(found.number, found.octets, decode(found.id))

    def retr(self, number: int) -> Pop3Reply:
        """Says RETR; read, or read_all, gives the message."""
        return self._say("retr", number)

    def top(self, number: int, lines: int) -> Pop3Reply:
        """Says TOP; read, or read_all, gives header and lines."""
        return self._say("top", number, lines)

    def read(self, size: int = PIECE) -> bytes:
        """Octets of an answer of many lines, at least one; b"" at its end."""
        buffer, length = create_string_buffer(size), c_size_t()
        self._call("read", buffer, size, byref(length))
        return buffer.raw[: length.value]

    def read_all(self) -> bytes:
        """All that is left of an answer of many lines."""
        pieces = []
        while piece := self.read():
            pieces.append(piece)
        return b"".join(pieces)

    def retr_all(
        self, take: MessageHandler, numbers: Iterable[int] | None = None, count: int = 0, lines: int = -1
    ) -> None:
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
        self._call("retr_all", given, count if named is None else len(named), lines, message, None)

    def dele(self, number: int) -> Pop3Reply:
        """Says DELE: the message is deleted when quit is answered by OK."""
        return self._say("dele", number)

    def send_command(self, line: str, answer: Pop3Answer = Pop3Answer.KNOWN) -> None:
        """Sends a command of the host's own; receive reads its answer."""
        self._call("send_command", encode("line", line), answer)
