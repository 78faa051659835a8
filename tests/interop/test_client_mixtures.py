"""Any mixture of answers and losses, drawn by chance: whatever a server does, our client tells the truth about each message.

A failure names its seed, with which the same server is drawn again.
"""

import random
import unittest

from clients import ErrorCode, TestOfClient, mailmodule
from mailmodule import SmtpMessage
from support import place
from support.rogue import Rogue, after, as_usual, hang, lose, raw, reset, say

OFFERS = [(), ("PIPELINING",), ("CHUNKING",), ("PIPELINING", "CHUNKING"), ("PIPELINING", "CHUNKING", "8BITMIME", "SIZE 0", "DSN", "SMTPUTF8")]
ACTS = [say("451 4.1.1 later"), say("452 4.5.3 too many"), say("550 5.1.1 no"), say("554 no"), say("354 go on"), say("199 odd"), say("what?"), lose, reset, hang,
        raw(b"550-one\r\n550 two\r\n", 1, 0.0005), raw(b"550-half\r\n"), after(raw(b"25"), lose), after(say("421 4.3.2 bye"), lose), after(say("550 5.0.0 no"), lose),
        after(as_usual, lose), after(as_usual, reset), after(as_usual, say("421 4.4.2 idle"), lose)]
CASES = range(250)


class Mixtures(TestOfClient):
    def test_what_a_server_has_is_told_as_taken_or_may_be(self):
        for seed in CASES:
            with self.subTest(seed=seed):
                self.meets(random.Random(seed))

    def meets(self, chance):
        stages = {stage: [as_usual if chance.random() < 0.6 else chance.choice(ACTS) for _ in range(chance.randint(1, 6))]
                  for stage in ("mail", "rcpt", "data", "dot", "bdat", "rset") if chance.random() < 0.35}
        with Rogue("127.0.0.1", place.free_port(), capabilities=chance.choice(OFFERS), **stages) as server:
            client, given, told = self.open(server.port), [], []
            self.wait_for_replies(client, 0.1)
            error = None
            try:
                client.send_all(self.messages(chance, given), lambda number, sent: told.append((number, sent)))
            except mailmodule.MailModuleError as failure:
                error = failure
            self.assertEqual(list(range(len(given))), [number for number, _ in told])
            self.judge(server, given, told, error)
            self.wait_for_replies(client)
            self.answers(220, client.connect("127.0.0.1", server.port))
            client.close()

    def messages(self, chance, given):
        for _ in range(chance.randint(1, 6)):
            token, text = self.letter(b"x" * 70 + b"\r\n" * chance.choice([1, 10, 3000]))
            message = SmtpMessage("anna@example.org", [f"r{number}@example.net" for number in range(chance.randint(1, 4))], text)
            given.append((token, message))
            yield message

    def judge(self, server, given, told, error):
        for (token, _), (_, sent) in zip(given, told):
            has = {to for message in server.messages if token in message.text for to in message.to}
            for one in sent:
                self.assertTrue(one.error == ErrorCode.OK or one.maybe_taken or one.address not in has, (one, server.lines))
                self.assertFalse(one.error == ErrorCode.OK and one.maybe_taken, one)
                if error is None:
                    self.assertNotIn(one.error, (ErrorCode.CLOSED, ErrorCode.TIMEOUT))


if __name__ == "__main__":
    unittest.main()
