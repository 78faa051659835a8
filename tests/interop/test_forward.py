"""Forward files and lists, from one host to the next."""

import contextlib
import os
import pathlib
import re
import smtplib
import tempfile
import unittest

from support import place
from support.rogue import always, say
from world import DeliveryTest


class Forward(DeliveryTest):
    zone = ["far MX 10 mx.far", "mx.far A 127.0.0.10", "gone MX 10 mx.gone", "mx.gone A 127.0.0.11"]
    settings = {"forward": 1, "fwdrun": 1, "list": ["all@example.org;bert@example.org;anna@example.org,carl@example.org,x@far.test,y@far.test", "both@example.org;;anna@example.org,z@far.test"]}

    def forward(self, user, text):
        home = self.host.root / "users" / user
        home.mkdir(parents=True, exist_ok=True)
        (home / "forward").write_text(text)
        self.addCleanup((home / "forward").unlink)

    def outside(self, *recipients):
        return self.send(*recipients, sender="outside@sender.test")

    def test_mail_goes_on_to_another_host_and_stays(self):
        self.forward("carl", "carl.elsewhere@far.test other@far.test\n")
        server = self.rogue("127.0.0.10")
        token = self.outside("carl@example.org")
        message = self.arrives(server, token)
        place.wait_until(lambda: sum(len(m.to) for m in server.messages) >= 2)
        self.assertEqual({"carl.elsewhere@far.test", "other@far.test"}, {to for m in server.messages for to in m.to})
        self.assertIn(b"Delivered-To: carl@example.org", message.text)
        self.assertIsNotNone(self.host.wait_for("carl", token))

    def test_rm_keeps_no_copy(self):
        self.forward("carl", "#if $in_text(token)\n#rm\ncarl.elsewhere@far.test\n#endif\n")
        server = self.rogue("127.0.0.10")
        token = self.outside("carl@example.org", "anna@example.org")
        self.arrives(server, token)
        self.assertIsNotNone(self.host.wait_for("anna", token))
        place.wait_until(lambda: [m for m in self.host.peek("carl") if token in m], 1)
        self.assertEqual([], [m for m in self.host.peek("carl") if token in m])

    def test_a_command_runs(self):
        sign = self.folder / "sign"
        self.forward("carl", f"!cp $msgfile {sign}\n")
        token = self.outside("carl@example.org")
        self.assertTrue(place.wait_until(lambda: sign.exists() and token in sign.read_bytes()), self.logged())

    @staticmethod
    def left_over(token):
        """The files of a command that hold this message; other tests run commands meanwhile."""
        found = []
        for path in pathlib.Path(tempfile.gettempdir()).glob("mailmodule-*/message.eml"):
            with contextlib.suppress(FileNotFoundError):
                found += [path] if token in path.read_bytes() else []
        return found

    def owned(self, user, owner=65534):
        """A home that is another user's, who can reach it."""
        home = self.host.root / "users" / user
        os.chown(home, owner, owner)
        os.chown(home / "forward", owner, owner)
        self.addCleanup(os.chown, home, 0, 0)
        folder = home
        while folder != folder.parent and folder.stat().st_uid in (0, owner):
            folder.chmod(folder.stat().st_mode | 0o011)
            folder = folder.parent
        return home

    @unittest.skipUnless(place.is_root(), "changes users")
    def test_a_command_has_the_rights_of_the_homes_owner(self):
        self.forward("carl", '!id -u > who; id -G >> who; stat -c "%u %a" "$msgfile" >> who; grep -c 0000000000000000 /proc/self/status >> who; touch /etc/x; ls /proc/self/fd | wc -l >> who; cat "$msgfile" > seen; mv who known\n')
        home = self.owned("carl")
        token = self.outside("carl@example.org")
        self.assertTrue(place.wait_until(lambda: (home / "known").exists()), self.logged())
        known = (home / "known").read_text().split("\n")
        self.assertEqual(["65534", "65534", "65534 600"], known[:3])
        self.assertEqual("4", known[4])  # three of its own, and the folder that ls reads
        self.assertIn(token, (home / "seen").read_bytes())
        self.assertEqual(65534, (home / "known").stat().st_uid)
        self.assertIsNotNone(self.host.wait_for("carl", token))
        self.assertTrue(place.wait_until(lambda: not self.left_over(token)), self.left_over(token))

    @unittest.skipUnless(place.is_root(), "changes users")
    def test_what_is_left_in_place_of_a_message_is_not_read_with_our_rights(self):
        secret = self.folder / "secret"
        secret.write_text("Subject: secret\n\nhidden\n")
        secret.chmod(0o600)
        self.forward("carl", f'!rm "$msgfile"; ln -s {secret} "$msgfile"\n#if $text ~ hidden\n!touch found\n#endif\n')
        home = self.owned("carl")
        token = self.outside("carl@example.org")
        self.assertIsNotNone(self.host.wait_for("carl", token), self.logged())
        self.assertFalse((home / "found").exists())

    def test_two_who_forward_to_each_other(self):
        self.forward("anna", "bert@example.org\n")
        self.forward("bert", "anna@example.org\n")
        token = self.outside("anna@example.org")
        self.assertIsNotNone(self.host.wait_for("bert", token))
        place.wait_until(lambda: sum(token in m for m in self.host.peek("anna")) > 1, 2)
        self.assertLessEqual(sum(token in m for m in self.host.peek("anna")), 2)
        self.assertLessEqual(sum(token in m for m in self.host.peek("bert")), 2)

    def test_another_host_sends_it_back(self):
        """A loop over two machines ends too."""
        self.forward("carl", "back@far.test\n")
        server = self.rogue("127.0.0.10")
        token = self.outside("carl@example.org")
        for turn in range(4):
            found = place.wait_until(lambda: [m for m in server.messages if token in m.text], 5)  # noqa: B023
            if not found:
                break
            server.messages.clear()
            self.send("carl@example.org", sender="outside@sender.test", message=(token, found[0].text))
        self.assertLess(turn, 3, "it goes round and round")

    def test_a_list_reaches_its_members_here_and_there(self):
        server = self.rogue("127.0.0.10")
        token = self.outside("all@example.org")
        message = self.arrives(server, token)
        self.assertEqual(["x@far.test", "y@far.test"], sorted(to for m in server.messages for to in m.to))
        self.assertIn("bert", message.sender)  # the owner gets the bounces
        for user in ("anna", "carl"):
            self.assertIsNotNone(self.host.wait_for(user, token), user)

    def test_the_owner_gets_a_lists_bounces(self):
        self.rogue("127.0.0.10", rcpt=always(say("550 5.1.1 no")))
        token = self.outside("all@example.org")
        report = self.report(token, user="bert")
        self.assertEqual({"x@far.test", "y@far.test"}, set(report.recipients))

    def test_an_alias_keeps_the_sender(self):
        server = self.rogue("127.0.0.10")
        message = self.arrives(server, self.outside("both@example.org"))
        self.assertIn("<outside@sender.test>", message.sender)
        self.assertEqual(["z@far.test"], message.to)


class ReachingNobody(DeliveryTest):
    """What can reach nobody is refused, reported, kept or logged; it is never just gone."""

    settings = {"forward": 1, "list": ["one@example.org;;two@example.org", "two@example.org;;one@example.org",
                                       "empty@example.org;;@empty.txt", "gone@example.org;;nobody@example.org",
                                       "round@example.org;bert@example.org;@round.txt"]}

    @classmethod
    def before(cls):
        (cls.folder / "mailhost").mkdir(exist_ok=True)
        (cls.folder / "mailhost" / "empty.txt").write_text("# nobody yet\n")
        (cls.folder / "mailhost" / "round.txt").write_text("round@example.org\n")

    forward = Forward.forward

    def test_an_alias_of_itself_is_refused(self):
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            smtp.helo("outside.test")
            smtp.mail("outside@sender.test")
            for list_ in ("one", "TWO"):
                code, words = smtp.rcpt(f"{list_}@example.org")
                self.assertEqual((550, b"5.4.6"), (code, words[:5]))

    def test_lists_that_reach_nobody_are_reported(self):
        for list_, recipient, status in (("empty", "empty", "5.2.4"), ("gone", "nobody", "5.1.1"), ("round", "round", "5.4.6")):
            token = self.send(f"{list_}@example.org", sender="anna@example.org")
            report = self.report(token)
            self.assertEqual({f"{recipient}@example.org": status},
                             {address: fields["Status"] for address, fields in report.recipients.items()})

    def test_an_own_address_keeps_a_copy_and_rm_alone_is_logged(self):
        self.forward("carl", "carl@example.org\n#rm\n")
        self.assertIsNotNone(self.host.wait_for("carl", self.send("carl@example.org", sender="outside@sender.test")))
        self.forward("bert", "#rm\n")
        self.send("bert@example.org", sender="outside@sender.test")
        line = r"thrown away for <bert@example.org> \(user bert\): .*/bert/forward:1: #rm"
        self.assertTrue(place.wait_until(lambda: re.search(line, self.logged())), self.logged())
