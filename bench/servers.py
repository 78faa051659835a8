"""What is measured: the library in bench/host.c. Its peers are those of tests/support/peers.py."""

import pathlib
import re
import select
import signal
import subprocess

from support import place
from support.peers import Peer

USERS = 16
HOST = place.OUT / "bench" / "host"


class Ours(Peer):
    """keep=False: a callback takes each message and keeps nothing. inline: that callback runs on the I/O thread.
    handled: the library keeps it, and asks handlers for every step. hold: what is for other hosts waits until release(). host: the program, which may be another tree's."""

    def __init__(self, folder, keep=False, inline=False, homes=None, cert=None, hold=False, host=HOST, handled=False, users=USERS, **settings):
        super().__init__(folder)
        self.host = host
        self.mode, self.process = "hold" if hold else "handled" if handled else "keep" if keep else "discard", None
        self.pop = place.free_port()
        self.log = self.folder / "module.log"
        lines = {"mail_root": self.folder / "mail", "smtp_name": "example.org", "smtp_bind": "127.0.0.1", "pop_bind": "127.0.0.1",
                 "smtp_range": "127.0.0.0/8",  # clients of the load tools have many addresses, and are no strangers
                 "smtp_port": self.port, "pop_port": self.pop, "log": self.log, "loglevel": "info", "smtp_msg_limit": 4 << 30}
        if cert:
            lines.update(tls_cert_file=cert[0], tls_key_file=cert[1])
        lines.update(settings)
        text = [f"{k}={v}" for k, v in lines.items()]
        text += [f"user=user{n};secret;{homes}/user{n};PS" if homes else f"user=user{n};secret;;PS" for n in range(users)]
        text += ["callback_inline"] * inline + ["smtp_tls"] * bool(cert)
        self.config = self.folder / "host.cfg"
        self.config.write_text("\n".join(text) + "\n")

    def start(self):
        self.process = subprocess.Popen([str(self.host), str(self.config), self.mode],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = self.process.stdout.readline()
        if not said.startswith("ready after"):
            self.stop()
            raise RuntimeError("host: " + said)
        self.first_use_ms = float(said.split()[2])
        self.pid = self.process.pid
        return self.ready()

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
        self.process = None

    def delivered(self):
        return [p for n in range(USERS) for p in (self.folder / "mail" / "users" / f"user{n}" / "Maildir" / "new").glob("*")]

    def clear(self):
        for path in self.delivered():
            path.unlink(missing_ok=True)

    def release(self):
        self.process.send_signal(signal.SIGUSR1)

    def syncs(self):
        """Messages and syncs of the spool, as the log says when it stops."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        found = re.findall(r"spool:? (\d+) messages, (\d+) syncs", text)
        return (sum(int(m) for m, _ in found), sum(int(s) for _, s in found)) if found else None


class Child:
    """A program of the bench's own, which ends with the block that uses it."""

    def __init__(self, *command):
        self.process = subprocess.Popen([str(word) for word in command],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Sink(Child):
    """bench/sink.c: takes mail on every loopback address; ended() is when the last of so many messages came."""

    def __init__(self, port, count):
        super().__init__(place.OUT / "bench" / "sink", "--port", port, "--count", count)
        if self.process.stdout.readline() != "listening\n":
            raise RuntimeError("the sink does not listen")

    def ended(self, seconds):
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        said = dict(word.split("=") for word in self.process.stdout.readline().split()) if ready else {}
        if "ended_ns" not in said:
            raise RuntimeError("not all messages came to the sink")
        return int(said["ended_ns"]) / 1e9, int(said["conns"])


class DnsServer(Child):
    """bench/dns_server.c, which answers every name; text: the TXT record of each."""

    def __init__(self, *text):
        super().__init__(place.OUT / "bench" / "dns_server", *text)
        self.port = int(self.process.stdout.readline())


def make_mailboxes(folder, messages=1000, size=4096, users=USERS):
    """Maildirs folder/userN/Maildir, as a delivering program names files: with their sizes."""
    for user in range(users):
        box = pathlib.Path(folder) / f"user{user}" / "Maildir"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        for n in range(messages):
            head = f"From: <a@example.net>\nTo: <user{user}@example.org>\nSubject: message {n}\nMessage-ID: <{n}@example.net>\n\n"
            lines = (size - len(head)) // 77
            text = head + ("x" * 76 + "\n") * lines + "y" * (size - len(head) - 77 * lines - 1) + "\n"
            name = f"{1700000000 + n}.M{n:06d}P1.bench,S={len(text)},W={len(text) + text.count(chr(10))}:2,S"
            (box / "cur" / name).write_text(text)
    return folder
