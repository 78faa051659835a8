"""Sessions of a server, as its handlers see them, and the answers that they owe."""
from __future__ import annotations

from collections.abc import Iterator
from ctypes import addressof, byref, c_char_p, c_int, c_size_t, c_void_p, create_string_buffer, string_at
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ._abi import structures as s
from ._abi.callbacks import Registry
from ._abi.library import library
from ._abi.text import decode, encode, encode_optional, milliseconds, moment
from .authentication import AuthFinding, finding_of
from .constants import CheckResult, Notify, Verdict

_PIECE = 65536


@dataclass(frozen=True)
class SessionInfo:
    """Who a session is with, and how (mm_session_info). "" for what there is not."""

    client: str
    connected_from: str
    server: str
    helo: str
    protocol: str
    tls: str
    tls_name: str
    certificate: str
    user: str
    mechanism: str
    began: datetime | None
    client_port: int
    server_port: int
    is_trusted: bool
    messages: int


@dataclass(frozen=True)
class SessionLogin:
    """A login that a client asks for (mm_session_login). "" for what its mechanism does not have."""

    mechanism: str
    user: str
    identity: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    certificate: str


@dataclass(frozen=True)
class SessionMail:
    """MAIL, SEND, SOML or SAML (mm_session_mail). The address "" is the null sender."""

    verb: str
    address: str
    local_part: str
    domain: str
    parameters: str
    envelope_id: str
    declared_size: int
    is_eight_bit: bool
    is_utf8: bool


@dataclass(frozen=True)
class SessionRecipient:
    """RCPT, or one recipient of a message (mm_session_rcpt). notify is 0 where nothing was told."""

    address: str
    local_part: str
    domain: str
    route: str
    parameters: str
    original: str
    notify: Notify


@dataclass(frozen=True)
class SessionMessage:
    """A message of a POP3 session (mm_session_message), by number and unique id.

    number  from 1, as the client counts.
    lines   in retr: of the body, for TOP; None: all of the message.
    """

    number: int
    id: str
    octets: int
    lines: int | None


@dataclass(frozen=True)
class SessionCheck:
    """What a check of the library's has found out about a client (mm_session_check)."""

    kind: str
    name: str
    answer: str
    reason: str
    result: CheckResult


def _texts(given: Any, names: str) -> dict[str, Any]:
    return {name: decode(getattr(given, name)) for name in names.split()}


def login_of(given: s.mm_session_login) -> SessionLogin:
    start = c_void_p.from_address(addressof(given) + s.mm_session_login.password.offset).value
    password = string_at(start, given.password_length) if start else b""  # a NUL does not end it
    texts = _texts(given, "mechanism user identity token certificate")
    return SessionLogin(**texts, password=decode(password))


def mail_of(given: s.mm_session_mail) -> SessionMail:
    texts = _texts(given, "verb address local_part domain parameters envelope_id")
    is_eight_bit, is_utf8 = bool(given.eight_bit), bool(given.utf8)
    return SessionMail(**texts, declared_size=given.declared_size, is_eight_bit=is_eight_bit, is_utf8=is_utf8)


def recipient_of(given: s.mm_session_rcpt) -> SessionRecipient:
    texts = _texts(given, "address local_part domain route parameters original")
    return SessionRecipient(**texts, notify=Notify(given.notify))


def message_of(given: s.mm_session_message) -> SessionMessage:
    return SessionMessage(given.number, decode(given.id), given.octets, given.lines if given.lines >= 0 else None)


def _info_of(given: s.mm_session_info) -> SessionInfo:
    texts = "client connected_from server helo protocol tls tls_name certificate user mechanism"
    numbers = {name: getattr(given, name) for name in ("client_port", "server_port", "messages")}
    return SessionInfo(**_texts(given, texts), **numbers, began=moment(given.began), is_trusted=bool(given.trusted))


class _Replying:
    """What may say in which words a step is answered."""

    _prefix: str
    _handle: int

    def _function(self, verb: str) -> Any:
        return getattr(library(), self._prefix + verb)

    def reply(self, code: int, *lines: str, status: str | None = None) -> int:
        """Sets the reply, and gives its code, which a handler may answer: `return session.reply(550, "Not today")`.

        code    200 to 599; 0: the one that goes with the verdict, which the handler answers then.
        lines   none: the library's words.
        status  such as "5.7.1"; None: the one that goes with the code.
        """
        first = encode("text", lines[0]) if lines else None
        self._function("set_reply")(self._handle, code, encode_optional("status", status), first)
        for line in lines[1:]:
            self.add_reply_line(line)
        return code

    def add_reply_line(self, text: str) -> None:
        """One more line of the reply; in ehlo one more extension."""
        self._function("add_reply_line")(self._handle, encode("text", text))


class Pending(_Replying):
    """An answer that a handler owes. One that is never given is left to its deadline. Any thread, one at a time."""

    _prefix = "mm_pending_"

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def answer(self, verdict: int) -> None:
        """Gives it: a Verdict or a reply code. ErrorCode.TIMEOUT: too late; CLOSED: the session is over."""
        library().mm_pending_answer(self._handle, verdict)


_values: Registry[dict[str, Any]] = Registry()


def forget_values(handle: int) -> None:
    """Of a session that is over."""
    kept = c_void_p()
    library().mm_session_get_user(handle, byref(kept))
    _values.remove(kept.value or 0)


class Session(_Replying):
    """A session as the handlers of one object see it. What is asked outside them raises ErrorCode.STATE, save values;
    when close has returned it is gone (HANDLE)."""

    _prefix = "mm_session_"

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def _text(self, verb: str) -> str:
        found = c_char_p()
        self._function(verb)(self._handle, byref(found))
        return decode(found.value)

    def _count(self, verb: str) -> int:
        count = c_int()
        self._function(verb)(self._handle, byref(count))
        return count.value

    @property
    def values(self) -> dict[str, Any]:
        """A dictionary of the handlers' own, the same as long as the session lasts."""
        kept = c_void_p()
        library().mm_session_get_user(self._handle, byref(kept))
        values = _values.get(kept.value)
        if values is None:
            values = {}
            library().mm_session_set_user(self._handle, _values.add(values))
        return values

    # ---- answers ----

    def set_recipient_reply(self, index: int, code: int, text: str | None = None, status: str | None = None) -> None:
        """In message, over LMTP: the reply for one recipient. Others have that of the verdict."""
        library().mm_session_set_recipient_reply(
            self._handle, index, code, encode_optional("status", status), encode_optional("text", text)
        )

    def defer(self, timeout: float | None = None, verdict: int = Verdict.CONTINUE) -> Pending:
        """Puts the handler's answer off; it must return Verdict.PENDING then. No thread waits meanwhile.

        timeout  seconds, after which the verdict counts; None: the setting handler_timeout.
        verdict  for then; CONTINUE is 451.
        """
        handle = c_void_p()
        limit = 0 if timeout is None else max(1, milliseconds(timeout))
        library().mm_session_defer(self._handle, limit, verdict, byref(handle))
        return Pending(handle.value or 0)

    # ---- who it is with ----

    @property
    def info(self) -> SessionInfo:
        found = s.sized(s.mm_session_info)
        library().mm_session_get_info(self._handle, byref(found))
        return _info_of(found)

    @property
    def checks(self) -> tuple[SessionCheck, ...]:
        """What the library's own checks have found out so far."""
        return tuple(self._check(index) for index in range(self._count("get_check_count")))

    def _check(self, index: int) -> SessionCheck:
        found = s.sized(s.mm_session_check)
        library().mm_session_get_check(self._handle, index, byref(found))
        return SessionCheck(**_texts(found, "kind name answer reason"), result=CheckResult(found.result))

    @property
    def auth(self) -> tuple[AuthFinding, ...]:
        """What SPF, from mail on, and in message DKIM, ARC and DMARC too, have found of the client's message."""
        return tuple(self._auth(index) for index in range(self._count("auth_get_count")))

    def _auth(self, index: int) -> AuthFinding:
        found = s.sized(s.mm_auth_result)
        library().mm_session_auth_get_result(self._handle, index, byref(found))
        return finding_of(found)

    def set_login(self, user: str) -> None:
        """In auth: who it is that logs in, where that is not the name the client told."""
        library().mm_session_set_login(self._handle, encode("user", user))

    def set_secret(self, secret: str) -> None:
        """In secret: the password, plain or in a stored form of the setting user."""
        library().mm_session_set_secret(self._handle, encode("secret", secret))

    # ---- the transaction ----

    @property
    def sender(self) -> str:
        """The transaction's; "" the null sender. It may be set until the content begins."""
        return self._text("get_sender")

    @sender.setter
    def sender(self, address: str) -> None:
        library().mm_session_set_sender(self._handle, encode("address", address))

    @property
    def recipients(self) -> tuple[SessionRecipient, ...]:
        """The transaction's, as far as they were taken."""
        return tuple(self._recipient(index) for index in range(self._count("get_recipient_count")))

    def _recipient(self, index: int) -> SessionRecipient:
        found = s.sized(s.mm_session_rcpt)
        library().mm_session_get_recipient(self._handle, index, byref(found))
        return recipient_of(found)

    def add_recipient(self, address: str) -> None:
        """One more, until the content begins; without a check."""
        library().mm_session_add_recipient(self._handle, encode("address", address))

    def remove_recipient(self, index: int) -> None:
        """One less, until the content begins; those behind it move up."""
        library().mm_session_remove_recipient(self._handle, index)

    def set_expansion(self, address: str) -> None:
        """In lookup: the address that the one asked for stands for."""
        library().mm_session_set_expansion(self._handle, encode("address", address))

    def add_header(self, name: str, value: str) -> None:
        """A field in front of the message that is stored: in mail, rcpt, data, chunk, message."""
        library().mm_session_add_header(self._handle, encode("name", name), encode("value", value))

    # ---- in message ----

    def read(self, offset: int, size: int = _PIECE) -> bytes:
        """At most so many octets of the message, as the client sent it; none at its end."""
        buffer = create_string_buffer(size)
        length = c_size_t()
        library().mm_session_read_message(self._handle, offset, buffer, size, byref(length))
        return buffer.raw[: length.value]

    def pieces(self, size: int = _PIECE) -> Iterator[bytes]:
        """All of it, piece by piece."""
        offset = 0
        while piece := self.read(offset, size):
            offset += len(piece)
            yield piece

    @property
    def path(self) -> str:
        """Of a file with it, which is gone when the handler's answer is there."""
        return self._text("get_path")

    # ---- a mailbox of the host's, over POP3 ----

    def add_message(self, octets: int, unique_id: str) -> None:
        """In open: the next message of the mailbox. An id that is none, or is there already, is ErrorCode.ARGUMENT."""
        library().mm_session_add_message(self._handle, octets, encode("unique_id", unique_id), None)

    def write(self, octets: bytes) -> None:
        """In retr and read: octets of the message; in read as many as there is room."""
        library().mm_session_write(self._handle, octets or None, len(octets))
