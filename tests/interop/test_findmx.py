"""FindMX against nsd, directly and through unbound: every kind of zone that mail meets."""

import contextlib
import json
import sys
import unittest

from support import place
from support.dns import Nsd, Unbound

OK, ARGUMENT, NOT_FOUND, DNS, TIMEOUT, REFUSED = 0, -1, -8, -12, -15, -19
LONG = ".".join(["a" * 30] * 3)  # 92 octets

ZONE = [
    "several MX 20 second.several", "several MX 10 first.several", "several MX 30 third.several",
    "first.several A 127.0.1.1", "second.several A 127.0.1.2", "third.several A 127.0.1.3",
    *[f"equal MX 10 e{n}.equal" for n in range(4)], *[f"e{n}.equal A 127.0.2.{n + 1}" for n in range(4)],
    "four A 127.0.3.1", "four A 127.0.3.2",
    "six AAAA fd00::1",
    "sixmx MX 5 host.sixmx", "host.sixmx AAAA fd00::2",
    "both MX 5 host.both", "host.both A 127.0.4.1", "host.both AAAA fd00::3",
    "null MX 0 .",
    "nullandmore MX 0 .", "nullandmore MX 10 host.nullandmore", "host.nullandmore A 127.0.4.2",
    "alias CNAME alias2", "alias2 CNAME alias3", "alias3 CNAME several",
    "aliastohost CNAME four",
    "loop CNAME loop2", "loop2 CNAME loop3", "loop3 CNAME loop",
    "self CNAME self",
    "mxalias MX 10 cname.mxalias", "cname.mxalias CNAME host.mxalias", "host.mxalias A 127.0.5.1",
    "mxloop MX 10 loop",
    "*.wild MX 10 host.wild", "host.wild A 127.0.6.1",
    f"long MX 10 {LONG}", "long MX 20 short.long", f"{LONG} A 127.0.7.1", "short.long A 127.0.7.2",
    f"onlylong MX 10 {LONG}",
    "crowd MX 10 host.crowd", *[f"host.crowd A 127.0.8.{n + 1}" for n in range(30)],
    *[f"big MX {n} host-with-a-rather-long-name-number-{n}.big" for n in range(60)],
    *[f"host-with-a-rather-long-name-number-{n}.big A 127.0.9.{n + 1}" for n in range(60)],
    "nodata TXT nothing",
    "dangling MX 10 absent.dangling", "halfdangling MX 10 absent.dangling", "halfdangling MX 20 host.both",
    "addressmx MX 10 127.0.0.1.",
    "lame NS ns",
    "lamehost MX 10 host.lame", "halflame MX 10 host.lame", "halflame MX 20 host.both",
]


class FindMx(unittest.TestCase):
    """The same answers from an authoritative server and from a resolver."""

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(place.folder())
            nsd = stack.enter_context(Nsd(folder / "nsd", ZONE))
            unbound = stack.enter_context(Unbound(folder / "unbound", nsd))
            cls.servers = {"nsd": nsd.setting, "unbound": unbound.setting}
            cls.addClassCleanup(stack.pop_all().close)

    def ask(self, *domains, size=8, resolvers=None):
        """The answers of each server, domain by domain."""
        for name, setting in self.servers.items():
            asked = resolvers or setting
            result = place.run(sys.executable, place.ROOT / "tests" / "interop" / "findmx.py", place.LIBRARY, asked, size, *domains)
            self.assertEqual(0, result.returncode, result.stdout)
            for line in result.stdout.splitlines():
                answer = json.loads(line)
                with self.subTest(server=name, domain=answer["domain"]):
                    yield answer
            if resolvers:
                return

    def finds(self, domain, *hosts):
        for answer in self.ask(domain):
            self.assertEqual([list(h) for h in hosts], answer["hosts"], answer)
            self.assertEqual((len(hosts), OK), (answer["count"], answer["error"]), answer)

    def fails(self, domain, *errors):
        for answer in self.ask(domain):
            self.assertEqual(0, answer["count"], answer)
            self.assertIn(answer["error"], errors, answer)
            self.assertGreater(len(answer["message"]), 0)

    def test_several_come_by_preference(self):
        self.finds("several.test", ("first.several.test", 10, ["127.0.1.1"]), ("second.several.test", 20, ["127.0.1.2"]),
                   ("third.several.test", 30, ["127.0.1.3"]))

    def test_case_and_a_last_dot_do_not_matter(self):
        self.finds("BOTH.Test", ("host.both.test", 5, ["127.0.4.1"]))
        self.finds("both.test.", ("host.both.test", 5, ["127.0.4.1"]))

    def test_equal_ones_are_all_there_and_shuffled(self):
        orders = set()
        for answer in self.ask(*["equal.test"] * 12):
            self.assertEqual({f"e{n}.equal.test" for n in range(4)}, {h[0] for h in answer["hosts"]}, answer)
            orders.add(tuple(h[0] for h in answer["hosts"]))
        self.assertGreater(len(orders), 1)

    def test_without_mx_the_address_record_serves(self):
        for answer in self.ask("four.test"):
            self.assertEqual([("four.test", 0, ["127.0.3.1", "127.0.3.2"])], [(n, p, sorted(a)) for n, p, a in answer["hosts"]], answer)
        self.finds("six.test", ("six.test", 0, []))

    def test_a_host_with_ipv6_alone_has_no_addresses(self):
        self.finds("sixmx.test", ("host.sixmx.test", 5, []))
        self.finds("both.test", ("host.both.test", 5, ["127.0.4.1"]))

    def test_null_mx_takes_no_mail(self):
        self.fails("null.test", REFUSED)

    def test_null_mx_beside_others_is_passed_over(self):
        self.finds("nullandmore.test", ("host.nullandmore.test", 10, ["127.0.4.2"]))

    def test_aliases_are_followed(self):
        self.finds("alias.test", ("first.several.test", 10, ["127.0.1.1"]), ("second.several.test", 20, ["127.0.1.2"]),
                   ("third.several.test", 30, ["127.0.1.3"]))
        for answer in self.ask("aliastohost.test"):
            self.assertEqual([("four.test", 0, ["127.0.3.1", "127.0.3.2"])], [(n, p, sorted(a)) for n, p, a in answer["hosts"]], answer)
        for answer in self.ask("mxalias.test"):
            self.assertEqual([["127.0.5.1"]], [h[2] for h in answer["hosts"]], answer)

    def test_aliases_in_a_circle_end(self):
        for domain in ("loop.test", "self.test", "mxloop.test"):
            self.fails(domain, DNS, NOT_FOUND)

    def test_a_wildcard_counts(self):
        self.finds("anything.wild.test", ("host.wild.test", 10, ["127.0.6.1"]))
        self.finds("a.b.c.wild.test", ("host.wild.test", 10, ["127.0.6.1"]))

    def test_names_over_63_octets_are_left_out(self):
        self.finds("long.test", ("short.long.test", 20, ["127.0.7.2"]))
        for answer in self.ask("onlylong.test"):
            self.assertEqual(0, answer["count"], answer)

    def test_twelve_addresses_have_room(self):
        for answer in self.ask("crowd.test"):
            self.assertEqual(1, answer["count"], answer)
            self.assertEqual(12, len(set(answer["hosts"][0][2])), answer)

    def test_an_answer_that_needs_tcp(self):
        for answer in self.ask("big.test", size=10):
            self.assertEqual([(f"host-with-a-rather-long-name-number-{n}.big.test", n, [f"127.0.9.{n + 1}"]) for n in range(10)],
                             [tuple(h) for h in answer["hosts"]])

    def test_no_more_than_asked_for(self):
        for answer in self.ask("several.test", size=2):
            self.assertEqual(["first.several.test", "second.several.test"], [h[0] for h in answer["hosts"]])
        for answer in self.ask("several.test", size=0):
            self.assertEqual((0, ARGUMENT), (answer["count"], answer["error"]), answer)

    def test_no_such_domain_and_no_host(self):
        for domain in ("absent.test", "deep.absent.test", "nodata.test", "dangling.test", "addressmx.test"):
            self.fails(domain, NOT_FOUND)

    def test_one_good_host_is_enough(self):
        for domain in ("halfdangling.test", "halflame.test"):
            for answer in self.ask(domain):
                self.assertIn(["host.both.test", 20, ["127.0.4.1"]], answer["hosts"], answer)

    def test_a_lame_zone_is_not_known_for_now(self):
        for domain in ("lame.test", "host.lame.test", "lamehost.test"):
            self.fails(domain, DNS)

    def test_what_is_no_domain_is_an_argument(self):
        for domain in ("", "a..test", "x" * 64 + ".test", ".".join(["x" * 60] * 5), "127.0.0.1", "bad name.test"):
            self.fails(domain, ARGUMENT)

    def test_the_second_server_answers_when_nobody_listens_at_the_first(self):
        for answer in self.ask("both.test", resolvers=f"127.0.0.1:{place.free_port()},{self.servers['nsd']}"):
            self.assertEqual([["host.both.test", 5, ["127.0.4.1"]]], answer["hosts"], answer)

    def test_nobody_listens_at_all(self):
        for answer in self.ask("both.test", resolvers=f"127.0.0.1:{place.free_port()}"):
            self.assertEqual(0, answer["count"])
            self.assertIn(answer["error"], (DNS, TIMEOUT), answer)
