"""What servers ask the host: of SMTP here, of POP3 in pop3_handlers.py.

C knows one function for each step, which lives as long as the process, and the number of the object with the handlers.
They are called on threads of the library, which take the interpreter's lock for the time that Python runs: a handler
may block, where it gives the lock away as all waiting in Python does. No call of this package holds the lock while it
waits for one, so a stop on another thread lets those that run come to their end.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from ctypes import string_at
from typing import TYPE_CHECKING, Any, ClassVar, Union

from ._abi import structures as s
from ._abi.callbacks import Logged, Registry
from ._abi.text import decode
from .constants import Chunk, ErrorCode, Verdict
from .session import Session, SessionLogin, SessionMail, SessionRecipient, forget_values
from .session import login_of, mail_of, message_of, recipient_of

if TYPE_CHECKING:
    from .engine import Engine

Answer = Union[int, None]
"""What a handler answers: a Verdict, or a reply code (Session.reply gives it); None is Verdict.CONTINUE."""


class ServerHandlers:
    """What a server asks the host, whatever its protocol."""

    _table: ClassVar[Any]
    _protocol: ClassVar[str]


class SmtpHandlers(ServerHandlers):
    """What an SMTP server asks the host, step by step: to be derived from. What is not overridden is not asked, and the
    library does as it would without.

    Several sessions ask at once, one of them never twice at once. The client of a handler that raises hears 451, and
    the log has the exception. What each verdict means for each step is said at mm_smtp_server_handlers in the header.
    """

    _table = s.mm_smtp_server_handlers
    _protocol = "SMTP"

    def connect(self, session: Session) -> Answer:
        """A client has connected, before the greeting. REJECT: 554."""

    def helo(self, session: Session, name: str) -> Answer:
        """HELO."""

    def ehlo(self, session: Session, name: str) -> Answer:
        """EHLO, LHLO. With ACCEPT, lines added to the reply are further extensions."""

    def auth(self, session: Session, login: SessionLogin) -> Answer:
        """AUTH, when what the client has to tell is there. ACCEPT: it is logged in. REJECT: 535."""

    def secret(self, session: Session, user: str) -> Answer:
        """AUTH by CRAM-MD5 or SCRAM: Session.set_secret gives the user's password. REJECT: there is none."""

    def mail(self, session: Session, mail: SessionMail) -> Answer:
        """MAIL, SEND, SOML, SAML. REJECT: 550."""

    def domain(self, session: Session, domain: str, route: Sequence[str]) -> Answer:
        """RCPT: what becomes of mail to the domain. LOCAL, FORWARD, REJECT."""

    def lookup(self, session: Session, address: str) -> Answer:
        """RCPT at a domain that is local, VRFY. ACCEPT: valid (Session.set_expansion); AMBIGUOUS; REJECT; ERROR."""

    def rcpt(self, session: Session, recipient: SessionRecipient) -> Answer:
        """RCPT, before domain and lookup. ACCEPT: it is taken, whoever asks. REJECT: 550."""

    def data(self, session: Session) -> Answer:
        """DATA, the first BDAT: content is about to come. REJECT: 554."""

    def chunk(self, session: Session, octets: bytes, flags: Chunk) -> Answer:
        """A piece of the content. PENDING makes the client wait; what refuses counts at the content's end."""

    def message(self, session: Session, size: int) -> Answer:
        """The whole message: Session.pieces, Session.path. DONE: the host has it, no copy is kept. REJECT: 554."""

    def vrfy(self, session: Session, name: str) -> Answer:
        """VRFY."""

    def expn(self, session: Session, name: str) -> Answer:
        """EXPN. Without: 502."""

    def help(self, session: Session, topic: str) -> Answer:
        """HELP."""

    def noop(self, session: Session, text: str) -> Answer:
        """NOOP."""

    def rset(self, session: Session) -> Answer:
        """RSET, which ends the transaction whatever is answered; RFC 5321 has 250 alone."""

    def turn(self, session: Session) -> Answer:
        """TURN. Without: 502."""

    def unknown(self, session: Session, verb: str, argument: str) -> Answer:
        """Any other command. Without: 500."""

    def timeout(self, session: Session) -> None:
        """The client was silent for too long; it hears 421."""

    def error(self, session: Session, error: ErrorCode, text: str) -> None:
        """The session ends by a failure."""

    def close(self, session: Session) -> None:
        """The session is over, and gone when this returns."""


_handlers: Registry[ServerHandlers] = Registry()


def _route(domain: bytes, hosts: Any, count: int) -> tuple[Any, ...]:
    return decode(domain), tuple(decode(hosts[index]) for index in range(count))


def _two_texts(first: bytes, second: bytes) -> tuple[Any, ...]:
    return decode(first), decode(second)


# How the arguments of C's handlers become those of Python's: without the session before and the user behind them.
_PYTHONIC: dict[Any, Callable[..., tuple[Any, ...]]] = {
    s.mm_session_fn: lambda: (),
    s.mm_session_text_fn: lambda text: (decode(text),),
    s.mm_session_auth_fn: lambda login: (login_of(login.contents),),
    s.mm_session_mail_fn: lambda mail: (mail_of(mail.contents),),
    s.mm_session_rcpt_fn: lambda rcpt: (recipient_of(rcpt.contents),),
    s.mm_session_domain_fn: _route,
    s.mm_session_chunk_fn: lambda octets, size, flags: (string_at(octets, size) if size else b"", Chunk(flags)),
    s.mm_session_message_fn: lambda size: (size,),
    s.mm_session_message_at_fn: lambda message: (message_of(message.contents),),
    s.mm_session_open_fn: _two_texts,
    s.mm_session_read_fn: lambda room: (room,),
    s.mm_session_unknown_fn: _two_texts,
    s.mm_session_error_fn: lambda code, text: (ErrorCode(code), decode(text)),
    s.mm_session_event_fn: lambda: (),
}


def _called(step: str, kind: Any, protocol: str) -> Any:
    """The function that C calls for a step."""
    pythonic, what = _PYTHONIC[kind], f"the handler {step} of {protocol} sessions"

    @s.called_by_c(kind)
    def call(handle: int, *arguments: Any) -> int:
        *given, user = arguments
        with Logged(what):
            handlers = _handlers.get(user)
            if handlers is not None:
                return int(getattr(handlers, step)(Session(handle), *pythonic(*given)) or Verdict.CONTINUE)
        return Verdict.ERROR

    return call


@s.called_by_c(s.mm_session_event_fn)
def _on_close(handle: int, user: int | None) -> None:
    with Logged("the handler close of a session"):
        try:
            handlers: Any = _handlers.get(user)
            if handlers is not None:
                handlers.close(Session(handle))
        finally:
            forget_values(handle)


_steps: dict[str, dict[str, Any]] = {}


def steps_of(protocol: type[ServerHandlers]) -> dict[str, Any]:
    """The functions that C calls, by their steps; made once, for good."""
    found = _steps.get(protocol._protocol)
    if found is None:
        found = _steps.setdefault(
            protocol._protocol,
            {
                name: _on_close if name == "close" else _called(name, kind, protocol._protocol)
                for name, kind in protocol._table._fields_[1:]
            },
        )
    return found


def table_of(handlers: ServerHandlers) -> Any:
    """Those that are overridden, and close, which ends what is kept with a session."""
    protocol: Any = next(kind for kind in type(handlers).__mro__ if "_table" in vars(kind))
    table = s.sized(protocol._table)
    for name, function in steps_of(protocol).items():
        own = getattr(getattr(handlers, name), "__func__", None)
        if name == "close" or own is not getattr(protocol, name):
            setattr(table, name, function)
    return table


def number_of(engine: Engine, handlers: ServerHandlers) -> int:
    """The number for C to know them by."""
    number = _handlers.add(handlers)
    engine._handlers.add(number)
    return number


def forget_handlers(engine: Engine, numbers: set[int]) -> None:
    """Those of a server that is stopped, or of an engine that is gone. A session that comes yet hears 451, or -ERR."""
    for number in list(numbers):
        _handlers.remove(number)
    engine._handlers.difference_update(set(numbers))
