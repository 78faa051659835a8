"""Speaks with an SMTP server verb by verb, a verb of its own among them, and shows the dialogue.

    python client.py HOST PORT FROM TO...
"""
from __future__ import annotations

import sys

from mailmodule import Engine, MailModuleError, SmtpClient, TraceDirection

CONTENT = b"Subject: verb by verb\r\n\r\nHello.\r\n"
MARKS = {TraceDirection.SENT: "C:", TraceDirection.RECEIVED: "S:", TraceDirection.EVENT: "--"}


def speak(client: SmtpClient, host: str, port: int, sender: str, recipients: list[str]) -> bool:
    client.connect(host, port).raise_for_refusal()
    client.ehlo().raise_for_refusal()
    if client.capability("STARTTLS") is not None:
        client.starttls().raise_for_refusal()
        client.start_tls()
        client.ehlo().raise_for_refusal()

    client.send_command("XFOO bar")  # a verb that only some servers know
    print("the server says of XFOO:", client.receive().code)

    client.mail(sender).raise_for_refusal()
    taken = [recipient for recipient in recipients if client.rcpt(recipient).is_positive]
    if taken:
        client.data().raise_for_refusal()
        print("the end of the message:", client.end(CONTENT).raise_for_refusal().text)
    client.quit()
    return taken == recipients


def main() -> int:
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    host, port, sender, *recipients = sys.argv[1:]
    try:
        with Engine() as engine, SmtpClient(engine, on_trace=lambda way, line: print(MARKS[way], line)) as client:
            return 0 if speak(client, host, int(port), sender, recipients) else 1
    except MailModuleError as error:
        again = "; it may work later" if error.retry else ""
        print(f"failed at {error.stage.name}, layer {error.layer.name}: {error}{again}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
