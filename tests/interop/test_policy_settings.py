"""The rest of what settings say of strangers and users, one by one, as swaks meets it: lists, traps, filters, volume, senders, a scanner."""

import shutil
import time
import unittest

from support import place
from world import DeliveryTest

STRANGER, OTHER = "127.0.0.91", "127.0.0.92"
TAKEN, SPAM = r"250 2\.0\.0 Ok: queued", r"5(50|54) 5\.7\.1 Message detected as SPAM"


class Settings(DeliveryTest):
    zone = ["sends MX 10 mx.sends", f"mx.sends A {STRANGER}"]

    @classmethod
    def before(cls):
        if not shutil.which("swaks"):
            raise unittest.SkipTest("swaks is not installed")

    def strict(self, **settings):
        return self.another(smtp_range="127.0.0.1", smtp_bind="127.0.0.1", **settings)

    def file(self, name, text):
        path = self.folder / f"{name}-{time.monotonic_ns()}"
        path.write_text(text)
        return path

    def says(self, expected, host, *more, client=STRANGER, sender="eve@far.test", to="anna@example.org", helo="client.example.net", body=b"Grass is green.\r\n",
             head=b""):
        """What swaks hears; gives the token of its message."""
        token, text = self.letter(body)
        path = self.file("letter", "")
        path.write_bytes(head + text)
        result = place.run("swaks", "--server", "127.0.0.1", "--port", host.smtp, "--local-interface", client, "--helo", helo, "--from", sender, "--to", to,
                           "--data", f"@{path}", *more)
        self.assertRegex(result.stdout, expected)
        return token

    def test_good_comes_before_bad_and_bad_before_gray(self):
        host = self.strict(goodlist=self.file("good", "friend@\n"), badlist=self.file("bad", '? $sender =~ /@bad\\.test$/\n[127.0.0.92]\nfriend@\n'),
                           graylist=self.file("gray", "eve@gray.test\nwin@bad.test\n"))
        self.says(TAKEN, host)
        self.says(TAKEN, host, sender="friend@bad.test", client=OTHER)
        self.says(SPAM, host, sender="win@bad.test")
        self.says(SPAM, host, client=OTHER)
        self.says(r"451 4\.7\.1 Message detected as SPAM", host, sender="eve@gray.test")
        self.says(TAKEN, host, sender="win@bad.test", client="127.0.0.1")
        host.logs("refused by badlist: ", ":1", ":2", "refused by graylist: ")

    def test_a_users_own_list_is_for_that_user(self):
        host = self.strict(chklists=1)
        home = host.maildir("bert").parent
        home.mkdir(parents=True, exist_ok=True)
        (home / "badlist").write_text("eve@far.test\n")
        self.says(TAKEN, host)
        self.says(SPAM, host, to="bert@example.org")

    def test_senders_that_are_named(self):
        host = self.strict(blacklist='"worst@far.test *@evil.test"')
        for sender in ("worst@far.test", "any@evil.test"):
            self.says(r"550 5\.7\.1", host, sender=sender)
        self.says(TAKEN, host)
        host.logs("refused by blacklist: ")

    def test_a_trap_keeps_out_who_names_it_also_after_a_restart(self):
        host = self.strict(fake="trap@example.org")
        self.says(TAKEN, host)
        self.says(r"421 4\.7\.", host, to="trap@example.org")
        self.says(r"421 4\.7\.", host)
        self.says(TAKEN, host, client=OTHER)
        self.assertEqual(0, host.stop())
        host.start()
        self.says(r"421 4\.7\.", host)

    def test_filters_refuse_behind_the_dot_and_nothing_is_kept(self):
        host = self.strict(antispam='"$in_text(pills)"', spamfltr='"$in_text(casino)"')
        token = self.says(SPAM, host, body=b"Many pills.\r\n")
        self.says(TAKEN, host, client=OTHER)
        self.says(r"-> DATA\n<\*\* +554 5\.7\.1", host)  # one like it
        self.says(SPAM, host, client="127.0.0.93", body=b"A casino.\r\n")
        self.says(r"421 4\.7\.", host, client="127.0.0.93")
        self.assertFalse([m for m in host.peek("anna") if token in m])

    def test_volume_of_an_address(self):
        host = self.strict(smtp_ltime=3600, smtp_ip_limit=1024)
        large = (b"x" * 70 + b"\r\n") * 10000
        for _ in range(2):
            self.says(TAKEN, host, body=large)
        self.says(r"421 4\.7\.\d", host)
        self.says(TAKEN, host, client=OTHER, body=large)

    def test_who_may_send_as_whom(self):
        host = self.strict(smtp_authsame=1, uncheckip=0, sender="bert;second@far.test", route=f"far.test;127.0.0.20:{self.port}")
        login = ("--auth", "PLAIN", "--auth-user", "bert", "--auth-password", "hidden")
        for sender in ("bert@example.org", "bert+tag@example.org", "second@far.test"):
            self.says(TAKEN, host, *login, client="127.0.0.1", sender=sender)
        for sender in ("anna@example.org", "third@far.test"):
            self.says(r"55\d 5\.7\.1", host, *login, client="127.0.0.1", sender=sender)
        self.says(r"55\d 5\.7\.1", host, sender="anna@example.org")

    def test_mail_to_other_hosts_from_users_of_ours(self):
        host = self.strict(smtp_any=0, route=f"far.test;127.0.0.20:{self.port}")
        server = self.rogue("127.0.0.20")
        self.says(r"55\d 5\.7\.1", host, client="127.0.0.1", sender="eve@far.test", to="somebody@far.test")
        self.arrives(server, self.says(TAKEN, host, client="127.0.0.1", sender="bert@example.org", to="somebody@far.test"))

    def test_a_sender_without_a_domain(self):
        self.says(r"55\d 5\.1\.7|501 5\.", self.strict(), sender="bert")
        host = self.strict(nocheckback=1)
        token = self.says(TAKEN, host, sender="bert")
        self.assertIn(b"Return-Path: <bert@example.org>", host.wait_for("anna", token))

    def test_a_scanner_sees_mail_of_everybody(self):
        script = self.file("scan", "!grep -q EICAR $msgfile\n#if $errorlevel = 0\n#mv infected\n#endif\n")
        host = self.strict(antivirus=script)
        for client in (STRANGER, "127.0.0.1"):
            self.says(TAKEN, host, client=client)
            token = self.says(r"554 5\.7\.1", host, client=client, body=b"EICAR\r\n")
            kept = [path for path in (host.root / "quarantine" / "infected").iterdir() if token in path.read_bytes()]
            self.assertEqual(1, len(kept))

    def test_a_header_field_asks_for_a_report(self):
        host = self.strict(smtp_conform=1)
        self.says(TAKEN, host, client="127.0.0.1", sender="bert@example.org", head=b"Generate-Delivery-Report:\r\n")
        self.assertIsNotNone(host.wait_for("bert", b"Action: delivered"))

    def test_ranges(self):
        host = self.strict(ip_range="127.0.0.1,127.0.0.91-127.0.0.99", ip_deny="127.0.0.95")
        self.says(TAKEN, host)
        self.says(r"554 5\.7\.1", host, client="127.0.0.95")
        self.says(r"554 5\.7\.1", host, client="127.0.0.90")

    def test_a_relay_for_every_domain_leaves_ours_as_they_are(self):
        host = self.strict(relay_domain="*", route=f"far.test;127.0.0.20:{self.port}")
        server = self.rogue("127.0.0.20")
        self.arrives(server, self.says(TAKEN, host, to="somebody@far.test"))
        self.says(r"550 5\.1\.1", host, to="nobody@example.org")

    def test_an_mx_of_the_senders_domain_need_not_wait(self):
        host = self.strict(greylist=1, greylist_delay=3600, mxignbl=1)
        self.says(TAKEN, host, sender="eve@sends.test")
        self.says(r"451 4\.7\.1 Greylisted", host, sender="eve@sends.test", client=OTHER)
        self.says(r"451 4\.7\.1 Greylisted", host, sender="eve@far.test")

    def test_the_tarpit(self):
        host = self.strict(tarpit=2, rcpt_errors_max=4)
        begun = time.monotonic()
        self.says(r"550 5\.1\.1", host, to=",".join(f"nobody{n}@example.org" for n in range(4)))
        self.assertGreater(time.monotonic() - begun, 3)


if __name__ == "__main__":
    unittest.main()
