"""An anti-spam gateway: takes mail for one domain, refuses what it does not like, and sends the rest on.

    python gateway.py PORT DOMAIN HOST[:PORT] FOLDER

Listens on loopback; mail for DOMAIN goes to HOST through a queue in FOLDER. Enter, or the end of the input, ends it.
"""
from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from mailmodule import Answer, Engine, Session, SmtpHandlers, SmtpServer, Verdict

BAD_WORD = b"buy now"


def has_bad_word(pieces: Iterable[bytes]) -> bool:
    """The word may lie across two pieces: each is looked at with the end of the one before."""
    kept = b""
    for piece in pieces:
        text = kept + piece
        if BAD_WORD in text:
            return True
        kept = text[1 - len(BAD_WORD) :]
    return False


class Gateway(SmtpHandlers):
    """Called on threads of the library: several clients may ask at once."""

    def __init__(self, domain: str) -> None:
        self._domain = domain

    def connect(self, session: Session) -> Answer:
        if session.info.client.startswith("192.0.2."):
            session.reply(554, "No mail from your network", status="5.7.1")
            return Verdict.CLOSE
        return None  # the engine goes on by itself

    def helo(self, session: Session, name: str) -> Answer:
        if "." not in name and not name.startswith("["):
            return session.reply(550, "That is not the name of a mail host", status="5.7.1")
        return None

    ehlo = helo

    def domain(self, session: Session, domain: str, route: Sequence[str]) -> Answer:
        if domain == self._domain:
            return Verdict.FORWARD
        return session.reply(550, "We do not relay", status="5.7.1")

    def message(self, session: Session, size: int) -> Answer:
        if has_bad_word(session.pieces()):
            print(f"refused: {size} octets from {session.sender}", flush=True)
            return session.reply(550, "This looks like spam", status="5.7.1")
        session.add_header("X-Gateway", "looked at")
        return None


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    _, port, domain, host, folder = sys.argv
    with Engine({"mail_root": folder, "smtpproxy": host}) as engine:
        with SmtpServer(engine, int(port), "127.0.0.1", handlers=Gateway(domain)):
            print(f"the gateway of {domain} listens on port {port}; Enter ends", flush=True)
            sys.stdin.readline()
    return 0


if __name__ == "__main__":
    sys.exit(main())
