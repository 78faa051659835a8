"""TLS to other hosts: taken where offered, required, checked; and servers that get it wrong."""

from support import place
from support.authority import Authority
from support.rogue import after, always, as_usual, hang, lose, raw, reset, say
from world import DeliveryTest

NAMES = ("good", "wrong", "expired", "foreign", "clear")


def injecting(session, line):
    """RFC 3207 §6: what came before the handshake must not count after it."""
    session.write(b"220 2.0.0 go ahead\r\n250-injected\r\n250 DSN\r\n250 2.1.0 sender ok\r\n250 2.1.5 ok\r\n")
    session.encrypt()


def under_tls(act):
    """In clear text the server does as it should."""
    return lambda session, line: (act if session.encrypted else as_usual)(session, line)


class RemoteTls(DeliveryTest):
    """`self.servers[name]`: each with its own fault, or none."""

    zone = [line for n, name in enumerate(NAMES) for line in (f"{name} MX 10 mx.{name}", f"mx.{name} A 127.0.0.{10 + n}")]
    zone += [line for n in range(10) for line in (f"bad{n} MX 10 mx.bad{n}", f"mx.bad{n} A 127.0.0.{30 + n}")]

    @classmethod
    def before(cls):
        cls.authority = Authority(cls.folder / "ca")
        cls.settings = {**cls.settings, "tls_cafile": cls.authority.cert}
        cls.certificates = {"good": cls.authority.issue("mx.good.test"), "wrong": cls.authority.issue("mx.elsewhere.test"),
                            "expired": cls.authority.issue("mx.expired.test", expired=True), "foreign": Authority(cls.folder / "ca2").issue("mx.foreign.test"), "clear": None}

    def server(self, name, **stages):
        return self.rogue(f"127.0.0.{10 + NAMES.index(name)}", certificate=self.certificates[name], **stages)

    def bad(self, n, **stages):
        return self.rogue(f"127.0.0.{30 + n}", certificate=self.certificates["good"], **stages)

    def comes(self, server, domain, encrypted=True):
        message = self.arrives(server, self.send(f"somebody@{domain}.test"))
        self.assertEqual(encrypted, message.session.encrypted, server.lines)
        return message

    def is_returned(self, server, domain):
        """It never goes out, and comes back with the reason when its life ends."""
        token = self.send(f"somebody@{domain}.test")
        group = self.report(token).recipients[f"somebody@{domain}.test"]
        self.assertEqual("failed", group["Action"])
        self.assertRegex(group["Status"], r"^[45]\.(7|4)\.\d")
        self.assertEqual([], server.seen)
        self.assertNotIn("RCPT", server.verbs())
        return group


class Opportunistic(RemoteTls):
    """The default: protection against who only listens."""

    settings = {}

    def test_any_certificate_will_do(self):
        for name in NAMES[:4]:
            with self.subTest(name):
                self.comes(self.server(name), name)

    def test_without_an_offer_in_clear_text(self):
        self.comes(self.server("clear"), "clear", False)

    def test_ehlo_is_said_again_after_the_handshake(self):
        server = self.server("good")
        self.comes(server, "good")
        self.assertEqual(["EHLO", "STARTTLS", "EHLO", "MAIL"], server.verbs()[:4])

    def test_starttls_refused(self):
        for n, acts in enumerate((always(say("454 4.7.0 TLS not available")), always(say("502 5.5.1 no")))):
            with self.subTest(n):
                server = self.bad(n, starttls=acts)
                message = self.arrives(server, self.send(f"somebody@bad{n}.test"))
                self.assertFalse(message.session.encrypted)

    def test_closing_in_place_of_the_handshake(self):
        server = self.bad(2, starttls=[after(say("421 4.7.0 too busy for TLS"), lose)])
        self.comes(server, "bad2")

    def test_a_handshake_that_fails_is_no_reason_to_keep_the_message(self):
        for n, act in enumerate((after(say("220 go ahead"), raw(b"what is TLS?\r\n" * 40), lose), after(say("220 go ahead"), lose)), 3):
            with self.subTest(n):
                server = self.bad(n, starttls=always(act))
                self.arrives(server, self.send(f"somebody@bad{n}.test"))

    def test_injected_text_is_not_taken_for_replies(self):
        server = self.bad(5, starttls=[injecting])
        token = self.send("somebody@bad5.test", rcpt_options=["NOTIFY=NEVER"])
        message = self.arrives(server, token)
        self.assertEqual(1, len(server.messages))
        self.assertEqual(["somebody@bad5.test"], message.to)
        self.assertTrue(message.text.endswith(b"last line\r\n"))

    def test_lost_after_the_handshake(self):
        server = self.bad(6, ehlo=[as_usual, lose])
        self.arrives(server, self.send("somebody@bad6.test"))

    def test_tls_that_comes_up_and_drops_is_done_without(self):
        for n, act in enumerate((lose, reset), 7):
            with self.subTest(n):
                self.comes(self.bad(n, ehlo=always(under_tls(act))), f"bad{n}", False)

    def test_starttls_without_an_answer_is_done_without(self):
        self.comes(self.bad(9, starttls=always(lose)), "bad9", False)


class SilentAtTls(RemoteTls):
    settings = {"pop_timeout": 2}

    def test_no_answer_to_starttls(self):
        self.comes(self.bad(0, starttls=always(hang)), "bad0", False)

    def test_no_handshake(self):
        self.comes(self.bad(1, starttls=always(after(say("220 go ahead"), hang))), "bad1", False)

    def test_no_answer_to_ehlo_under_tls(self):
        self.comes(self.bad(2, ehlo=always(under_tls(hang))), "bad2", False)


class NoTls(RemoteTls):
    settings = {"smtptls": 0}

    def test_the_offer_is_left_alone(self):
        server = self.server("good")
        self.comes(server, "good", False)
        self.assertNotIn("STARTTLS", server.verbs())


class OnlyTls(RemoteTls):
    settings = {"smtponlytls": 1, "queue_lifetime": 4}

    def test_with_an_offer_it_goes(self):
        self.comes(self.server("good"), "good")
        self.comes(self.server("wrong"), "wrong")

    def test_without_an_offer_it_comes_back(self):
        self.is_returned(self.server("clear"), "clear")

    def test_starttls_refused_it_comes_back(self):
        self.is_returned(self.bad(0, starttls=always(say("454 4.7.0 TLS not available"))), "bad0")

    def test_a_handshake_that_fails_it_comes_back(self):
        self.is_returned(self.bad(1, starttls=always(after(say("220 go ahead"), raw(b"what is TLS?\r\n" * 40), lose))), "bad1")

    def test_tls_that_drops_it_comes_back(self):
        self.is_returned(self.bad(2, ehlo=always(under_tls(lose))), "bad2")
        self.is_returned(self.bad(3, starttls=always(lose)), "bad3")

    def test_the_offer_comes_later(self):
        """Without it the message waits; it is not returned at once."""
        host = self.another(**{**self.settings, "queue_lifetime": 600})
        token = self.send("somebody@good.test", host=host)
        server = self.rogue("127.0.0.10")
        self.assertTrue(place.wait_until(lambda: server.sessions), self.logged(host))
        server.stop()
        self.arrives(self.server("good"), token)


class CheckedTls(RemoteTls):
    settings = {"smtponlytls": 1, "smtpchktls": 1, "queue_lifetime": 4}

    def test_the_right_certificate(self):
        self.comes(self.server("good"), "good")

    def test_a_wrong_name(self):
        self.is_returned(self.server("wrong"), "wrong")

    def test_an_expired_one(self):
        self.is_returned(self.server("expired"), "expired")

    def test_one_of_an_unknown_authority(self):
        self.is_returned(self.server("foreign"), "foreign")


class CheckedWhereOffered(RemoteTls):
    """smtpchktls without smtponlytls: what is offered has to be right."""

    settings = {"smtpchktls": 1, "queue_lifetime": 4}

    def test_the_right_certificate(self):
        self.comes(self.server("good"), "good")

    def test_a_wrong_one_is_not_taken_and_nothing_goes_in_clear_text(self):
        self.is_returned(self.server("wrong"), "wrong")

    def test_without_an_offer_in_clear_text(self):
        self.comes(self.server("clear"), "clear", False)
