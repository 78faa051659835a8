"""Which host: preferences, fall-back from one to the next, IPv6 and IPv4, a dead one beside live ones, ourselves in the list."""

import threading
import time

from support import place
from support.rogue import Unanswered, after, always, hang, lose, say
from world import DeliveryTest


def hosts(domain, *preferred):
    """MX records and addresses: (preference, address...)."""
    lines = []
    for n, (preference, *addresses) in enumerate(preferred):
        lines.append(f"{domain} MX {preference} mx{n}.{domain}")
        lines += [f"mx{n}.{domain} {'AAAA' if ':' in a else 'A'} {a}" for a in addresses]
    return lines


class Walk(DeliveryTest):
    zone = [*hosts("prefer", (20, "127.0.0.11"), (10, "127.0.0.10")), *hosts("down", (10, "127.0.0.12"), (20, "127.0.0.13")),
            *hosts("greets4", (10, "127.0.0.14"), (20, "127.0.0.15")), *hosts("greets5", (10, "127.0.0.16"), (20, "127.0.0.17")),
            *hosts("closes", (10, "127.0.0.18"), (20, "127.0.0.19")), *hosts("silent", (10, "127.0.0.20"), (20, "127.0.0.21")),
            *hosts("addresses", (10, "127.0.0.22", "127.0.0.23", "127.0.0.24")), *hosts("six", (10, "::1", "127.0.0.25")), *hosts("sixgone", (10, "fd99::1", "127.0.0.26")),
            "implicit A 127.0.0.27", "implicit6 AAAA ::1", "null MX 0 .", "alias CNAME prefer", *hosts("equal", (10, "127.0.0.28"), (10, "127.0.0.29")),
            *hosts("lost", (10, "127.0.0.30"), (20, "127.0.0.31")), "lame NS ns", *hosts("dead", (10, "127.0.0.40")), *hosts("hung", (10, "127.0.0.41")),
            *hosts("live", (10, "127.0.0.42")), *hosts("many", (10, "127.0.0.43")), *hosts("mailput", (10, "127.0.0.44"), (20, "127.0.0.45")),
            *hosts("noanswer", (10, "127.0.0.48"), (20, "127.0.0.49")), *hosts("refuser", (10, "127.0.0.46"), (20, "127.0.0.47"))]
    settings = {"pop_timeout": 5}

    def goes_to(self, domain, good, others=(), **stages):
        """The message arrives at the good one of several servers; the others are given back."""
        bad = [self.rogue(address, **stages) for address in others]
        server = self.rogue(good)
        self.arrives(server, self.send(f"somebody@{domain}.test"))
        self.assertEqual([], [m for s in bad for m in s.messages])
        return bad

    def test_the_lowest_preference_first(self):
        bad = self.goes_to("prefer", "127.0.0.10", ["127.0.0.11"])
        self.assertEqual([], bad[0].lines)

    def test_nobody_listens_at_the_first(self):
        self.goes_to("down", "127.0.0.13")

    def test_the_first_says_4xx_in_its_greeting(self):
        self.goes_to("greets4", "127.0.0.15", ["127.0.0.14"], greeting=always(after(say("450 4.3.2 not today"), lose)))

    def test_the_first_says_554_in_its_greeting(self):
        self.goes_to("greets5", "127.0.0.17", ["127.0.0.16"], greeting=always(say("554 5.3.2 no service here")))

    def test_the_first_closes(self):
        self.goes_to("closes", "127.0.0.19", ["127.0.0.18"], greeting=always(lose))

    def test_the_first_is_silent(self):
        self.goes_to("silent", "127.0.0.21", ["127.0.0.20"], greeting=always(hang))

    def test_the_first_is_lost_at_ehlo(self):
        self.goes_to("lost", "127.0.0.31", ["127.0.0.30"], ehlo=always(lose))

    def test_connecting_to_the_first_gets_no_answer(self):
        with Unanswered("127.0.0.48", self.port):
            self.goes_to("noanswer", "127.0.0.49")

    def test_the_other_addresses_of_a_host(self):
        self.goes_to("addresses", "127.0.0.23")

    def test_a_lame_zone_is_no_bounce(self):
        token = self.send("somebody@lame.test")
        good = self.rogue("127.0.0.42")
        self.arrives(good, self.send("somebody@live.test"))
        self.assertEqual([], self.reports(token))

    def test_ipv6_without_an_answer_then_ipv4(self):
        self.goes_to("six", "127.0.0.25")

    def test_ipv6_without_a_way_then_ipv4(self):
        self.goes_to("sixgone", "127.0.0.26")

    def test_ipv6_where_it_is_answered(self):
        server = self.rogue("::1")
        self.arrives(server, self.send("somebody@implicit6.test"))

    def test_without_mx_the_address(self):
        self.goes_to("implicit", "127.0.0.27")

    def test_an_alias(self):
        server = self.rogue("127.0.0.10")
        message = self.arrives(server, self.send("somebody@alias.test"))
        self.assertEqual(["somebody@alias.test"], message.to)

    def test_equal_ones_share(self):
        one, other = self.rogue("127.0.0.28"), self.rogue("127.0.0.29")
        for n in range(200):
            self.send("somebody@equal.test")
            if n >= 5 and place.wait_until(lambda: one.messages and other.messages, 0.3):
                break
        self.assertTrue(one.messages and other.messages, "all went to one of two equal hosts")

    def test_a_refusal_of_the_recipient_is_not_asked_about_elsewhere(self):
        one, other = self.rogue("127.0.0.46", rcpt=always(say("550 5.1.1 no"))), self.rogue("127.0.0.47")
        token = self.send("somebody@refuser.test")
        self.assertIn("mx0.refuser.test", self.report(token).recipients["somebody@refuser.test"]["Remote-MTA"])
        self.assertEqual([], other.messages)
        self.assertEqual(1, one.verbs().count("RCPT"))

    def test_null_mx_is_a_bounce_at_once(self):
        token = self.send("somebody@null.test")
        group = self.report(token).recipients["somebody@null.test"]
        # RFC 7505 §4.2: 5.1.10 for a recipient whose domain takes no mail
        self.assertEqual(("failed", "5.1.10"), (group["Action"], group["Status"]))

    def test_no_such_domain_is_a_bounce_at_once(self):
        token = self.send("somebody@absent.test")
        group = self.report(token).recipients["somebody@absent.test"]
        self.assertEqual(("failed", "5.1.2"), (group["Action"], group["Status"]))

    def test_an_address_literal_needs_no_dns(self):
        server = self.rogue("127.0.0.43")
        message = self.arrives(server, self.send("somebody@[127.0.0.43]"))
        self.assertEqual(["somebody@[127.0.0.43]"], message.to)

    def test_several_recipients_of_a_domain_in_one_transaction(self):
        server = self.rogue("127.0.0.43")
        token = self.send("a@many.test", "b@many.test", "c@MANY.test")
        message = self.arrives(server, token)
        self.assertEqual(["a@many.test", "b@many.test", "c@MANY.test"], message.to)
        self.assertEqual(1, len(server.seen))

    def test_many_messages_share_connections(self):
        """They gather while the host greets nobody; then a few connections are enough."""
        gathered = threading.Event()

        def late(session, line):
            gathered.wait(300)
            session.good_greeting(line)
        server, host = self.rogue("127.0.0.43", greeting=always(late)), self.another(pop_timeout=300)
        self.addCleanup(gathered.set)
        tokens = {self.send("somebody@many.test", host=host) for _ in range(100)}
        gathered.set()
        self.assertTrue(place.wait_until(lambda: len(server.messages) >= 100), self.logged(host))
        self.assertEqual(100, len(server.seen))
        self.assertTrue(all(any(token in m.text for m in server.messages) for token in tokens))
        self.assertLessEqual(len(server.peers), 20)

    def test_dead_and_hung_destinations_do_not_delay_others(self):
        hung, live, host = self.rogue("127.0.0.41", greeting=always(hang)), self.rogue("127.0.0.42"), self.another(pop_timeout=300)
        for _ in range(100):
            self.send("somebody@dead.test", host=host)
            self.send("somebody@hung.test", host=host)
            self.send("somebody@lame.test", host=host)
        tokens = [self.send("somebody@live.test", host=host) for _ in range(20)]
        for token in tokens:
            self.arrives(live, token)  # in less than the hung one's time-out
        self.assertLessEqual(len(hung.sessions), 30)


class Ourselves(DeliveryTest):
    """RFC 5321 §5.1: hosts no better than ourselves are not tried, and if we are the best it is a loop."""

    zone = ["backup MX 10 better.backup", "backup MX 20 example.org.", "backup MX 30 worse.backup", "better.backup A 127.0.0.50", "worse.backup A 127.0.0.51",
            "best MX 10 example.org.", "best MX 20 worse.backup"]

    def test_only_better_hosts_are_tried(self):
        worse = self.rogue("127.0.0.51")
        token = self.send("somebody@backup.test")
        place.wait_until(lambda: worse.messages, 3)
        self.assertEqual([], worse.messages)
        better = self.rogue("127.0.0.50")
        self.arrives(better, token)

    def test_we_are_the_best_host_of_a_domain_that_is_not_ours(self):
        worse = self.rogue("127.0.0.51")
        group = self.report(self.send("somebody@best.test")).recipients["somebody@best.test"]
        self.assertEqual("failed", group["Action"])
        self.assertRegex(group["Status"], r"5\.[34]\.\d+")
        self.assertEqual([], worse.messages)


class Restart(DeliveryTest):
    zone = [*hosts("later", (10, "127.0.0.60")), *hosts("now", (10, "127.0.0.61"))]

    def test_the_queue_survives_a_restart(self):
        host = self.another(queue_retry="2")
        tokens = [self.send("a@later.test", "b@later.test", host=host) for _ in range(20)]
        self.assertEqual(0, host.stop(), host.said())
        server = self.rogue("127.0.0.60")
        began = time.monotonic()
        host.start()
        for token in tokens:
            self.assertEqual(["a@later.test", "b@later.test"], self.arrives(server, token).to)
        self.assertEqual(20, len(server.messages))
        self.assertLess(time.monotonic() - began, 60)

    def test_who_has_it_does_not_get_it_again_after_a_kill(self):
        host = self.another(queue_retry="2")
        now = self.rogue("127.0.0.61")
        tokens = [self.send("a@now.test", "b@later.test", host=host) for _ in range(20)]
        for token in tokens:
            self.arrives(now, token)
        self.assertTrue(place.wait_until(lambda: now.verbs().count("QUIT") == len(now.sessions)))
        self.send("anna@example.org", host=host)  # what is done is noted with the next group at the latest, and this one is in it
        host.kill()
        later = self.rogue("127.0.0.60")
        host.start()
        for token in tokens:
            self.arrives(later, token)
        self.assertEqual(20, len(now.seen), "sent again to a recipient who has it")
        self.assertEqual(20, len(later.seen))
