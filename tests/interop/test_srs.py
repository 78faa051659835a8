"""Senders that are rewritten where mail is sent on (SRS), beside postsrsd: each takes back what the other has wrapped."""

import socket
import subprocess
import unittest

from support import place
from support.rogue import always, say
from world import DeliveryTest

OURS = "example.org"


class PostSrsd:
    """postsrsd for a domain of its own; its two tables."""

    def __init__(self, folder, domain):
        self.folder, self.domain = folder, domain
        self.ports = place.free_port(), place.free_port()

    def __enter__(self):
        self.folder.mkdir(exist_ok=True)
        (self.folder / "secret").write_text(f"of {self.domain} alone\n")
        forward, back = self.ports
        self.process = subprocess.Popen(["postsrsd", "-s", str(self.folder / "secret"), "-d", self.domain, "-f", str(forward), "-r", str(back), "-4"],
                                        stderr=subprocess.DEVNULL)
        if not place.wait_until(lambda: all(place.listens(port) for port in self.ports)):
            raise RuntimeError("postsrsd does not listen")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def ask(self, port, address):
        with socket.create_connection(("127.0.0.1", port), 10) as asked:
            asked.sendall(f"get {address}\n".encode())
            code, text = asked.makefile().readline().strip().split(" ", 1)
        return text if code == "200" else None

    def forward(self, address):
        return self.ask(self.ports[0], address)

    def back(self, address):
        return self.ask(self.ports[1], address)


class Srs(DeliveryTest):
    zone = ["far MX 10 mx.far", "mx.far A 127.0.0.10", "from MX 10 mx.from", "mx.from A 127.0.0.11"]
    settings = {"forward": 1, "srs": OURS, "list": ["staff@example.org;;anna@example.org,x@far.test"]}

    def setUp(self):
        home = self.host.root / "users" / "carl"
        home.mkdir(parents=True, exist_ok=True)
        (home / "forward").write_text("carl@far.test\n")

    def sent_on(self, sender, to="carl@example.org"):
        """With which sender the message arrives elsewhere."""
        server = self.rogue("127.0.0.10")
        token = self.send(to, sender=sender)
        message = self.arrives(server, token)
        return message.path(message.sender)

    def returned(self, address):
        """To whom a report to that address goes."""
        server = self.rogue("127.0.0.11")
        message = self.arrives(server, self.send(address, sender=""))
        self.assertEqual("", message.path(message.sender))
        return message.to

    def test_a_report_finds_its_way_back(self):
        for to in ("carl@example.org", "staff@example.org"):
            sender = self.sent_on("Sender.One@from.test", to)
            self.assertRegex(sender, r"^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=from\.test=Sender\.One@example\.org$")
            self.assertEqual(["Sender.One@from.test"], self.returned(sender))
            self.assertEqual(["sender.one@from.test"], self.returned(sender.lower()))

    def test_a_restart_changes_nothing(self):
        sender = self.sent_on("again@from.test")
        self.host.stop()
        self.host.start()
        self.assertEqual(["again@from.test"], self.returned(sender))

    def test_our_own_report_goes_back(self):
        self.rogue("127.0.0.10", rcpt=always(say("550 5.1.1 nobody")))
        server = self.rogue("127.0.0.11")
        token = self.send("carl@example.org", sender="failed@from.test")
        message = self.arrives(server, token)
        self.assertEqual(("", ["failed@from.test"]), (message.path(message.sender), message.to))
        self.assertIn(b"multipart/report", message.text)

    def test_postsrsd_wraps_ours_and_we_take_it_back(self):
        with PostSrsd(self.folder / "postsrsd", "other.test") as other:
            ours = self.sent_on("sender@from.test")
            theirs = other.forward(ours)
            self.assertRegex(theirs, r"^SRS1=.*=example\.org==[A-Z2-7]{8}=.*@other\.test$")
            self.assertEqual(ours, other.back(theirs))
            self.assertEqual(["sender@from.test"], self.returned(other.back(theirs)))

    def test_we_wrap_postsrsds_and_it_takes_it_back(self):
        with PostSrsd(self.folder / "postsrsd", "from.test") as other:
            theirs = other.forward("sender@first.test")
            self.assertTrue(theirs.startswith("SRS0"), theirs)
            ours = self.sent_on(theirs)
            self.assertRegex(ours, r"^SRS1=[A-Z2-7]{8}=from\.test=.*@example\.org$")
            back = self.returned(ours)
            self.assertEqual([theirs], back)
            self.assertEqual("sender@first.test", other.back(back[0]))

    def test_a_chain_of_three_does_not_grow(self):
        with PostSrsd(self.folder / "one", "from.test") as one, PostSrsd(self.folder / "two", "two.test") as two:
            first = one.forward("sender@first.test")
            second = two.forward(first)
            ours = self.sent_on(second)
            self.assertRegex(ours, r"^SRS1=[A-Z2-7]{8}=from\.test=")  # the first of them, not the one before
            self.assertEqual("sender@first.test", one.back(self.returned(ours)[0]))


if __name__ == "__main__":
    unittest.main()
