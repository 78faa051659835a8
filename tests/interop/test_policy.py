"""Who may connect, as whom and how much, and where mail goes: swaks and curl against a server with such settings."""

import shutil
import time
import unittest

from support import place
from world import DeliveryTest

STRANGER = "127.0.0.99"


class Policy(DeliveryTest):
    settings = {"smtp_range": "127.0.0.1", "smtp_bind": "127.0.0.1", "tarpit": 0}

    @classmethod
    def before(cls):
        for program in ("swaks", "curl"):
            if not shutil.which(program):
                raise unittest.SkipTest(f"{program} is not installed")
        cls.settings = {**cls.settings, "route": [f".routed.test;127.0.0.20:{cls.port}", f"own.routed.test;127.0.0.21:{cls.port}"],
                        "relay_domain": ".routed.test", "catch_all": "example.org;carl", "quota": "bert;2500", "smtp_deny": "127.0.0.77"}

    def swaks(self, to, *more, host=None, client="127.0.0.1", body=b"Grass is green.\r\n"):
        token, text = self.letter(body)
        path = self.folder / (token.decode() + ".eml")
        path.write_bytes(text)
        result = place.run("swaks", "--server", "127.0.0.1", "--port", (host or self.host).smtp, "--local-interface", client, "--helo", "client.example.net",
                           "--from", "sender@example.net", "--to", to, "--data", f"@{path}", *more)
        return token, result

    def takes(self, to, *more, **how):
        token, result = self.swaks(to, *more, **how)
        self.assertEqual(0, result.returncode, result.stdout + self.logged(how.get("host")))
        return token

    def refuses(self, code, to, *more, **how):
        _, result = self.swaks(to, *more, **how)
        self.assertNotEqual(0, result.returncode, result.stdout)
        self.assertIn(code, result.stdout)

    def curl(self, host, client, *command):
        return place.run("curl", "--silent", "--show-error", "--max-time", "30", "--interface", client, "--user", "bert:hidden", *command,
                         f"pop3://127.0.0.1:{host.pop}/1" if command else f"pop3://127.0.0.1:{host.pop}/")

    def test_a_route_leads_to_its_host_and_the_closer_one_wins(self):
        far, near = self.rogue("127.0.0.20"), self.rogue("127.0.0.21")
        for domain, server in (("routed.test", far), ("sub.routed.test", far), ("own.routed.test", near)):
            with self.subTest(domain):
                token = self.takes(f"somebody@{domain}")
                self.assertEqual([f"somebody@{domain}"], self.arrives(server, token).to)

    def test_a_relay_domain_is_open_to_strangers_and_no_other_is(self):
        server = self.rogue("127.0.0.20")
        self.arrives(server, self.takes("somebody@sub.routed.test", client=STRANGER))
        for address in ("somebody@other.test", "somebody@xrouted.test", "a%sub.routed.test@other.test"):
            self.refuses("550 5.7.1", address, client=STRANGER)

    def test_tags_and_what_is_for_nobody(self):
        self.assertIsNotNone(self.host.wait_for("anna", self.takes("anna+news@example.org", client=STRANGER)))
        self.assertIsNotNone(self.host.wait_for("carl", self.takes("nobody@example.org", client=STRANGER)))

    def test_a_denied_address_hears_554(self):
        self.refuses("554 5.7.1", "anna@example.org", client="127.0.0.77")
        self.takes("anna@example.org", client="127.0.0.76")

    def test_a_full_mailbox_has_room_when_curl_has_deleted_by_pop3(self):
        for _ in range(2):
            self.assertIsNotNone(self.host.wait_for("bert", self.takes("bert@example.org", body=b"x" * 70 + b"\r\n" * 1000)))
        self.refuses("552 5.2.2", "bert@example.org")
        self.host.logs("quota of bert")
        deleted = self.curl(self.host, "127.0.0.1", "--request", "DELE", "--head")
        self.assertEqual(0, deleted.returncode, deleted.stdout)
        self.assertIsNotNone(self.host.wait_for("bert", self.takes("bert@example.org")))
        self.host.empty("bert")

    def test_pop_before_smtp(self):
        host = self.another(smtp_range="", smtp_pop_ip=1, route=f"routed.test;127.0.0.20:{self.port}")
        server = self.rogue("127.0.0.20")
        self.refuses("550 5.7.1", "somebody@routed.test", host=host, client="127.0.0.78")
        listed = self.curl(host, "127.0.0.78")
        self.assertEqual(0, listed.returncode, listed.stdout)
        self.arrives(server, self.takes("somebody@routed.test", host=host, client="127.0.0.78"))
        self.refuses("550 5.7.1", "somebody@routed.test", host=host, client="127.0.0.79")

    def test_a_slow_pop3_client_gets_its_message_whole_and_the_log_has_the_dialogue(self):
        host = self.another(pop_speed=600, detail=1, quota="bert;1000000")
        token = self.takes("bert@example.org", host=host, body=(b"x" * 78 + b"\r\n") * 500)
        self.assertIsNotNone(host.wait_for("bert", token))
        begun = time.monotonic()
        came = self.folder / "slow.eml"
        fetched = self.curl(host, "127.0.0.83", "--output", came)
        self.assertEqual(0, fetched.returncode, fetched.stdout)
        self.assertEqual(500, came.read_bytes().count(b"x" * 78))
        self.assertGreater(time.monotonic() - begun, 1.5)  # 40,000 octets at 10 KB a second, two seconds' worth of them at once
        self.assertNotIn("hidden", host.logs("C: AUTH PLAIN", "C: ***", "C: RETR 1", "octets in lines)", "octets of content)"))

    def test_an_address_that_asks_for_many_is_banned(self):
        host = self.another(ban_threshold=3, ban_time=600, tarpit=0)
        for _ in range(2):
            self.refuses("550 5.1.1", "nobody@example.org", host=host, client="127.0.0.80")
        self.refuses("421 4.7.0", "nobody@example.org", host=host, client="127.0.0.80")
        self.refuses("421 4.7.0", "anna@example.org", host=host, client="127.0.0.80")
        self.takes("anna@example.org", host=host, client="127.0.0.81")
        self.assertEqual(1, host.logs("banned for 600 s").count("banned for 600 s"))

    def test_too_much_mail_from_one_address_has_to_wait(self):
        host = self.another(smtp_ltime=1000, smtp_ip_limit=1024)
        large = self.folder / "large.eml"
        large.write_bytes(self.letter((b"x" * 78 + b"\r\n") * 15_000)[1])
        sent = place.run("curl", "--silent", "--show-error", "--verbose", "--max-time", "30", "--interface", "127.0.0.82", "--mail-from", "a@example.net",
                         "--mail-rcpt", "anna@example.org", "--upload-file", str(large), f"smtp://127.0.0.1:{host.smtp}")
        self.assertNotEqual(0, sent.returncode)
        self.assertIn("552 5.3.4", sent.stdout)
        half = (b"x" * 78 + b"\r\n") * 7_000
        for _ in range(2):
            self.takes("anna@example.org", host=host, client="127.0.0.83", body=half)
        self.refuses("421 4.7.1", "anna@example.org", host=host, client="127.0.0.83")
        self.takes("anna@example.org", host=host, client="127.0.0.84")


if __name__ == "__main__":
    unittest.main()
