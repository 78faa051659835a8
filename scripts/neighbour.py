"""The other side of the demo: neighbour.py FOLDER. A DNS zone (nsd) and a mail server on 127.0.0.2 that takes mail for takes.test, puts mail for
busy.test off once, and knows nobody at gone.test. Writes its resolver and port to FOLDER/ready, and each message to FOLDER/<domain>.eml; prints what it
says, until SIGTERM."""

import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))

from support import place  # noqa: E402
from support.dns import Nsd  # noqa: E402
from support.rogue import Message, Rogue, always  # noqa: E402

ADDRESS = "127.0.0.2"
ZONE = ["mx A " + ADDRESS, *[f"{domain} MX 10 mx" for domain in ("takes", "busy", "gone")]]

BEGAN = time.monotonic()
put_off = set()


def tell(text):
    print(f"{time.monotonic() - BEGAN:5.2f} s  {text}", flush=True)


def answer_recipient(session, line):
    address = Message.path(line)
    if address.endswith("@gone.test"):
        reply = "550 5.1.1 nobody of that name lives here"
    elif address.endswith("@busy.test") and address not in put_off:
        put_off.add(address)
        reply = "451 4.7.1 not today, or not yet"
    else:
        return session.good_rcpt(line)
    tell(f"<{address}>: {reply}")
    return session.reply(reply)


def keep(folder):
    def act(session, line):
        message = session.finished
        tell(f"<{', '.join(message.to)}>: 250, {len(message.text)} octets taken")
        domain = message.to[0].partition("@")[2]
        (folder / (domain + ".new")).write_bytes(message.text)  # whoever finds it by its name finds all of it
        (folder / (domain + ".new")).rename(folder / (domain + ".eml"))
        session.good_dot(line)
    return act


def main():
    folder = pathlib.Path(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Nsd(folder / "nsd", ZONE) as nsd, Rogue(ADDRESS, place.free_port(), "mx.test", rcpt=always(answer_recipient), dot=always(keep(folder))) as server:
        (folder / "new").write_text(f"{nsd.setting} {server.port}\n")
        (folder / "new").rename(folder / "ready")
        signal.pause()


main()
