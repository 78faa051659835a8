"""Checks of strangers with other people's programs: a DNSBL and a DNSWL served by nsd, asked also through unbound; greylisting met by swaks."""

import shutil
import time
import unittest

from support import place
from support.dns import Unbound
from world import DeliveryTest

LISTED, CLEAN, GOOD, REFUSED = "127.0.0.71", "127.0.0.72", "127.0.0.73", "127.0.0.74"


def reverse(address):
    return ".".join(reversed(address.split(".")))


class Checks(DeliveryTest):
    zone = [
        "2.0.0.127.bl A 127.0.0.2", f"{reverse(LISTED)}.bl A 127.0.0.4", f'{reverse(LISTED)}.bl TXT "see the list"', f"{reverse(GOOD)}.bl A 127.0.0.4",
        f"{reverse(REFUSED)}.bl A 127.255.255.254", "2.0.0.127.wl A 127.0.0.2", f"{reverse(GOOD)}.wl A 127.0.10.1",
        "2.0.0.127.all A 127.0.0.2", "1.0.0.127.all A 127.0.0.2", f"{reverse(CLEAN)}.all A 127.0.0.2", f"{reverse(CLEAN)}.empty A 127.0.0.2",
    ]

    @classmethod
    def before(cls):
        if not shutil.which("swaks"):
            raise unittest.SkipTest("swaks is not installed")
        cls.unbound = cls.stack.enter_context(Unbound(cls.folder / "unbound", cls.nsd))

    def swaks(self, host, client, sender="stranger@far.test"):
        _, text = self.letter()
        path = self.folder / f"{time.monotonic_ns()}.eml"
        path.write_bytes(text)
        return place.run("swaks", "--server", "127.0.0.1", "--port", host.smtp, "--local-interface", client, "--helo", "client.example.net", "--from", sender,
                         "--to", "anna@example.org", "--data", f"@{path}").stdout

    def strict(self, **settings):
        return self.another(smtp_range="127.0.0.1", smtp_bind="127.0.0.1", **settings)

    def test_zones(self):
        for name, dns in (("nsd", self.nsd), ("unbound", self.unbound)):
            host = self.strict(dnsbl="bl.test=127.0.0.2-127.0.0.11,all.test,empty.test", dnswl="wl.test", dnsbl_text=1, smtp_dns=dns.setting)
            with self.subTest(name):
                self.assertRegex(self.swaks(host, LISTED), r"554 5\.7\.1 .*\[127\.0\.0\.71\] is listed by bl\.test: see the list")
            for client in (CLEAN, GOOD, REFUSED):
                with self.subTest(name, client=client):
                    self.assertRegex(self.swaks(host, client), r"250 2\.0\.0 Ok: queued")

    def test_at_the_greeting(self):
        host = self.strict(dnsbl="bl.test", dnsbl_stage="connect")
        self.assertRegex(self.swaks(host, LISTED), r"554 5\.7\.1 .*is listed by bl\.test")

    def test_greylisting(self):
        early = self.strict(greylist=1, greylist_delay=3600)
        for _ in range(2):
            self.assertRegex(self.swaks(early, CLEAN), r"451 4\.7\.1 Greylisted")
        self.assertRegex(self.swaks(early, "127.0.0.1"), r"250 2\.0\.0 Ok: queued")

    def test_who_comes_again_after_the_delay_is_let_in(self):
        host = self.strict(greylist=1, greylist_delay=1)
        self.assertRegex(self.swaks(host, CLEAN), r"451 4\.7\.1 Greylisted")
        self.assertTrue(place.wait_until(lambda: "250 2.0.0 Ok: queued" in self.swaks(host, CLEAN), step=0.5))

    def test_the_senders_domain(self):
        host = self.strict(checkmx=1)
        self.assertRegex(self.swaks(host, CLEAN, "eve@nowhere.test"), r"550 5\.1\.8")
