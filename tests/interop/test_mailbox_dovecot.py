import json
import poplib
import subprocess
import sys
import unittest

from support import place
from support.peers import Dovecot

SEEN, FLAGGED, ANSWERED = 2, 4, 8


@unittest.skipUnless(place.is_root(), "Dovecot's master needs root")
class TestMailboxDovecot(unittest.TestCase):
    """A host has a mailbox by mm_mailbox_... while Dovecot has the same Maildir open: both as the user whose it is."""

    def setUp(self):
        self.folder = self.enterContext(place.folder())
        self.home = self.folder / "boxes" / "anna"
        self.home.mkdir(parents=True)
        (self.folder / "root").mkdir()
        for path in (self.home, self.folder / "root"):
            subprocess.run(["chown", "nobody:nogroup", path], check=True)
        self.dovecot = self.enterContext(Dovecot(self.folder / "dovecot", self.folder / "boxes", within="/Maildir"))
        program = [sys.executable, place.ROOT / "tests" / "interop" / "mailboxes.py", place.LIBRARY, self.folder / "root", self.home]
        self.host = self.enterContext(subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.folder))
        self.addCleanup(self.host.stdin.close)

    def ask(self, *command):
        self.host.stdin.write(json.dumps(command) + "\n")
        self.host.stdin.flush()
        return json.loads(self.host.stdout.readline())

    def call(self, *command):
        answer = self.ask(*command)
        self.assertIn("is", answer, command)
        return answer["is"]

    def doveadm(self, *arguments):
        return subprocess.run(["doveadm", "-c", self.dovecot.config, *arguments], check=True, capture_output=True, text=True).stdout

    def pop(self):
        pop = poplib.POP3("127.0.0.1", self.dovecot.port, timeout=20)
        pop.user("anna")
        pop.pass_("secret")
        return pop

    def test_what_a_host_delivers_dovecot_gives(self):
        for n in range(3):
            self.call("deliver", f"Subject: {n}\n\n.line\n", "")
        self.assertEqual(3, self.call("open", "", False))
        sizes = [message["octets"] for message in self.call("list")]
        pop = self.pop()
        self.assertEqual(sizes, [int(line.split()[1]) for line in pop.list()[1]])
        for n in range(3):
            self.assertEqual(self.call("text", n).splitlines(), [line.decode() for line in pop.retr(n + 1)[1]])
        pop.quit()
        self.assertEqual(3, len(self.call("events")))

    def test_flags_that_dovecot_sets_are_seen(self):
        for n in range(3):
            self.call("deliver", f"Subject: {n}\n\n", "")
        self.assertEqual(3, self.call("open", "", False))
        self.assertEqual([0, 0, 0], [message["flags"] for message in self.call("list")])
        self.doveadm("flags", "add", "-u", "anna", "\\Seen \\Flagged", "mailbox", "INBOX", "1")
        self.doveadm("flags", "add", "-u", "anna", "\\Answered", "mailbox", "INBOX", "2")
        # the open one finds the message under its new name; who opens it now sees the flags
        self.assertIn("Subject: 0", self.call("text", 0))
        self.call("close")
        self.assertEqual(3, self.call("open", "", True))
        self.assertEqual([SEEN | FLAGGED, ANSWERED, 0], [message["flags"] for message in self.call("list")])

    def test_both_delete_and_neither_fails(self):
        for n in range(4):
            self.call("deliver", f"Subject: {n}\n\n", "")
        self.assertEqual(4, self.call("open", "", False))
        pop = self.pop()
        self.assertEqual(4, pop.stat()[0])
        self.call("delete", 0, 1)
        pop.dele(2)  # gone already
        pop.dele(3)
        pop.quit()
        self.assertEqual({"error": "NOT_FOUND"}, self.ask("text", 2))
        self.call("delete", 2)  # no failure
        self.assertIn("Subject: 3", self.call("text", 3))
        self.call("close")
        self.assertEqual(1, self.call("open", "", False))
        self.assertEqual("1", self.doveadm("-f", "flow", "mailbox", "status", "-u", "anna", "messages", "INBOX").strip().rpartition("=")[2])

    def test_folders_are_the_same(self):
        self.call("deliver", "Subject: x\n\n", "lists/friends")
        self.call("open", "lists/friends", False)
        self.call("close")
        self.doveadm("mailbox", "create", "-u", "anna", "archive")
        self.assertEqual(["archive", "lists/friends"], [name for name in self.call("folders") if name != "lists"])
        self.assertIn("lists.friends", self.doveadm("mailbox", "list", "-u", "anna"))


if __name__ == "__main__":
    unittest.main()
