"""Our client against Dovecot: LMTP, and submission with each of its mechanisms, TLS and chunks."""

import unittest

from clients import PASSWORD, USER, ErrorCode, TestOfClient
from mailmodule import SmtpMessage
from support import place
from support.receivers import DovecotLmtp, DovecotSubmission
from support.rogue import Rogue, as_usual, say

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")


@unittest.skipUnless(place.is_root(), "Dovecot needs root")
class Lmtp(TestOfClient):
    @classmethod
    def before(cls):
        cls.dovecot = cls.stack.enter_context(DovecotLmtp(cls.folder / "dovecot", {f"{name}@example.net": "x" for name in ("anna", "bert", "carl")}))

    def hello(self):
        client = self.connected(self.dovecot.port)
        self.answers(250, client.lhlo())
        return client

    def test_each_recipient_has_its_answer(self):
        client, (_, message) = self.hello(), self.letter()
        self.answers(250, client.mail("anna@example.org"))
        for code, name in ((250, "anna"), (550, "nobody"), (250, "bert")):
            self.answers(code, client.rcpt(name + "@example.net"))
        self.answers(354, client.data())
        self.assertIn("anna", self.answers(250, client.end(message)).text)
        self.assertIn("bert", self.answers(250, client.receive()).text)
        self.answers(221, client.quit())
        self.arrives(self.dovecot, message, 2)

    def test_chunks(self):
        client, (_, message) = self.hello(), self.letter()
        self.answers(250, client.mail("anna@example.org"))
        for name in ("anna", "bert", "carl"):
            self.answers(250, client.rcpt(name + "@example.net"))
        self.answers(250, client.bdat(message[:100], last=False))
        self.assertEqual(2, self.answers(250, client.bdat(message[100:], last=True)).due)
        for name in ("bert", "carl"):
            self.assertIn(name, self.answers(250, client.receive()).text)
        self.arrives(self.dovecot, message, 3)

    def test_whole_transactions(self):
        client, told = self.hello(), []
        messages = [SmtpMessage("anna@example.org", ["anna@example.net", "nobody@example.net", "bert@example.net"], self.letter()[1]) for _ in range(5)]
        client.send_all(messages, lambda number, sent: told.append([one.code for one in sent]))
        self.assertEqual([[250, 550, 250]] * 5, told)
        for message in messages:
            self.arrives(self.dovecot, message.content, 2)


@unittest.skipUnless(place.is_root(), "Dovecot needs root")
class Submission(TestOfClient):
    @classmethod
    def before(cls):
        cls.relay = cls.stack.enter_context(Rogue("127.0.0.1", place.free_port()))
        cls.dovecot = cls.stack.enter_context(DovecotSubmission(
            cls.folder / "dovecot", {USER: PASSWORD}, ("127.0.0.1", cls.relay.port), cls.authority.issue("smart.test"), [name.lower() for name in MECHANISMS]))

    def login(self, mechanism=None):
        client = self.protected(self.dovecot.port, name="smart.test")
        self.answers(235, client.auth(USER, PASSWORD, mechanism))
        self.answers(250, client.ehlo())
        return client

    def came(self, token):
        found = place.wait_until(lambda: [one for one in self.relay.messages if token in one.text])
        self.assertEqual(1, len(found))
        return found[0]

    def test_each_mechanism(self):
        for mechanism in (*MECHANISMS, None):
            with self.subTest(mechanism):
                token, message = self.letter()
                sent = self.login(mechanism).send_message(SmtpMessage("anna@example.org", ["bert@example.net"], message))
                self.assertEqual([250], [one.code for one in sent])
                self.assertTrue(self.came(token).text.endswith(message))

    def test_the_strongest_is_taken_where_none_is_named(self):
        self.login()
        self.assertIn("AUTH SCRAM-SHA-256 ***", [line for _, line in self.trace])

    def test_no_password_and_no_proof_of_it_is_in_the_trace(self):
        for mechanism in MECHANISMS:
            with self.subTest(mechanism):
                self.login(mechanism)
                sent = [line for way, line in self.trace if way == 1]
                at = next(number for number, line in enumerate(sent) if line.startswith("AUTH"))
                self.assertIn(sent[at].split()[2:], ([], ["***"]))
                self.assertEqual(set(), {line for line in sent[at + 1:]} - {"***", "", "EHLO client.example"})

    def test_a_wrong_password(self):
        client = self.protected(self.dovecot.port, name="smart.test")
        for mechanism in ("PLAIN", "SCRAM-SHA-256"):
            self.answers(535, client.auth(USER, "wrong", mechanism))

    def test_chunks(self):
        client, (token, message) = self.login(), self.letter()
        self.answers(250, client.mail("anna@example.org"))
        self.answers(250, client.rcpt("bert@example.net"))
        for at in range(0, len(message), 50):
            self.answers(250, client.bdat(message[at:at + 50], last=at + 50 >= len(message)))
        self.assertTrue(self.came(token).text.endswith(message))

    def test_what_the_relay_refuses_comes_back_to_each_recipient(self):
        self.relay.stages["rcpt"] = iter([as_usual, say("550 5.1.1 no such user")])
        client, (_, message) = self.login(), self.letter()
        sent = client.send_message(SmtpMessage("anna@example.org", ["a@example.net", "b@example.net"], message))
        self.assertEqual([(ErrorCode.OK, "2.0.0"), (ErrorCode.REFUSED_PERMANENT, "5.1.1")], [(one.error, one.status) for one in sent])


if __name__ == "__main__":
    unittest.main()
