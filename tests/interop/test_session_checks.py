"""What handlers of a host see of lists in the DNS (mm_session_get_check), served by nsd and by unbound, about clients
of IPv4 and IPv6 whom a PROXY header names."""

import contextlib
import ipaddress
import socket
import time
import unittest

from clients import mailmodule
from mailmodule import CheckResult, SmtpHandlers, SmtpServer
from support import place
from support.dns import Nsd, Unbound

LISTED, CLEAN, OUTSIDE, REFUSED, GOOD = (f"198.51.100.{number}" for number in range(7, 12))
LISTED6, CLEAN6, OUTSIDE6, REFUSED6 = "2001:db8::7", "2001:db8::8", "2001:db8:ffff::9", "2001:db8::a"


def entry(address, zone, answer):
    name = ipaddress.ip_address(address).reverse_pointer
    return f"{name.removesuffix('.in-addr.arpa').removesuffix('.ip6.arpa')}.{zone} A {answer}"


def tested(zone, answer="127.0.0.2"):
    """The entries by which a list shows that it is one (RFC 5782)."""
    return [entry("127.0.0.2", zone, answer), entry("::ffff:127.0.0.2", zone, answer)]


ZONE = [
    *tested("bl"), entry(LISTED, "bl", "127.0.0.4"), entry(LISTED6, "bl", "127.0.0.5"),
    entry(OUTSIDE, "bl", "127.0.1.1"), entry(OUTSIDE6, "bl", "127.0.1.1"),
    entry(REFUSED, "bl", "127.255.255.254"), entry(REFUSED6, "bl", "127.255.255.254"),
    *tested("wl"), entry(GOOD, "wl", "127.0.10.1"), entry(GOOD, "bl", "127.0.0.4"),
    *tested("refusing", "127.255.255.252"), entry(LISTED, "refusing", "127.255.255.252"),
    *tested("all"), entry("127.0.0.1", "all", "127.0.0.2"), entry("::ffff:127.0.0.1", "all", "127.0.0.2"),
    entry(CLEAN, "all", "127.0.0.2"),
]


class Seen(SmtpHandlers):
    """Keeps what each step sees, and refuses at RCPT whom a list has."""

    def __init__(self):
        self.steps = {}

    def see(self, step, session):
        self.steps[step] = {f"{check.kind} {check.name}": (check.result, check.answer) for check in session.checks}

    def connect(self, session):
        self.steps = {}
        self.see("connect", session)

    def mail(self, session, mail):
        self.see("mail", session)

    def rcpt(self, session, recipient):
        self.see("rcpt", session)
        bad = [check.name for check in session.checks if check.kind == "dnsbl" and check.result == CheckResult.LISTED]
        good = any(check.kind == "dnswl" and check.result == CheckResult.LISTED for check in session.checks)
        return session.reply(550, f"{bad[0]} has you", status="5.7.1") if bad and not good else None


class Host:
    """An engine with a server in front of which a proxy stands."""

    def __init__(self, test, dns, stage, **settings):
        self.seen = Seen()
        folder = test.enterContext(place.folder())
        engine = mailmodule.Engine({
            "mail_root": folder, "smtp_name": "example.org", "user": "anna;secret;;PS", "proxy_range": "127.0.0.1",
            "smtp_dns": dns, "dnsbl": "bl.test=127.0.0.2-127.0.0.11", "dnswl": "wl.test", "dnsbl_stage": stage,
            "spf": 0, "dkim_verify": 0, "arc": 0, **settings})
        test.addCleanup(engine.close, 0)
        self.server = SmtpServer(engine, mailmodule.PORT_ANY, "127.0.0.1", handlers=self.seen)
        self.server.start()

    def replies(self, client):
        """A session of a client of that address: the replies to EHLO, MAIL and RCPT, which are sent together."""
        version = ipaddress.ip_address(client).version
        own = "127.0.0.1" if version == 4 else "::1"
        said = f"PROXY TCP{version} {client} {own} 4321 25\r\n"
        with contextlib.closing(socket.create_connection(("127.0.0.1", self.server.port), timeout=30)) as connection:
            connection.sendall(said.encode())
            text = connection.makefile("rb")
            replies = [text.readline()]
            if replies[0].startswith(b"220"):
                connection.sendall(b"HELO client.example.net\r\nMAIL FROM:<eve@example.net>\r\n"
                                   b"RCPT TO:<anna@example.org>\r\nQUIT\r\n")
                replies += text.readlines()
        return [reply.decode().rstrip() for reply in replies]


def outcome(host, client):
    """What `mail` and `rcpt` see, which is the same, and the reply to RCPT."""
    reply = host.replies(client)[3]
    assert host.seen.steps["mail"] == host.seen.steps["rcpt"], host.seen.steps
    return host.seen.steps["mail"], reply


class SessionChecks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(place.folder())
            nsd = stack.enter_context(Nsd(folder / "nsd", ZONE, lame=("down.test",)))
            unbound = stack.enter_context(Unbound(folder / "unbound", lines=ZONE))
            behind = stack.enter_context(Unbound(folder / "behind", nsd))
            cls.servers = {"nsd": nsd.setting, "unbound": unbound.setting, "nsd behind unbound": behind.setting}
            cls.addClassCleanup(stack.pop_all().close)

    def each(self, stage="none", **settings):
        for name, setting in self.servers.items():
            with self.subTest(name):
                yield Host(self, setting, stage, **settings)

    def test_every_kind_of_answer_about_both_families(self):
        for host in self.each():
            for client, result, answer in (
                    (LISTED, CheckResult.LISTED, "127.0.0.4"), (CLEAN, CheckResult.NOT_LISTED, ""),
                    (OUTSIDE, CheckResult.OUT_OF_RANGE, "127.0.1.1"),
                    (REFUSED, CheckResult.REFUSED, "127.255.255.254"), (LISTED6, CheckResult.LISTED, "127.0.0.5"),
                    (CLEAN6, CheckResult.NOT_LISTED, ""), (OUTSIDE6, CheckResult.OUT_OF_RANGE, "127.0.1.1"),
                    (REFUSED6, CheckResult.REFUSED, "127.255.255.254")):
                with self.subTest(client):
                    seen, reply = outcome(host, client)
                    self.assertEqual(
                        {"dnsbl bl.test": (result, answer), "dnswl wl.test": (CheckResult.NOT_LISTED, "")}, seen)
                    listed = result == CheckResult.LISTED
                    self.assertEqual("550 5.7.1 bl.test has you" if listed else "250 2.1.5 Recipient ok", reply)

    def test_a_list_of_good_hosts_is_seen_beside(self):
        for host in self.each():
            seen, reply = outcome(host, GOOD)
            self.assertEqual({"dnsbl bl.test": (CheckResult.LISTED, "127.0.0.4"),
                              "dnswl wl.test": (CheckResult.LISTED, "127.0.10.1")}, seen)
            self.assertEqual("250 2.1.5 Recipient ok", reply)

    def test_a_list_that_is_out_of_order_says_why(self):
        for host in self.each(dnsbl="refusing.test,all.test,none.test"):
            for client in (LISTED, CLEAN, LISTED):
                seen, reply = outcome(host, client)
                self.assertEqual(
                    {"dnsbl refusing.test": (CheckResult.REFUSED, "127.255.255.252"),
                     "dnsbl all.test": (CheckResult.UNKNOWN, ""), "dnsbl none.test": (CheckResult.UNKNOWN, ""),
                     "dnswl wl.test": (CheckResult.NOT_LISTED, "")}, seen)
                self.assertEqual("250 2.1.5 Recipient ok", reply)

    def test_a_connection_sees_the_answers_where_lists_count_for_it(self):
        for host in self.each(stage="connect"):
            for client, result, answer, greeting in ((LISTED6, CheckResult.LISTED, "127.0.0.5", "554"),
                                                     (CLEAN6, CheckResult.NOT_LISTED, "", "220")):
                self.assertEqual(greeting, host.replies(client)[0][:3])
                self.assertEqual((result, answer), host.seen.steps["connect"]["dnsbl bl.test"])

    def test_a_server_of_a_list_that_fails_is_down(self):
        host = Host(self, self.servers["nsd"], "none", dnsbl="down.test")
        for _ in range(2):
            seen, reply = outcome(host, LISTED)
            self.assertEqual((CheckResult.DOWN, ""), seen["dnsbl down.test"])
            self.assertEqual("250 2.1.5 Recipient ok", reply)

    def test_a_silent_server_counts_as_not_listed_when_the_time_is_up(self):
        with socket.socket(type=socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            host = Host(self, f"127.0.0.1:{silent.getsockname()[1]}", "none", dnsbl_timeout=1)
            began = time.monotonic()
            seen, reply = outcome(host, LISTED)
            self.assertEqual(
                {"dnsbl bl.test": (CheckResult.DOWN, ""), "dnswl wl.test": (CheckResult.DOWN, "")}, seen)
            self.assertEqual("250 2.1.5 Recipient ok", reply)
            self.assertTrue(0.5 < time.monotonic() - began < 10, "the time for look-ups is a second")

    def test_nobody_listens_there(self):
        host = Host(self, f"127.0.0.1:{place.free_port()}", "none", dnsbl_timeout=2)
        seen, reply = outcome(host, LISTED)
        self.assertEqual((CheckResult.DOWN, ""), seen["dnsbl bl.test"])
        self.assertEqual("250 2.1.5 Recipient ok", reply)


if __name__ == "__main__":
    unittest.main()
