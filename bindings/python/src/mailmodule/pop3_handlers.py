"""What a POP3 server asks the host: a mail store of the host's."""
from __future__ import annotations

from ._abi import structures as s
from .constants import ErrorCode
from .handlers import Answer, ServerHandlers
from .session import Session, SessionLogin, SessionMessage


class Pop3Handlers(ServerHandlers):
    """What a POP3 server asks the host, step by step: to be derived from. What is not overridden is not asked, and the
    library does as it would without. auth, open and retr alone are a whole mail store; auth alone lets the host's
    users in to the library's mailboxes.

    Several sessions ask at once, one of them never twice at once. The client of a handler that raises hears -ERR
    (in read the connection is cut), and the log has the exception. What each verdict means for each step is said at
    mm_pop3_server_handlers in the header.
    """

    _table = s.mm_pop3_server_handlers
    _protocol = "POP3"

    def connect(self, session: Session) -> Answer:
        """A client has connected, before the greeting. REJECT: -ERR and the end."""

    def capa(self, session: Session) -> Answer:
        """CAPA. With ACCEPT, lines added to the reply are further capabilities."""

    def auth(self, session: Session, login: SessionLogin) -> Answer:
        """A login that tells its password or token. ACCEPT: it is right. REJECT: it is wrong, answered late."""

    def secret(self, session: Session, user: str) -> Answer:
        """APOP, CRAM-MD5 or SCRAM: Session.set_secret gives the user's password. REJECT: there is none."""

    def open(self, session: Session, name: str, folder: str) -> Answer:
        """Who has logged in wants his mailbox. ACCEPT: Session.add_message has told its messages. Needs retr."""

    def retr(self, session: Session, message: SessionMessage) -> Answer:
        """RETR, TOP. DONE: Session.write has given all of it; ACCEPT: read gives it. REJECT: -ERR."""

    def read(self, session: Session, room: int) -> Answer:
        """The next octets of a message that retr has accepted, by Session.write. CONTINUE: there is more; DONE."""

    def dele(self, session: Session, message: SessionMessage) -> Answer:
        """DELE: it is marked. REJECT: it is not."""

    def rset(self, session: Session) -> Answer:
        """RSET: no message is marked any more, whatever is answered."""

    def remove(self, session: Session, message: SessionMessage) -> Answer:
        """QUIT, once for each marked message. DONE: it is deleted. REJECT: it stays, and QUIT is -ERR."""

    def update(self, session: Session) -> Answer:
        """QUIT, behind the last remove: what was done is to last."""

    def noop(self, session: Session, text: str) -> Answer:
        """NOOP."""

    def unknown(self, session: Session, verb: str, argument: str) -> Answer:
        """Any other command. Without: -ERR."""

    def timeout(self, session: Session) -> None:
        """The client was silent for too long."""

    def error(self, session: Session, error: ErrorCode, text: str) -> None:
        """The session ends by a failure."""

    def close(self, session: Session) -> None:
        """The session is over, and gone when this returns."""
