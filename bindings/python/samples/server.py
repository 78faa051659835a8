"""A mail host for one user on loopback, which says what its clients do, and refuses mail from one sender.

    python server.py FOLDER [SMTP-PORT POP3-PORT]

Mail for ann@example.org comes by SMTP and is fetched by POP3 with the password "secret"; Enter, or the end of the
input, ends it.
"""
from __future__ import annotations

import sys

from mailmodule import Action, Engine, Request, set_pop3_server, set_smtp_server


def answer(request: Request) -> int | None:
    """Called on threads of the library: several clients may ask at once."""
    print(f"{request.remote_address[0]}: {request.action.name} {request.name}", flush=True)
    if request.action == Action.SMTP_SENDMSG and request.sender.startswith("spam@"):
        return request.refuse(550, "we know you", "5.7.1")
    return None  # the engine goes on by itself


def main() -> int:
    if len(sys.argv) not in (2, 4):
        print(__doc__, file=sys.stderr)
        return 2
    smtp, pop3 = map(int, sys.argv[2:] or ("2525", "2110"))
    with Engine.default() as engine:
        engine.settings.update(
            {
                "mail_root": sys.argv[1],
                "smtp_name": "example.org",
                "smtp_bind": "127.0.0.1",
                "pop_bind": "127.0.0.1",
                "user": "ann;secret;;PS",
            }
        )
        set_smtp_server(answer, smtp)
        set_pop3_server(answer, pop3)
        print(f"mail for ann@example.org: SMTP on {smtp}, POP3 on {pop3}; Enter ends", flush=True)
        sys.stdin.readline()
    return 0


if __name__ == "__main__":
    sys.exit(main())
