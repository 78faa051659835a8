"""Delivery in a network of its own, which test_apart.py makes: IPv6 works, IPv4 beyond 127.0.0.0/8 has no way, and what goes to 10.9.0.0/24
and fd09::/64 gets no answer."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import place  # noqa: E402
from support.dns import Nsd  # noqa: E402
from world import DeliveryTest  # noqa: E402

NO_WAY, NO_WAY_6, VANISHED, VANISHED_6 = "10.1.1.1", "fd01::1", "10.9.0.2", "fd09::2"


class Apart(DeliveryTest):
    zone = ["only6 MX 10 mx.only6", "mx.only6 AAAA fd00::2",
            "both MX 10 mx.both", "mx.both AAAA fd00::3", f"mx.both A {NO_WAY}",
            "four MX 10 mx.four", f"mx.four AAAA {NO_WAY_6}", "mx.four A 127.0.0.10",
            "vanish MX 10 mx1.vanish", "vanish MX 20 mx2.vanish", f"mx1.vanish A {VANISHED}", f"mx1.vanish AAAA {VANISHED_6}", "mx2.vanish AAAA fd00::4",
            "nowhere MX 10 mx.nowhere", f"mx.nowhere A {NO_WAY}", f"mx.nowhere AAAA {NO_WAY_6}"]
    settings = {"pop_timeout": 3, "queue_lifetime": 20}

    def goes(self, domain, address, seconds=place.PATIENCE):
        server = self.rogue(address)
        self.arrives(server, self.send(f"somebody@{domain}.test"), seconds)

    def test_a_host_with_ipv6_alone(self):
        self.goes("only6", "fd00::2")

    def test_ipv4_without_a_way(self):
        self.goes("both", "fd00::3")

    def test_ipv6_without_a_way(self):
        self.goes("four", "127.0.0.10")

    def test_a_first_host_that_never_answers(self):
        self.goes("vanish", "fd00::4")

    def test_no_way_at_all_is_temporary(self):
        token = self.send("somebody@nowhere.test")
        group = self.report(token).recipients["somebody@nowhere.test"]
        self.assertRegex(group["Status"], r"^[45]\.4\.\d")

    def test_a_first_name_server_that_never_answers(self):
        host = self.another(smtp_dns=f"{VANISHED},{self.nsd.setting}")
        server = self.rogue("fd00::2")
        self.arrives(server, self.send("somebody@only6.test", host=host))

    def test_a_name_server_with_ipv6(self):
        class Six(Nsd):
            address = "::1"
        with Six(self.folder / "six", self.zone) as nsd:
            host = self.another(smtp_dns=f"[::1]:{nsd.port}")
            server = self.rogue("fd00::2")
            self.arrives(server, self.send("somebody@only6.test", host=host))


class Inner(DeliveryTest):
    """Private addresses, with inner_mx as it is by default."""

    zone = ["private MX 10 mx.private", "mx.private AAAA fd00::2", "mixed MX 10 mx.private", "mixed MX 20 mx.mixed", "mx.mixed AAAA fd00::3"]
    settings = {"inner_mx": "own", "forward": 1, "pop_timeout": 3, "queue_lifetime": 20}

    def forward(self, user, text):
        home = self.host.root / "users" / user
        home.mkdir(parents=True, exist_ok=True)
        (home / "forward").write_text(text)
        self.addCleanup((home / "forward").unlink)

    def returned(self, token, host=None):
        group = self.report(token, host=host).recipients["x@private.test"]
        self.assertEqual(("failed", "5.4.4"), (group["Action"], group["Status"]))

    def test_mail_of_those_who_may_relay_goes_to_a_private_address(self):
        server = self.rogue("fd00::2")
        self.arrives(server, self.send("x@private.test"))

    def test_a_forward_does_not(self):
        self.forward("carl", "x@private.test\n")
        server = self.rogue("fd00::2")
        self.returned(self.send("carl@example.org"))
        self.assertEqual([], server.sessions)

    def test_a_report_does_not(self):
        """To a stranger's sender, of what a forward could not do."""
        self.forward("bert", "x@private.test\n")
        server = self.rogue("fd00::2")
        token = self.send("bert@example.org", sender="stranger@private.test")
        self.assertIsNotNone(self.host.wait_for("bert", token))
        self.arrives(server, self.send("x@private.test"))  # the queue has gone on
        self.assertFalse([m for m in server.messages if token in m.text])

    def test_it_is_still_own_mail_after_a_restart(self):
        host = self.another(queue_retry=2)
        token = self.send("x@private.test", host=host)
        self.assertEqual(0, host.stop())
        server = self.rogue("fd00::2")
        host.start()
        self.arrives(server, token)

    def test_deny_is_for_all_mail(self):
        server = self.rogue("fd00::2")
        host = self.another(inner_mx="deny")
        self.returned(self.send("x@private.test", host=host), host)
        self.assertEqual([], server.sessions)


if __name__ == "__main__":
    unittest.main()
