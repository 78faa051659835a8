"""Our client against Postfix: in clear text, with STARTTLS and with TLS from the first octet; logins by Cyrus SASL and by Dovecot."""

import unittest

from clients import PASSWORD, USER, ErrorCode, TestOfClient, mailmodule
from mailmodule import SendOptions, SmtpMessage, Tls
from support import place
from support.receivers import CyrusLogins, DovecotLogins, PostfixHost

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")


@unittest.skipUnless(place.is_root(), "Postfix needs root")
class ToPostfix(TestOfClient):
    @classmethod
    def before(cls):
        cls.tls_port, cls.small_port = place.free_port(), place.free_port()
        services = {cls.tls_port: {"smtpd_tls_wrappermode": "yes"}, cls.small_port: {"message_size_limit": "20000", "smtpd_discard_ehlo_keywords": "CHUNKING"}}
        cls.postfix = cls.stack.enter_context(PostfixHost(cls.folder / "postfix", "127.0.0.2", place.free_port(), ["example.net"], "mx.example.net",
                                                          cls.authority.issue("mx.example.net"), services=services))

    def hello(self):
        return self.open(self.postfix.port, "127.0.0.2")

    def sends(self, client, *recipients):
        """A message verb by verb."""
        _, message = self.letter()
        self.answers(250, client.mail("anna@example.org", f"SIZE={len(message)}"))
        for to in recipients:
            self.answers(250, client.rcpt(to))
        self.answers(354, client.data())
        client.write(message[:300], first=True)
        self.assertIn("queued", self.answers(250, client.end(message[300:])).text)
        self.arrives(self.postfix, message, len(recipients))

    def test_verb_by_verb_in_clear_text(self):
        client = self.hello()
        self.sends(client, "bert@example.net", "carl@example.net")
        self.sends(client, "bert@example.net")
        self.answers(221, client.quit())
        self.fails(ErrorCode.STATE, client.noop)

    def test_verb_by_verb_after_starttls(self):
        client = self.protected(self.postfix.port, "127.0.0.2", "mx.example.net")
        self.assertIsNone(client.capability("STARTTLS"))
        self.sends(client, "bert@example.net")

    def test_verb_by_verb_with_tls_from_the_first_octet(self):
        client = self.client()
        client.connect("127.0.0.2", self.tls_port, greeting=False)
        self.answers(220, client.start_tls("mx.example.net", greeting=True))
        self.answers(250, client.ehlo())
        self.sends(client, "bert@example.net")

    def test_in_chunks(self):
        client, (_, message) = self.hello(), self.letter()
        self.answers(250, client.mail("anna@example.org"))
        self.answers(250, client.rcpt("bert@example.net"))
        for at in range(0, len(message), 77):
            self.answers(250, client.bdat(message[at:at + 77], last=at + 77 >= len(message)))
        self.arrives(self.postfix, message)

    def test_the_other_verbs(self):
        client = self.hello()
        self.answers(252, client.vrfy("bert@example.net"))
        self.answers(500, client.expn("everybody"))
        self.answers(250, client.mail("", "BODY=8BITMIME RET=HDRS ENVID=x1"))
        self.answers(250, client.rcpt("<bert@example.net>", "NOTIFY=NEVER"))
        self.answers(503, client.mail("again@example.org"))
        self.answers(250, client.rset())
        self.answers(503, client.data())
        for line in ("NOOP one", "NOOP two", "XFOO"):
            client.send_command(line)
        self.assertEqual([250, 250, 500], [client.receive().code for _ in range(3)])

    def test_the_samples_in_whole_transactions_are_pipelined_and_whole(self):
        client, told = self.hello(), []
        messages = [SmtpMessage("anna@example.org", ["bert@example.net", "nobody@example.net", "full@example.net"], path=path) for path in place.MESSAGES]
        client.send_all(messages, lambda number, sent: told.append([one.code for one in sent]))
        self.assertEqual([[250, 554, 450]] * len(messages), told)
        for path in place.MESSAGES:
            text = place.crlf(path.read_bytes())
            found = place.wait_until(lambda text=text: [one for one in self.postfix.texts() if one.endswith(text)])
            self.assertEqual(1, len(found), path)

    def test_a_message_from_octets_from_a_file_and_from_a_function(self):
        client, letters = self.hello(), [self.letter(b"line\r\n" * 50_000)[1] for _ in range(3)]
        path = self.folder / "letter.eml"
        path.write_bytes(letters[1])
        at = [0]

        def read(size):
            piece = letters[2][at[0]:at[0] + min(size, 7000)]
            at[0] += len(piece)
            return piece
        for source in ({"content": letters[0]}, {"path": path}, {"read": read}):
            self.assertEqual([250], [one.code for one in client.send_message(SmtpMessage("anna@example.org", ["bert@example.net"], **source))])
        for letter in letters:
            self.arrives(self.postfix, letter)

    def test_a_message_that_is_larger_than_the_server_takes(self):
        client, (_, large), (_, small) = self.open(self.small_port, "127.0.0.2"), self.letter(b"line\r\n" * 5000), self.letter()
        told = []
        client.send_all([SmtpMessage("anna@example.org", ["bert@example.net"], text) for text in (large, small)], lambda number, sent: told.append((sent[0].error, sent[0].code)))
        self.assertEqual([(ErrorCode.LIMIT, 0), (ErrorCode.OK, 250)], told)
        self.arrives(self.postfix, small)

    def test_mail_in_one_call_each_way_of_tls(self):
        for tls, port in ((Tls.NONE, self.postfix.port), (Tls.OPPORTUNISTIC, self.postfix.port), (Tls.REQUIRED, self.postfix.port), (Tls.IMPLICIT, self.tls_port)):
            with self.subTest(tls):
                token = self.letter()[0].decode()
                options = SendOptions(host="127.0.0.2", port=port, tls=tls, tls_check=mailmodule.TlsCheck.NEVER)
                result = mailmodule.send_mail(self.engine, "Änne Doe <anna@example.org>", ["Bert <bert@example.net>", "nobody@example.net"], cc="carl@example.net",
                                              bcc="dora@example.net", subject=f"{token} Größe", text="Grüße\n.\nEnde\n", options=options)
                self.assertEqual([0, 554, 0, 0], [one.reply_code if one.error else 0 for one in result.recipients])
                self.assertEqual(tls != Tls.NONE, result.recipients[0].tls.startswith("TLSv1."))
                for text in self.delivered(self.postfix, token.encode(), 3):
                    self.assertNotIn(b"dora@", text.split(b"From:", 1)[1])

    def test_mail_in_one_call_with_a_certificate_of_another_name_does_not_go(self):
        options = SendOptions(host="127.0.0.2", port=self.postfix.port, tls=Tls.REQUIRED, tls_check=mailmodule.TlsCheck.ALWAYS)
        result = mailmodule.send_mail(self.engine, "anna@example.org", "bert@example.net", subject="x", text="x", options=options)
        self.assertIn(result.outcome, (ErrorCode.TLS, ErrorCode.CERTIFICATE_NAME))


class Logins:
    """`cls.logins`: what Postfix asks."""

    @classmethod
    def before(cls):
        cls.ports = {name: place.free_port() for name in (*MECHANISMS, "clear")}
        services = {port: {"smtpd_sasl_mechanism_filter": name if name in MECHANISMS else ", ".join(MECHANISMS), "smtpd_error_sleep_time": "0"} for name, port in cls.ports.items()}
        services[cls.ports["clear"]]["smtpd_tls_security_level"] = "none"
        cls.postfix = cls.stack.enter_context(PostfixHost(cls.folder / "postfix", "127.0.0.2", place.free_port(), ["unused.test"], "mx.example.net",
                                                          cls.authority.issue("mx.example.net"), auth=cls.logins(), services=services))

    def with_tls(self, name):
        return self.protected(self.ports[name], "127.0.0.2", "mx.example.net")

    def test_each_mechanism_by_name_and_by_choice(self):
        for name in MECHANISMS:
            for given in (name, name.lower(), None):
                with self.subTest(name, given=given):
                    client, (token, message) = self.with_tls(name), self.letter()
                    self.answers(235, client.auth(USER, PASSWORD, given))
                    self.answers(503, client.auth(USER, PASSWORD, given))  # no second time
                    self.assertEqual([250], [one.code for one in client.send_message(SmtpMessage("anna@example.org", ["bert@elsewhere.test"], message))])
                    self.assertIn(b"(Authenticated sender: relay", self.delivered(self.postfix, token)[0])

    def test_a_wrong_password_is_an_answer_and_the_next_may_be_right(self):
        for name in MECHANISMS:
            with self.subTest(name):
                client = self.with_tls(name)
                self.answers(535, client.auth(USER, "wrong", name))
                self.answers(535, client.auth("nobody", PASSWORD, name))
                self.answers(235, client.auth(USER, PASSWORD, name))

    def test_in_clear_text_to_this_machine(self):
        for name in ("PLAIN", "SCRAM-SHA-256"):
            with self.subTest(name):
                self.answers(235, self.open(self.ports["clear"], "127.0.0.2").auth(USER, PASSWORD, name))

    def test_by_hand(self):
        client = self.with_tls("PLAIN")
        self.answers(334, client.auth_raw("PLAIN"))
        self.answers(235, client.auth_respond(f"\0{USER}\0{PASSWORD}".encode()))
        client = self.with_tls("LOGIN")
        self.answers(334, client.auth_raw("LOGIN"))
        self.answers(501, client.auth_respond(None))
        self.answers(250, client.noop())

    def test_a_mechanism_that_nobody_has(self):
        client = self.with_tls("PLAIN")
        self.fails(ErrorCode.NOT_SUPPORTED, client.auth, USER, PASSWORD, "XFOO")
        self.answers(235, client.auth(USER, PASSWORD))


@unittest.skipUnless(place.is_root(), "Postfix needs root")
class Cyrus(Logins, TestOfClient):
    @classmethod
    def logins(cls):
        return CyrusLogins(cls.folder / "cyrus", "example.net", {USER: PASSWORD}, MECHANISMS)


@unittest.skipUnless(place.is_root(), "Postfix needs root")
class Dovecot(Logins, TestOfClient):
    @classmethod
    def logins(cls):
        return cls.stack.enter_context(DovecotLogins(cls.folder / "dovecot", {USER: PASSWORD}, [name.lower() for name in MECHANISMS])).port


if __name__ == "__main__":
    unittest.main()
