"""A transaction of our client, and all that a server can answer to its recipients: each has its own result, and what was lost after the
end was said may have been taken."""

import contextlib
import io
import itertools
import unittest

from clients import ErrorCode, Stage, TestOfClient
from mailmodule import SmtpMessage
from support import place
from support.rogue import Rogue, after, always, as_usual, hang, lose, reset, say

ANSWERS = {"good": (ErrorCode.OK, 250), "wait": (ErrorCode.REFUSED_TEMPORARY, 451), "gone": (ErrorCode.REFUSED_PERMANENT, 550)}
COMBINATIONS = [words for count in (1, 2, 3) for words in itertools.product(ANSWERS, repeat=count)]
OFFERS = [(), ("PIPELINING",), ("CHUNKING",), ("PIPELINING", "CHUNKING")]
REFUSALS = {"wait": "451 4.2.1 mailbox busy", "gone": "550 5.1.1 no such user"}


def choose(session, line):
    """The recipient's name says what becomes of it."""
    word = line[line.index("<") + 1:][:4]
    if word in REFUSALS:
        session.reply(REFUSALS[word])
    else:
        session.good_rcpt(line)


def addresses(words):
    return [f"{word}{number}@example.net" for number, word in enumerate(words)]


class Recipients(TestOfClient):
    @contextlib.contextmanager
    def server(self, offers, *case, **stages):
        with self.subTest(case=case, offers=offers), Rogue("127.0.0.1", place.free_port(), capabilities=offers, **{"rcpt": always(choose), **stages}) as server:
            yield server

    def message(self, words):
        _, text = self.letter()
        return SmtpMessage("anna@example.org", addresses(words), text)

    def are_answered(self, words, sent):
        self.assertEqual([ANSWERS[word] for word in words], [(one.error, one.code) for one in sent], words)
        self.assertEqual(addresses(words), [one.address for one in sent])
        for word, one in zip(words, sent):
            self.assertFalse(one.maybe_taken)
            if word in REFUSALS:
                self.assertEqual((Stage.RCPT, *REFUSALS[word].split(" ", 2)[1:]), (one.stage, one.status, one.reply))

    def taken_by(self, server, messages):
        """The server has each message that somebody was taken for, once, for those alone, and as it was sent."""
        expected = [([to for to in message.to if to.startswith("good")], message.content) for message in messages]
        self.assertEqual([one for one in expected if one[0]], [(one.to, one.text) for one in server.messages])

    def test_all_combinations_one_call_each(self):
        for offers in OFFERS:
            with self.server(offers) as server:
                client, messages = self.open(server.port), [self.message(words) for words in COMBINATIONS]
                for words, message in zip(COMBINATIONS, messages):
                    self.are_answered(words, client.send_message(message))
                self.answers(250, client.noop())
                self.taken_by(server, messages)

    def test_all_combinations_one_behind_the_other(self):
        for offers in OFFERS:
            with self.server(offers) as server:
                client, messages, told = self.open(server.port), [self.message(words) for words in COMBINATIONS], []
                client.send_all(messages, lambda number, sent: told.append((number, sent)))
                self.assertEqual(list(range(len(COMBINATIONS))), [number for number, _ in told])
                for words, (_, sent) in zip(COMBINATIONS, told):
                    self.are_answered(words, sent)
                self.answers(250, client.noop())
                self.taken_by(server, messages)

    def test_data_that_is_granted_for_nobody_sends_no_text(self):
        """RFC 2920 §3.1: a client that pipelined DATA has to end it."""
        def granted(session, line):
            session.reply("354 go on")
            session.stage = "text"
        with Rogue("127.0.0.1", place.free_port(), capabilities=("PIPELINING",), rcpt=always(choose), data=[granted], dot=[say("554 5.5.1 nobody")]) as server:
            client = self.open(server.port)
            self.are_answered(("gone", "wait"), client.send_message(self.message(("gone", "wait"))))
            self.are_answered(("good",), client.send_message(self.message(("good",))))
            self.assertEqual(b"", server.seen[0].text)

    def test_the_end_is_refused_for_all_who_were_taken(self):
        for code, error in ((452, ErrorCode.REFUSED_TEMPORARY), (554, ErrorCode.REFUSED_PERMANENT)):
            refuse = say(f"{code} {code // 100}.3.0 not this one")
            for offers in OFFERS:
                with self.server(offers, dot=[refuse], bdat=[refuse]) as server:
                    client = self.open(server.port)
                    sent = client.send_message(self.message(("good", "gone", "good")))
                    self.assertEqual([error, ErrorCode.REFUSED_PERMANENT, error], [one.error for one in sent])
                    self.assertEqual([code, 550, code], [one.code for one in sent])
                    self.assertEqual([Stage.END_OF_DATA, Stage.RCPT, Stage.END_OF_DATA], [one.stage for one in sent])
                    self.assertEqual([], [one for one in sent if one.maybe_taken])
                    self.are_answered(("good",), client.send_message(self.message(("good",))))

    def test_mail_is_refused_for_all(self):
        for offers in OFFERS:
            with self.server(offers, mail=[say("550 5.7.1 not from you")], rcpt=always(as_usual)) as server:
                client = self.open(server.port)
                sent = client.send_message(self.message(("good", "good")))
                self.assertEqual([(ErrorCode.REFUSED_PERMANENT, 550, Stage.MAIL, False)] * 2, [(one.error, one.code, one.stage, one.maybe_taken) for one in sent])
                self.are_answered(("good",), client.send_message(self.message(("good",))))

    def lost(self, client, words):
        """What is told of each recipient of a message that the connection is lost with."""
        told = []
        self.fails(ErrorCode.CLOSED, client.send_all, [self.message(words)], lambda number, sent: told.extend(sent))
        return told

    def test_lost_before_the_end_was_said_nobody_has_it(self):
        for act, stage in itertools.product((lose, reset), ("mail", "data")):
            for offers in ((), ("PIPELINING",)):
                with self.server(offers, act, stage, **{stage: [act]}) as server:
                    sent = self.lost(self.open(server.port), ("good", "gone", "good"))
                    refused = ErrorCode.CLOSED if stage == "mail" else ErrorCode.REFUSED_PERMANENT
                    self.assertEqual([(ErrorCode.CLOSED, False), (refused, False), (ErrorCode.CLOSED, False)], [(one.error, one.maybe_taken) for one in sent])
                    self.assertEqual([], server.seen)

    def test_lost_within_the_text_nobody_has_it(self):
        """So long a text that its end is not said yet."""
        content = b"Subject: long\r\n\r\n" + (b"x" * 998 + b"\r\n") * 32_000
        for act, offers in itertools.product((lose, reset), ((), ("PIPELINING",))):
            with self.server(offers, act, text=[act]) as server:
                told, client = [], self.open(server.port)
                message = SmtpMessage("anna@example.org", addresses(("good", "gone")), read=io.BytesIO(content).read)
                self.fails(ErrorCode.CLOSED, client.send_all, [message], lambda number, sent: told.extend(sent))
                self.assertEqual([(ErrorCode.CLOSED, False, Stage.CONTENT), (ErrorCode.REFUSED_PERMANENT, False, Stage.RCPT)],
                                 [(one.error, one.maybe_taken, one.stage) for one in told])

    def test_lost_between_recipients(self):
        """What was answered stays answered. Where the end has gone out with them, who was taken or not answered may have been taken."""
        for place_of_loss, words in itertools.product(range(3), [("good", "gone", "good"), ("gone", "good", "wait"), ("wait", "wait", "wait")]):
            for offers in OFFERS:
                with self.server(offers, rcpt=[choose] * place_of_loss + [lose]) as server:
                    sent = self.lost(self.open(server.port), words)
                    for number, (word, one) in enumerate(zip(words, sent)):
                        answered = number < place_of_loss and word != "good"
                        self.assertEqual(ANSWERS[word][0] if answered else ErrorCode.CLOSED, one.error, (number, sent))
                        self.assertEqual(len(offers) == 2 and not answered, one.maybe_taken, (number, sent))

    def test_lost_after_the_end_was_said_it_may_be_taken(self):
        for act, words in itertools.product((lose, reset, after(say("25"), lose)), [("good",), ("good", "gone"), ("wait", "good", "good")]):
            for offers in OFFERS:
                with self.server(offers, dot=[act], bdat=[act]) as server:
                    told, client = [], self.open(server.port)
                    with self.assertRaises(Exception):
                        client.send_all([self.message(words)], lambda number, sent: told.extend(sent))
                    for word, one in zip(words, told):
                        self.assertEqual(word == "good", one.maybe_taken, told)
                        self.assertEqual(word != "good", one.error == ANSWERS[word][0], told)
                        if word == "good":
                            self.assertEqual(Stage.END_OF_DATA, one.stage)

    def test_silence_after_the_end_is_not_known_either(self):
        for offers in OFFERS:
            with self.server(offers, dot=[hang], bdat=[hang]) as server:
                told, client = [], self.open(server.port)
                self.wait_for_replies(client, 0.3)
                self.fails(ErrorCode.TIMEOUT, client.send_all, [self.message(("good", "gone"))], lambda number, sent: told.extend(sent))
                self.assertEqual([(ErrorCode.TIMEOUT, True), (ErrorCode.REFUSED_PERMANENT, False)], [(one.error, one.maybe_taken) for one in told])

    def test_messages_behind_a_loss_are_each_told(self):
        """Whatever was given hears its end; what never went out is not maybe taken."""
        for offers in OFFERS:
            with self.server(offers, dot=[as_usual, as_usual, lose], bdat=[as_usual, as_usual, lose]) as server:
                told, client = {}, self.open(server.port)
                self.fails(ErrorCode.CLOSED, client.send_all, (self.message(("good",)) for _ in range(5)), lambda number, sent: told.update({number: sent[0]}))
                self.assertEqual([ErrorCode.OK, ErrorCode.OK, ErrorCode.CLOSED], [told[number].error for number in range(3)])
                self.assertTrue(told[2].maybe_taken)
                self.assertEqual(sorted(told), list(range(len(told))))
                self.assertEqual({ErrorCode.CLOSED}, {told[number].error for number in range(3, len(told))} or {ErrorCode.CLOSED})
                # the connection can be made anew, and the others sent
                self.answers(220, client.connect("127.0.0.1", server.port))
                self.answers(250, client.ehlo())
                self.are_answered(("good",), client.send_message(self.message(("good",))))


if __name__ == "__main__":
    unittest.main()
