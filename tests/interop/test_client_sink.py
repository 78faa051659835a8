"""Our client against smtp-sink, which refuses, puts off or hangs up at each command as its options say; and against OpenSMTPD."""

import shutil
import unittest

from clients import ErrorCode, Layer, Stage, TestOfClient
from mailmodule import SmtpMessage
from support import place
from support.authority import RSA
from support.peers import SmtpSink
from support.unpacked import OpenSmtpd, can_run

STAGES = {"connect": Stage.GREETING, "ehlo": Stage.HELLO, "mail": Stage.MAIL, "rcpt": Stage.RCPT, "data": Stage.DATA, ".": Stage.END_OF_DATA, "rset": Stage.OTHER, "noop": Stage.OTHER}


@unittest.skipUnless(shutil.which("smtp-sink"), "smtp-sink is not installed")
class ToSmtpSink(TestOfClient):
    def at_each(self, option, judge):
        """One server that does so at that command; the client says all up to it."""
        for at in STAGES:
            with self.subTest(at), SmtpSink(self.folder / "sink", more=(option, at)) as sink:
                judge(at, self.comes_to(at, sink.port))

    def comes_to(self, at, port):
        client = self.client()
        _, message = self.letter()
        calls = {"connect": lambda: client.connect("127.0.0.1", port), "ehlo": client.ehlo, "rset": client.rset, "noop": client.noop,
                 "mail": lambda: client.mail("anna@example.org"), "rcpt": lambda: client.rcpt("bert@example.net"), "data": client.data, ".": lambda: client.end(message)}
        for name, call in calls.items():
            if name == at:
                return call
            self.assertIn(call().code, (220, 250, 354))
        raise AssertionError(at)

    def test_it_refuses(self):
        self.at_each("-f", lambda at, call: self.assertEqual(5, call().code // 100))

    def test_it_puts_off(self):
        self.at_each("-r", lambda at, call: self.assertEqual(4, call().code // 100))

    def test_it_shuts_down(self):
        self.at_each("-Q", lambda at, call: self.answers(421, call()))

    def test_it_hangs_up(self):
        def judge(at, call):
            error = self.fails(ErrorCode.CLOSED, call)
            self.assertEqual((Layer.NETWORK, STAGES[at], True), (error.layer, error.stage, error.retry))
        self.at_each("-q", judge)

    def test_it_offers_less(self):
        """No 8BITMIME, no PIPELINING, no enhanced codes, no ESMTP at all: whole transactions go all the same."""
        message = SmtpMessage("anna@example.org", ["bert@example.net", "carl@example.net"], "Subject: Grüße\r\n\r\nGrüße\r\n".encode())
        for options in (("-8",), ("-p",), ("-E",), ("-8", "-p", "-E"), ("-a",)):
            with self.subTest(options), SmtpSink(self.folder / "sink", more=options) as sink:
                client = self.connected(sink.port)
                self.answers(250, client.ehlo() if options != ("-a",) else client.helo())
                self.assertEqual([250, 250], [one.code for one in client.send_message(message)])

    def test_lmtp(self):
        with SmtpSink(self.folder / "sink", more=("-L",)) as sink:
            client, told = self.connected(sink.port), []
            self.answers(250, client.lhlo())
            client.send_all((SmtpMessage("anna@example.org", ["a@example.net", "b@example.net"], self.letter()[1]) for _ in range(3)), lambda number, sent: told.append(len(sent)))
            self.assertEqual([2, 2, 2], told)


@unittest.skipUnless(can_run(), "OpenSMTPD needs root and a mount namespace")
class ToOpenSmtpd(TestOfClient):
    @classmethod
    def before(cls):
        cls.opensmtpd = cls.stack.enter_context(OpenSmtpd(cls.folder / "opensmtpd", "127.0.0.3", place.free_port(), ["example.net"],
                                                          certificate=cls.authority.issue("open.example.net", key_type=RSA)))

    def test_a_message_verb_by_verb(self):
        client, (_, message) = self.open(self.opensmtpd.port, "127.0.0.3"), self.letter()
        self.answers(250, client.mail("anna@example.org", f"SIZE={len(message)}"))
        self.answers(250, client.rcpt("bert@example.net"))
        self.answers(550, client.rcpt("bert@elsewhere.test"))
        self.answers(354, client.data())
        self.answers(250, client.end(message))
        self.answers(221, client.quit())
        self.arrives(self.opensmtpd, message)

    def test_whole_transactions_after_a_refused_one(self):
        client, told = self.open(self.opensmtpd.port, "127.0.0.3"), []
        letters = [self.letter()[1] for _ in range(5)]
        messages = [SmtpMessage("anna@example.org", ["bert@elsewhere.test"] if number == 1 else ["bert@example.net"], text) for number, text in enumerate(letters)]
        client.send_all(messages, lambda number, sent: told.append(sent[0].code))
        self.assertEqual([250, 550, 250, 250, 250], told)
        for number, text in enumerate(letters):
            if number != 1:
                self.arrives(self.opensmtpd, text)


if __name__ == "__main__":
    unittest.main()
