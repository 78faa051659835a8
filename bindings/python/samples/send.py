"""Sends one mail, and says what became of each recipient.

    python send.py HOST PORT FROM TO... <text     through a server
    python send.py queue FOLDER FROM TO... <text  by the queue kept in a folder, to the recipients' own servers
"""
from __future__ import annotations

import sys

from mailmodule import Engine, SendOptions, SendState, send_mail


def main() -> int:
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    first, second, sender, *recipients = sys.argv[1:]
    options = SendOptions() if first == "queue" else SendOptions(host=first, port=int(second))
    with Engine({"mail_root": second} if first == "queue" else {}) as engine:
        result = send_mail(engine, sender, recipients, subject="Hello", text=sys.stdin.read(), options=options)
        for one in result.recipients:
            said = one.reply.replace("\n", " / ")
            print(f"{one.address}: {one.state.name} {one.reply_code or one.error.name} {said}")
    return 0 if all(one.state in (SendState.DONE, SendState.QUEUED) for one in result.recipients) else 1


if __name__ == "__main__":
    sys.exit(main())
