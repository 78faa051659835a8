"""All mail through one host: Postfix that asks Dovecot who may, and Dovecot's own submission service."""

import base64
import unittest

from support import place
from support.authority import Authority
from support.receivers import DovecotLogins, DovecotSubmission, PostfixHost
from support.rogue import Rogue, always, say
from world import DeliveryTest

USER, PASSWORD = "relay@example.net", "sesame, open 100%"


@unittest.skipUnless(place.is_root(), "Postfix and Dovecot need root")
class Smarthost(DeliveryTest):
    """One Postfix with a port for each mechanism and TLS mode. nsd knows the smarthost's name."""

    zone = ["smart A 127.0.0.2", "impostor A 127.0.0.2", "inner A 127.0.0.1"]
    MECHANISMS = ("plain", "login", "cram-md5", "scram-sha-256")

    @classmethod
    def before(cls):
        cls.authority = Authority(cls.folder / "ca")
        certificate = cls.authority.issue("smart.test")
        cls.logins = cls.stack.enter_context(DovecotLogins(cls.folder / "dovecot", {USER: PASSWORD}, cls.MECHANISMS))
        cls.ports = {name: place.free_port() for name in (*cls.MECHANISMS, "clear", "implicit", "open")}
        services = {cls.ports[m]: {"smtpd_sasl_mechanism_filter": m} for m in cls.MECHANISMS}
        services[cls.ports["clear"]] = {"smtpd_tls_security_level": "none"}
        services[cls.ports["implicit"]] = {"smtpd_tls_wrappermode": "yes"}
        services[cls.ports["open"]] = {"smtpd_sasl_auth_enable": "no", "smtpd_relay_restrictions": "permit_mynetworks, reject"}
        cls.postfix = cls.stack.enter_context(PostfixHost(cls.folder / "postfix", "127.0.0.2", cls.port, ["unused.test"], "smart.test", certificate,
                                                          auth=cls.logins.port, services=services))

    def through(self, port, *recipients, user=USER, password=PASSWORD, **settings):
        login = {"smtpproxy_user": user, "smtpproxy_password": f'"{password}"'} if user else {}
        host = self.another(smtpproxy=f"smart.test:{self.ports[port]}", tls_cafile=self.authority.cert, **login, **settings)
        return host, self.send(*(recipients or ("a@one.test", "b@two.test")), host=host)

    def comes(self, port, *words, count=2, **settings):
        _, token = self.through(port, **settings)
        for text in self.delivered(self.postfix, token, count):
            for word in words:
                self.assertIn(word, text)
        return text

    def test_each_mechanism(self):
        for mechanism in self.MECHANISMS:
            with self.subTest(mechanism):
                self.comes(mechanism, b"(Authenticated sender: " + USER.encode() + b")")

    def test_all_domains_in_one_transaction(self):
        texts = self.comes("plain")
        ids = {line for text in [texts] for line in text.split(b"\r\n") if b"ESMTPSA id" in line}
        self.assertEqual(1, len(ids))

    def test_tls_modes(self):
        for port, mode, word in (("plain", "opportunistic", b"(using TLSv1."), ("plain", "required", b"(using TLSv1."), ("implicit", "implicit", b"(using TLSv1."),
                                 ("cram-md5", "none", b"with ESMTPA id")):
            with self.subTest(mode):
                self.comes(port, word, smtpproxy_tls=mode)

    def test_required_tls_with_the_right_certificate(self):
        self.comes("plain", b"(using TLSv1.", smtpproxy_tls="required", smtpchktls=1)

    def test_without_login_where_none_is_asked_for(self):
        self.comes("open", user=None)

    def not_sent(self, port, **settings):
        host, token = self.through(port, queue_lifetime=4, **settings)
        report = self.report(token, host)
        self.assertEqual({"a@one.test", "b@two.test"}, set(report.recipients))
        self.assertEqual([], [t for t in self.postfix.texts() if token in t])
        return report

    def test_required_tls_is_not_offered(self):
        self.not_sent("clear", smtpproxy_tls="required")

    def test_a_wrong_password_keeps_the_message_until_its_end(self):
        report = self.not_sent("plain", password="wrong")
        self.assertIn("535", report.recipients["a@one.test"]["Diagnostic-Code"])

    def test_a_wrong_name_in_the_certificate(self):
        host = self.another(smtpproxy=f"impostor.test:{self.ports['open']}", tls_cafile=self.authority.cert, smtpproxy_tls="required", smtpchktls=1, queue_lifetime=4)
        token = self.send("a@one.test", host=host)
        self.report(token, host)
        self.assertEqual([], [t for t in self.postfix.texts() if token in t])

    def test_no_login_where_the_certificate_is_not_the_smarthosts(self):
        """Opportunistic TLS by default: the password is not told all the same, by whichever mechanism."""
        for mechanism in self.MECHANISMS:
            with self.subTest(mechanism):
                host = self.another(smtpproxy=f"impostor.test:{self.ports[mechanism]}", tls_cafile=self.authority.cert, queue_lifetime=4,
                                    smtpproxy_user=USER, smtpproxy_password=f'"{PASSWORD}"')
                token = self.send("a@one.test", host=host)
                self.assertIn("certificate", self.report(token, host).recipients["a@one.test"]["Diagnostic-Code"])
                self.assertEqual([], [t for t in self.postfix.texts() if token in t])

    def test_a_login_whatever_the_certificate_where_the_settings_say_so(self):
        host = self.another(smtpproxy=f"impostor.test:{self.ports['plain']}", smtpproxy_check=0, smtpproxy_user=USER, smtpproxy_password=f'"{PASSWORD}"')
        self.delivered(self.postfix, self.send("a@one.test", host=host))

    def test_login_is_asked_for_and_we_have_none(self):
        self.not_sent("plain", user=None)

    def test_dovecots_submission_service(self):
        """Dovecot takes it and passes it on as it comes."""
        with Rogue("127.0.0.9", self.port) as sink, DovecotSubmission(self.folder / "submission", {USER: PASSWORD}, (sink.address, sink.port),
                                                                      self.authority.issue("inner.test")) as dovecot:
            host = self.another(smtpproxy=f"inner.test:{dovecot.port}", smtpproxy_user=USER, smtpproxy_password=f'"{PASSWORD}"',
                                tls_cafile=self.authority.cert)
            token = self.send("a@one.test", "b@two.test", host=host)
            self.assertEqual(["a@one.test", "b@two.test"], self.arrives(sink, token).to)


class SmarthostLogins(DeliveryTest):
    """Servers that log in as some in the field do, on this machine, which may get the password in clear text."""

    PLAIN = "AUTH PLAIN " + base64.b64encode(b"\0user\0secret").decode()

    def arrives_by(self, *acts, mechanisms="PLAIN LOGIN"):
        port = place.free_port()
        host = self.another(smtpproxy=f"127.0.0.8:{port}", smtpproxy_user="user", smtpproxy_password="secret")
        with Rogue("127.0.0.8", port, capabilities=(f"AUTH {mechanisms}",), auth=acts) as server:
            self.arrives(server, self.send("a@one.test", host=host))
            self.assertEqual(1, sum(line.startswith("MAIL") for line in server.lines))
            return [line for line in server.lines if line.startswith("AUTH")]

    @staticmethod
    def prompts(*words):
        def act(session, line):
            heard = []
            for word in words:
                session.write(f"334 {word}\r\n".encode())
                heard.append(base64.b64decode(session.file.readline()))
            session.write(b"235 welcome\r\n" if heard == [b"user", b"secret"] else b"535 no\r\n")
        return act

    def test_a_refused_mechanism_is_followed_by_the_next(self):
        self.assertEqual(["AUTH CRAM-MD5", self.PLAIN], self.arrives_by(say("535 5.7.8 not that way"), say("235 welcome"), mechanisms="CRAM-MD5 PLAIN"))
        self.assertEqual([self.PLAIN, "AUTH LOGIN"], self.arrives_by(say("535 5.7.8 not that way"), self.prompts("VXNlcm5hbWU6", "UGFzc3dvcmQ6")))

    def test_login_prompts_in_plain_text(self):
        self.assertEqual(["AUTH LOGIN"], self.arrives_by(self.prompts("Username:", "Password:"), mechanisms="LOGIN"))


class OwnNames(DeliveryTest):
    """What other hosts hear us call ourselves, and how often they hear a recipient."""

    zone = ["one MX 10 mx.one", "mx.one A 127.0.0.8"]

    def test_the_name_in_ehlo_is_one_that_other_hosts_take(self):
        for name, said in (("laptop", "[127.0.0.1]"), ("192.0.2.7", "[192.0.2.7]"), ("2001:db8::7", "[IPv6:2001:db8::7]"), ("bücher.example", "xn--bcher-kva.example")):
            with self.subTest(name):
                server = self.rogue("127.0.0.8")
                host = self.another(smtp_name=name, local_domain="example.org")
                text = self.arrives(server, self.send("a@one.test", host=host)).text
                self.assertEqual(f"EHLO {said}", server.lines[0])
                self.assertTrue(text.isascii())
                self.assertIn("smtp_name", self.logged(host))

    def test_a_recipient_that_is_named_three_times_is_said_once(self):
        server = self.rogue("127.0.0.8")
        self.assertEqual(["a@one.test"], self.arrives(server, self.send("a@one.test", "a@one.test", "a@ONE.test")).to)


class SmarthostDown(DeliveryTest):
    def test_a_greeting_of_554_for_a_moment_makes_no_mail_come_back(self):
        port = place.free_port()
        host = self.another(smtpproxy=f"127.0.0.8:{port}")
        with Rogue("127.0.0.8", port, greeting=[say("554 5.3.2 not now")] * 2) as server:
            first, second = self.send("a@one.test", host=host), self.send("b@two.test", host=host)
            self.arrives(server, first)
            self.arrives(server, second)
            self.assertEqual([], self.reports(first, host) + self.reports(second, host))

    def test_it_waits_for_the_smarthost_and_dns_does_not_matter(self):
        port = place.free_port()
        host = self.another(smtpproxy=f"127.0.0.8:{port}", smtp_dns=f"127.0.0.1:{place.free_port()}")
        token = self.send("a@one.test", "b@absent.test", host=host)
        place.wait_until(lambda: False, 1)
        with Rogue("127.0.0.8", port, greeting=[say("421 4.3.2 not yet")]) as sink:
            self.assertEqual(["a@one.test", "b@absent.test"], self.arrives(sink, token).to)

    def test_its_refusal_is_final_for_the_recipient(self):
        port = place.free_port()
        host = self.another(smtpproxy=f"127.0.0.8:{port}")
        with Rogue("127.0.0.8", port, rcpt=always(say("550 5.7.1 not through me"))):
            token = self.send("a@one.test", host=host)
            self.assertIn("not through me", self.report(token, host).recipients["a@one.test"]["Diagnostic-Code"])
