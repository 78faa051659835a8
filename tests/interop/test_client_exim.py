"""Our client against Exim: verb by verb with DATA and with BDAT, in whole transactions, in one call, and its logins."""

import unittest

from clients import PASSWORD, USER, ErrorCode, TestOfClient, mailmodule
from mailmodule import SmtpMessage
from support import place
from support.authority import RSA
from support.unpacked import Exim, can_run


@unittest.skipUnless(can_run(), "Exim needs root and a mount namespace")
class ToExim(TestOfClient):
    @classmethod
    def before(cls):
        certificate = cls.authority.issue("exim.example.net", key_type=RSA)
        cls.exim = cls.stack.enter_context(Exim(cls.folder / "exim", "127.0.0.5", place.free_port(), ["example.net"], certificate, cls.authority.cert, USER, PASSWORD))

    def hello(self):
        return self.open(self.exim.port, "127.0.0.5")

    def with_tls(self, **options):
        return self.protected(self.exim.port, "127.0.0.5", "exim.example.net", **options)

    def begins(self, client, *recipients):
        self.answers(250, client.mail("anna@example.org"))
        for address in recipients or ("bert@example.net",):
            self.answers(250, client.rcpt(address))

    def test_a_message_verb_by_verb(self):
        client, (_, message) = self.hello(), self.letter()
        self.assertLessEqual({"SIZE", "8BITMIME", "PIPELINING", "CHUNKING", "STARTTLS"}, {word.split()[0] for word in client.capabilities})
        self.begins(client)
        self.answers(354, client.data())
        client.write(message[:200], first=True)
        client.write(message[200:201])
        self.answers(250, client.end(message[201:]))
        self.answers(221, client.quit())
        self.arrives(self.exim, message)

    def test_a_message_in_chunks(self):
        client, (_, message) = self.hello(), self.letter(b".\r\n..\r\n" + b"x" * 900 + b"\r\n")
        self.begins(client)
        self.answers(250, client.bdat(message[:150], last=False))
        self.answers(250, client.bdat(message[150:], last=True))
        self.arrives(self.exim, message)
        self.answers(250, client.noop())

    def test_an_empty_last_chunk(self):
        client, (_, message) = self.hello(), self.letter()
        self.begins(client)
        self.answers(250, client.bdat(message, last=False))
        self.answers(250, client.bdat(b"", last=True))
        self.arrives(self.exim, message)

    def test_the_other_verbs(self):
        client = self.hello()
        self.answers(250, client.noop())
        self.answers(250, client.vrfy("bert@example.net"))
        self.answers(550, client.expn("everybody"))
        self.answers(214, client.help())
        self.answers(250, client.mail("anna@example.org"))
        self.answers(250, client.rset())
        self.answers(503, client.rcpt("bert@example.net"))
        client.send_command("XFOO bar")
        self.answers(500, client.receive())

    def test_recipients_are_refused_and_put_off_with_words(self):
        client = self.hello()
        self.answers(250, client.mail("anna@example.org"))
        no = self.answers(550, client.rcpt("nobody@example.net"))
        self.assertEqual(("5.1.1", "no such user here"), (no.status, no.text))
        self.answers(451, client.rcpt("full@example.net"))
        self.answers(550, client.rcpt("bert@elsewhere.test"))
        self.answers(503, client.data())

    def test_in_one_transaction_each_recipient_has_its_own_answer(self):
        client, (_, message) = self.hello(), self.letter()
        sent = client.send_message(SmtpMessage("anna@example.org", ["a@example.net", "nobody@example.net", "full@example.net", "b@example.net"], message))
        self.assertEqual([ErrorCode.OK, ErrorCode.REFUSED_PERMANENT, ErrorCode.REFUSED_TEMPORARY, ErrorCode.OK], [one.error for one in sent])
        self.assertEqual([250, 550, 451, 250], [one.code for one in sent])
        self.assertIn("no such user here", sent[1].reply)
        self.arrives(self.exim, message, 2)

    def test_many_messages_over_one_connection(self):
        client, letters, told = self.hello(), [self.letter(b"n. %d\r\n" % n * n)[1] for n in range(20)], []
        client.send_all((SmtpMessage("anna@example.org", ["a@example.net"], text) for text in letters), lambda n, sent: told.append((n, sent[0].code)))
        self.assertEqual([(n, 250) for n in range(20)], told)
        self.answers(221, client.quit())
        for text in letters:
            self.arrives(self.exim, text)

    def test_eight_bits_and_utf8_in_addresses(self):
        client = self.hello()
        self.assertEqual("", client.capability("smtputf8"))
        message = self.letter("Grüße\r\n".encode())[1]
        self.assertEqual([250], [one.code for one in client.send_message(SmtpMessage("jörg@example.org", ["anna@example.net"], message))])
        self.assertIn(b"for anna@example.net", self.arrives(self.exim, message)[0])

    def test_each_login_within_tls(self):
        for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5", None):
            with self.subTest(mechanism):
                client, (token, message) = self.with_tls(), self.letter()
                self.answers(235, client.auth(USER, PASSWORD, mechanism))
                self.begins(client, "bert@elsewhere.test")
                self.answers(354, client.data())
                self.answers(250, client.end(message))
                self.assertIn(b"esmtpsa", self.delivered(self.exim, token)[0])

    def test_a_wrong_password_is_an_answer_and_the_connection_stays(self):
        client = self.with_tls()
        for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5"):
            with self.subTest(mechanism):
                self.answers(535, client.auth(USER, "wrong", mechanism))
        self.answers(235, client.auth(USER, PASSWORD))

    def test_external_by_our_own_certificate(self):
        certificate, key = self.authority.issue(USER, key_type=RSA, use="clientAuth")
        client = self.with_tls(certificate=certificate, key=key)
        self.assertIn("EXTERNAL", client.capability("AUTH"))
        self.answers(535, client.auth("somebody-else", None, "EXTERNAL"))
        self.answers(235, client.auth(USER, None, "EXTERNAL"))

    def test_external_is_not_offered_without_a_certificate(self):
        self.assertNotIn("EXTERNAL", self.with_tls().capability("AUTH"))

    def test_tls_from_the_first_octet(self):
        client = self.client(tls_check=mailmodule.TlsCheck.NEVER)
        self.answers(220, client.connect("127.0.0.5", self.exim.tls_port, tls=True))
        self.assertIn("TLSv1.", client.tls)
        self.answers(250, client.ehlo())

    def test_mail_in_one_call(self):
        token = self.letter()[0].decode()
        options = mailmodule.SendOptions(host="127.0.0.5", port=self.exim.port, tls=mailmodule.Tls.OPPORTUNISTIC, tls_check=mailmodule.TlsCheck.NEVER)
        result = mailmodule.send_mail(self.engine, "Anna <anna@example.org>", "bert@example.net, nobody@example.net", subject=token, text="Grüße\n", options=options)
        self.assertEqual([0, 550], [one.reply_code if one.error else 0 for one in result.recipients])
        self.assertIn("TLSv1.", result.recipients[0].tls)
        self.delivered(self.exim, token.encode())


if __name__ == "__main__":
    unittest.main()
