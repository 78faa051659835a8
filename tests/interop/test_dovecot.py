import os
import poplib
import shutil
import unittest

from client import ClientTest
from support import place
from support.peers import Dovecot


@unittest.skipUnless(place.is_root(), "Dovecot's master needs root")
class TestDovecot(ClientTest):
    """The Maildir is the common ground: each reads what the other has written."""

    program = "dovecot"

    def everything(self, port, user, password):
        """Size and octets of each message, in no order that matters."""
        pop = poplib.POP3("127.0.0.1", port, timeout=20)
        pop.user(user)
        pop.pass_(password)
        sizes = [int(line.split()[1]) for line in pop.list()[1]]
        texts = [b"".join(line + b"\r\n" for line in pop.retr(n + 1)[1]) for n in range(len(sizes))]
        pop.quit()
        return sorted(zip(sizes, texts))

    def test_reads_the_maildir_that_our_server_wrote(self):
        for path in place.MESSAGES:
            token = os.urandom(6).hex().encode()
            self.put(b"Subject: " + token + b"\n" + path.read_bytes().replace(b"\r\n", b"\n"))
        ours = self.everything(self.host.pop, "anna", "secret")
        boxes = self.folder / "boxes"
        shutil.copytree(self.host.maildir("anna"), boxes / "anna")
        self.ran("chown", "-R", "nobody:nogroup", boxes)
        with Dovecot(self.folder / "dovecot", boxes) as dovecot:
            theirs = self.everything(dovecot.port, "anna", "secret")
        self.assertEqual(len(place.MESSAGES), len(ours))
        self.assertEqual(ours, theirs)

    def test_wrote_a_maildir_that_our_server_reads(self):
        boxes = self.folder / "lda"
        box = boxes / "anna"
        box.mkdir(parents=True)
        self.ran("chown", "-R", "nobody:nogroup", boxes)
        with Dovecot(self.folder / "dovecot-lda", boxes) as dovecot:
            for _ in range(3):
                self.ran("doveadm", "-c", dovecot.config, "save", "-u", "anna", text=False, input=self.message()[1])
        target = self.host.maildir("carl")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(box, target)
        self.agrees(target)

    def test_names_without_sizes_are_read_as_well(self):
        target = self.host.maildir("carl")
        shutil.rmtree(target, ignore_errors=True)
        for part in ("new", "cur", "tmp"):
            (target / part).mkdir(parents=True, mode=0o700)
        for n, part in enumerate(("new", "new", "cur")):
            name = f"17000000{n:02d}.M{n}P1.example" + (":2,S" if part == "cur" else "")
            (target / part / name).write_bytes(self.message()[1])
        (target / "cur" / "1700000003.M3P1.example:2,RS").write_bytes(place.crlf(self.message()[1]))
        self.agrees(target)

    def agrees(self, maildir):
        files = [p for part in ("new", "cur") for p in (maildir / part).iterdir()]
        texts = [place.crlf(p.read_bytes()) for p in files]
        self.assertEqual(sorted((len(t), t) for t in texts), self.everything(self.host.pop, "carl", "silent"))
