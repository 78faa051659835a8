"""Our client against aiosmtpd: SMTPUTF8, SIZE, and LMTP with an answer for each recipient."""

import json
import pathlib
import subprocess
import unittest

from clients import ErrorCode, TestOfClient
from mailmodule import SmtpMessage
from support import place

INSTALLED = pathlib.Path("/usr/lib/python3/dist-packages/aiosmtpd")


@unittest.skipUnless(INSTALLED.is_dir(), "python3-aiosmtpd is not there")
class ToAiosmtpd(TestOfClient):
    @classmethod
    def before(cls):
        cls.port, cls.server = cls.serve("smtp")
        cls.lmtp_port, cls.lmtp = cls.serve("lmtp")

    @classmethod
    def serve(cls, kind):
        port = place.free_port()
        command = ["/usr/bin/python3", str(pathlib.Path(__file__).with_name("aio.py")), str(port), kind]
        server = cls.stack.enter_context(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True))
        cls.stack.callback(server.kill)
        assert server.stdout.readline() == "ready\n"
        return port, server

    @staticmethod
    def took(server):
        return json.loads(server.stdout.readline())

    def hello_lmtp(self):
        client = self.connected(self.lmtp_port)
        self.answers(250, client.lhlo())
        return client

    def test_a_message_verb_by_verb(self):
        client, (_, message) = self.open(self.port), self.letter()
        self.assertEqual("100000", client.capability("size"))
        self.answers(250, client.mail("anna@example.org", f"SIZE={len(message)} BODY=8BITMIME"))
        self.answers(250, client.rcpt("bert@example.net"))
        self.answers(550, client.rcpt("nobody@example.net"))
        self.answers(354, client.data())
        self.answers(250, client.end(message))
        took = self.took(self.server)
        self.assertEqual((["bert@example.net"], message.decode()), (took["to"], took["content"]))

    def test_helo_has_no_capabilities(self):
        client = self.connected(self.port)
        self.answers(250, client.helo("client.example"))
        self.assertEqual([], client.capabilities)

    def test_utf8_in_addresses_verb_by_verb(self):
        client = self.open(self.port)
        self.answers(250, client.mail("jörg@bücher.example", "SMTPUTF8"))
        self.answers(250, client.rcpt("ýrsa@example.net"))
        self.answers(354, client.data())
        self.answers(250, client.end("Subject: Größe\r\n\r\nGrüße\r\n".encode()))
        took = self.took(self.server)
        self.assertEqual(["ýrsa@example.net"], took["to"])
        self.assertTrue(took["smtputf8"])
        self.assertIn("jörg@", took["from"])

    def test_utf8_in_addresses_of_a_whole_transaction(self):
        client = self.open(self.port)
        sent = client.send_message(SmtpMessage("jörg@example.org", ["ýrsa@example.net"], "Subject: Größe\r\n\r\nGrüße\r\n".encode()))
        self.assertEqual([250], [one.code for one in sent])
        took = self.took(self.server)
        self.assertEqual(("jörg@example.org", ["ýrsa@example.net"], True), (took["from"], took["to"], took["smtputf8"]))

    def test_utf8_stays_away_where_nobody_needs_it(self):
        self.assertEqual([250], [one.code for one in self.open(self.port).send_message(SmtpMessage("anna@example.org", ["bert@example.net"], b"Subject: x\r\n\r\nx\r\n"))])
        took = self.took(self.server)
        self.assertFalse(took["smtputf8"])

    def test_too_large_by_size_and_by_content(self):
        client = self.open(self.port)
        self.answers(552, client.mail("anna@example.org", "SIZE=100001"))
        self.answers(250, client.mail("anna@example.org"))
        self.answers(250, client.rcpt("bert@example.net"))
        self.answers(354, client.data())
        self.answers(552, client.end(b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 100_000))
        sent = client.send_message(SmtpMessage("anna@example.org", ["bert@example.net"], b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 2000))
        self.assertEqual([(ErrorCode.LIMIT, 0)], [(one.error, one.code) for one in sent])  # what EHLO told was enough
        self.answers(250, client.noop())

    def test_lmtp_verb_by_verb(self):
        client, (_, message) = self.hello_lmtp(), self.letter()
        self.answers(250, client.mail("anna@example.org"))
        for code, to in ((250, "a@example.net"), (550, "nobody@example.net"), (250, "full@example.net"), (250, "c@example.net")):
            self.answers(code, client.rcpt(to))
        self.answers(354, client.data())
        first = self.answers(250, client.end(message))
        self.assertEqual(("taken for a@example.net", 2), (first.text, first.due))
        self.fails(ErrorCode.STATE, client.noop)
        self.assertIn("full@example.net", self.answers(452, client.receive()).text)
        self.assertIn("c@example.net", self.answers(250, client.receive()).text)
        self.fails(ErrorCode.STATE, client.receive)
        self.answers(250, client.noop())
        self.assertEqual(["a@example.net", "full@example.net", "c@example.net"], self.took(self.lmtp)["to"])

    def test_lmtp_in_whole_transactions(self):
        client, told = self.hello_lmtp(), []
        messages = [SmtpMessage("anna@example.org", ["a@example.net", "nobody@example.net", "full@example.net", "c@example.net"], self.letter()[1]) for _ in range(5)]
        client.send_all(messages, lambda number, sent: told.append([one.code for one in sent]))
        self.assertEqual([[250, 550, 452, 250]] * 5, told)
        for message in messages:
            self.assertEqual(message.content.decode(), self.took(self.lmtp)["content"])


if __name__ == "__main__":
    unittest.main()
