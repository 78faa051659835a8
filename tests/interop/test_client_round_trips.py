"""A link of 100 ms there and back: a message takes the round trips that RFC 2920 and RFC 3030 leave over, and no more."""

import time
import unittest

from clients import TestOfClient
from mailmodule import SmtpMessage
from support import place
from support.link import Link
from support.rogue import Rogue, always

TEN = [f"r{number}@example.net" for number in range(10)]


class RoundTrips(TestOfClient):
    def over(self, offers, act, **stages):
        """The trips that act takes; EHLO is said before."""
        with Rogue("127.0.0.1", place.free_port(), capabilities=offers, **stages) as server, Link(server.port) as link:
            client = self.open(link.port)
            self.assertEqual(1, link.trips)
            begun, link.trips = time.monotonic(), 0
            act(client)
            self.assertGreaterEqual(time.monotonic() - begun, link.trips * 2 * link.delay)
            self.server = server
            client.close()
            return link.trips

    def sends_ten(self, client):
        sent = client.send_message(SmtpMessage("anna@example.org", TEN, self.letter()[1]))
        self.assertEqual([250] * 10, [one.code for one in sent])

    def sends_ten_messages(self, client):
        client.send_all(SmtpMessage("anna@example.org", TEN, self.letter()[1]) for _ in range(10))

    def test_verb_by_verb_each_waits_for_its_reply(self):
        def verbs(client):
            client.mail("anna@example.org")
            for to in TEN:
                client.rcpt(to)
            client.data()
            self.answers(250, client.end(self.letter()[1]))
        self.assertEqual(13, self.over(("PIPELINING",), verbs))

    def test_commands_that_are_not_waited_for_take_one(self):
        def commands(client):
            for line in ("MAIL FROM:<anna@example.org>", *(f"RCPT TO:<{to}>" for to in TEN)):
                client.send_command(line)
            self.assertEqual([250] * 11, [client.receive().code for _ in range(11)])
        self.assertLessEqual(self.over(("PIPELINING",), commands), 2)

    def test_ten_recipients_without_pipelining_take_thirteen(self):
        self.assertEqual(13, self.over((), self.sends_ten))

    def test_ten_recipients_with_pipelining_take_two(self):
        """MAIL, ten RCPT and DATA; the text and its end."""
        self.assertEqual(2, self.over(("PIPELINING",), self.sends_ten))

    def test_ten_recipients_with_pipelining_and_chunks_take_one(self):
        self.assertEqual(1, self.over(("PIPELINING", "CHUNKING"), self.sends_ten))

    def test_ten_recipients_with_chunks_alone_take_thirteen(self):
        """Without PIPELINING the text goes behind DATA."""
        self.assertEqual(13, self.over(("CHUNKING",), self.sends_ten))

    def test_a_refused_recipient_takes_no_more(self):
        def choose(session, line):
            (session.reply("550 5.1.1 no") if "r3@" in line else session.good_rcpt(line))

        def sends(client):
            sent = client.send_message(SmtpMessage("anna@example.org", TEN, self.letter()[1]))
            self.assertEqual([550 if one.address.startswith("r3") else 250 for one in sent], [one.code for one in sent])
        self.assertEqual(2, self.over(("PIPELINING",), sends, rcpt=always(choose)))
        self.assertEqual(1, self.over(("PIPELINING", "CHUNKING"), sends, rcpt=always(choose)))

    def test_ten_messages_take_one_more_than_there_are(self):
        """The next MAIL, RCPT and DATA go behind the end of the text before."""
        self.assertEqual(11, self.over(("PIPELINING",), self.sends_ten_messages))
        self.assertEqual([TEN] * 10, [message.to for message in self.server.messages])

    def test_ten_messages_in_chunks_take_one_each(self):
        self.assertEqual(10, self.over(("PIPELINING", "CHUNKING"), self.sends_ten_messages))
        self.assertEqual([TEN] * 10, [message.to for message in self.server.messages])


if __name__ == "__main__":
    unittest.main()
