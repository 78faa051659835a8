"""The sample server samples/c/mailhost.c as a process, and what is in its mailboxes."""

import contextlib
import os
import pathlib
import poplib
import signal
import socket
import subprocess

from . import place

poplib._MAXLINE = 1 << 20  # RFC 1939 sets no limit to the lines of a message

USERS = {"anna": "secret", "bert": "hidden", "carl": "silent"}
DOMAIN = "example.org"


class MailHost:
    """One server over one folder. It may be stopped or killed and started again; ports and mail stay."""

    def __init__(self, folder, cert=None, key=None, limits=None, root=None, **settings):
        self.folder = pathlib.Path(folder)
        self.root = pathlib.Path(root) if root else self.folder / "mail"
        self.config = self.folder / "mailhost.cfg"
        self.log = self.folder / "mailhost.log"
        self.limits = limits
        self.process = None
        self.smtp, self.pop = place.free_port(), place.free_port()
        lines = {"mail_root": self.root, "smtp_name": DOMAIN, "smtp_bind": "127.0.0.1", "pop_bind": "127.0.0.1",
                 "smtp_port": self.smtp, "pop_port": self.pop, "log": self.folder / "module.log", "loglevel": "info"}
        if cert:
            self.smtps, self.pop3s, self.submission = place.free_port(), place.free_port(), place.free_port()
            lines.update(tls_cert_file=cert, tls_key_file=key, smtps_port=self.smtps, pop3s_port=self.pop3s,
                         submission_port=self.submission)
        if "smtp_dns" not in settings:
            lines.update(spf=0, dkim_verify=0, arc=0)  # no name server is at hand that could say anything of strangers
        lines.update(settings)
        text = [f"{k}={v}" for k, values in lines.items() for v in (values if isinstance(values, list) else [values])] + (["smtp_tls"] if cert else [])
        text += [f"user={name};{password};;PS" for name, password in USERS.items()]
        self.config.write_text("\n".join(text) + "\n")

    def start(self, seconds=place.PATIENCE):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(place.SAMPLES / "mailhost"), str(self.config)], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, preexec_fn=self.limits, cwd=self.folder)
        ready = place.wait_until(lambda: self.process.poll() is not None or (self.answers(self.smtp) and self.answers(self.pop)), seconds, 0.02)
        if not ready or self.process.poll() is not None:
            self.kill()
            raise RuntimeError("mailhost does not start:\n" + self.said())
        return self

    @staticmethod
    def answers(port):
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as s:
                s.settimeout(5)
                return len(s.recv(100)) > 0
        except OSError:
            return False

    def stop(self, seconds=place.PATIENCE):
        """Asks it to end; the exit status, or None when it had to be killed."""
        if not self.process:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            status = None
        self.process = None
        return status

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None

    def said(self):
        return self.log.read_text(errors="replace")[-4000:]

    def maildir(self, user):
        return self.root / "users" / user / "Maildir"

    def files(self, user):
        """The messages in a user's Maildir."""
        found = []
        for part in ("new", "cur"):
            path = self.maildir(user) / part
            if path.is_dir():
                found += [path / name for name in os.listdir(path)]
        return sorted(found)

    def login(self, user):
        pop = poplib.POP3("127.0.0.1", self.pop, timeout=place.PATIENCE)
        pop.user(user)
        pop.pass_(USERS[user])
        return pop

    def read(self, user):
        """All messages of a mailbox by POP3, as octets with CRLF."""
        pop = self.login(user)
        try:
            return [b"".join(line + b"\r\n" for line in pop.retr(n + 1)[1]) for n in range(pop.stat()[0])]
        finally:
            pop.quit()

    def wait_for(self, user, token, seconds=place.PATIENCE):
        """The first message that contains the token, once it is in the mailbox."""
        found = place.wait_until(lambda: [m for m in (self.peek(user)) if token in m], seconds)
        return found[0] if found else None

    def logs(self, *words, seconds=place.PATIENCE):
        """The log, once it has all of these: lines are written a moment after what they tell of. Without one of them it fails."""
        log = self.folder / "module.log"
        if not place.wait_until(lambda: all(word in log.read_text() for word in words), seconds):
            raise AssertionError(f"not all of {words} are in the log:\n{log.read_text()[-6000:]}")
        return log.read_text()

    def peek(self, user):
        """The messages that are there; one that goes meanwhile, or has another name by then, is none of them."""
        found = []
        for path in self.files(user):
            with contextlib.suppress(FileNotFoundError):
                found.append(place.crlf(path.read_bytes()))
        return found

    def empty(self, user):
        pop = self.login(user)
        for n in range(pop.stat()[0]):
            pop.dele(n + 1)
        pop.quit()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
