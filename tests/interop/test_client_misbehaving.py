"""What no real server does, at each verb of our client: every class of reply, what is no reply, and every kind of loss.

After each the handle works again with a new connection.
"""

import itertools
import pathlib
import re
import unittest

from clients import ErrorCode, Layer, Stage, TestOfClient, mailmodule
from support import place
from support.rogue import Rogue, after, always, hang, lose, raw, reset, say

LETTER = b"Subject: odd\r\n\r\nhello\r\n"

VERBS = {
    "greeting": Stage.GREETING, "ehlo": Stage.HELLO, "helo": Stage.HELLO, "lhlo": Stage.HELLO, "starttls": Stage.TLS, "auth": Stage.AUTH, "mail": Stage.MAIL,
    "rcpt": Stage.RCPT, "data": Stage.DATA, "dot": Stage.END_OF_DATA, "bdat": Stage.END_OF_DATA, "rset": Stage.OTHER, "noop": Stage.OTHER, "vrfy": Stage.OTHER,
    "quit": Stage.OTHER,
}

CALLS = {
    "auth": lambda client: client.auth("user", "password", "PLAIN"),
    "mail": lambda client: client.mail("anna@example.org"),
    "rcpt": lambda client: client.rcpt("bert@example.net"),
    "dot": lambda client: client.end(LETTER),
    "bdat": lambda client: client.bdat(LETTER, last=True),
    "vrfy": lambda client: client.vrfy("bert"),
}

BEFORE = {"rcpt": ("mail",), "data": ("mail", "rcpt"), "dot": ("mail", "rcpt", "data"), "bdat": ("mail", "rcpt")}

REPLIES = {
    "200": (200, say("200 yes")),
    "250 without text": (250, say("250")),
    "333": (333, say("333 go on")),
    "400": (400, say("400 not now")),
    "451 in lines": (451, say("451-4.3.0 not now", "451-4.3.0 and here is why,", "451 4.3.0 in three lines")),
    "554": (554, say("554 5.7.1 never")),
    "599": (599, say("599 never")),
    "the last line's code counts": (550, say("250-one", "550 two")),
    "octet by octet": (550, raw(b"550-one\r\n550 two\r\n", 1, 0.001)),
    "lines of 64 KiB": (550, say("550-" + "x" * 65536, "550 " + "y" * 65536)),
    "ten thousand lines": (550, raw(b"550-line\r\n" * 10_000 + b"550 end\r\n")),
    "lines without a code before it": (550, raw(b"\r\nplease wait\r\n550 no\r\n")),
    "LF alone": (550, raw(b"550 no\n")),
    "a NUL": (550, say("550 n\0o")),
    "not UTF-8": (550, raw(b"550 n\xff\xc3o\r\n")),
}

NO_REPLIES = {
    "1xx": say("199-neither", "199 yes nor no"),
    "6xx": say("600 what"),
    "0xx": say("025 what"),
    "four digits": say("2500 what"),
    "two digits": say("25"),
    "words": say("what was that?"),
    "binary": raw(bytes(range(256)) * 20),
}

LOSSES = {
    "closed": (0, lose),
    "reset": (104, reset),
    "half a reply": (0, after(raw(b"25"), lose)),
    "half of the lines": (0, after(raw(b"250-one\r\n250-two\r\n"), lose)),
    "an empty line": (0, after(raw(b"\r\n"), lose)),
}


class Misbehaving(TestOfClient):
    case = None

    @classmethod
    def before(cls):
        cls.certificate = cls.authority.issue("localhost")

    def meets(self, verb, act, judge, patience=place.PATIENCE):
        """The client comes to the verb and gets the answer, which it waits for so long; judge looks at the call. Then a new connection
        does as it should."""
        offers = ("PIPELINING", "CHUNKING", "AUTH PLAIN")
        with self.subTest(self.case), Rogue("127.0.0.1", place.free_port(), certificate=self.certificate, capabilities=offers, **{verb: [act]}) as server:
            client = self.client()
            call = self.comes_to(client, verb, server.port)
            self.wait_for_replies(client, patience)
            judge(call, client)
            self.wait_for_replies(client)
            self.answers(220, client.connect("127.0.0.1", server.port))
            self.answers(250, client.ehlo())
            self.answers(250, client.noop())
            client.close()

    def comes_to(self, client, verb, port):
        """What says the verb; all before it is said."""
        if verb == "greeting":
            return lambda: client.connect("127.0.0.1", port)
        client.connect("127.0.0.1", port)
        if verb not in ("ehlo", "helo", "lhlo"):
            self.answers(250, client.ehlo())
        for one in BEFORE.get(verb, ()):
            self.call(client, one)()
        return self.call(client, verb)

    @staticmethod
    def call(client, verb):
        return (lambda: CALLS[verb](client)) if verb in CALLS else getattr(client, verb)

    def each(self, answers):
        """Each of the answers at each verb; `self.case` is which."""
        for verb, (name, answer) in itertools.product(VERBS, answers.items()):
            self.case = f"{name} at {verb}"
            yield verb, answer

    def is_failure(self, call, code, layer, verb, retry):
        error = self.fails(code, call)
        self.assertEqual((layer, VERBS[verb], retry), (error.layer, error.stage, error.retry), error)
        self.assertRegex(error.peer, r"^127\.0\.0\.1:\d+$")
        return error

    def test_each_class_of_reply_is_a_code_and_no_failure(self):
        for verb, (code, act) in self.each(REPLIES):
            if verb == "auth" and code < 400:
                continue

            def judge(call, client, code=code, verb=verb):
                self.answers(code, call())
                if verb != "quit":
                    self.answers(250, client.noop())
            self.meets(verb, act, judge)

    def test_a_login_ends_with_235_or_a_refusal(self):
        for code, act in (answer for answer in REPLIES.values() if answer[0] < 400):
            with self.subTest(code):
                self.meets("auth", act, lambda call, client, code=code: self.assertIn(
                    f"answers the login with {code}", self.is_failure(call, ErrorCode.PROTOCOL, Layer.PROTOCOL, "auth", False).message))

    def test_354_at_data_alone_lets_content_go(self):
        def judge(call, client):
            self.answers(250, call())
            self.fails(ErrorCode.STATE, client.write, LETTER)
            self.answers(250, client.noop())
        self.meets("data", say("250 no need"), judge)

    def test_after_421_the_connection_is_closed(self):
        def judge(call, client):
            self.answers(421, call())
            self.fails(ErrorCode.STATE, client.noop)
        for verb, act in self.each({"421": say("421 4.3.2 shutting down")}):
            self.meets(verb, act, judge)

    def test_what_is_no_reply(self):
        for verb, act in self.each(NO_REPLIES):
            if verb == "quit":
                continue

            def judge(call, client, verb=verb):
                self.is_failure(call, ErrorCode.PROTOCOL, Layer.PROTOCOL, verb, False)
                self.fails(ErrorCode.STATE, client.noop)
            self.meets(verb, after(act, lose), judge)

    def test_what_is_no_reply_and_then_silence(self):
        for verb, act in self.each({"words": NO_REPLIES["words"]}):
            self.meets(verb, after(act, hang), lambda call, client, verb=verb: self.is_failure(call, ErrorCode.PROTOCOL, Layer.PROTOCOL, verb, False), 1)

    def test_a_loss(self):
        for verb, (number, act) in self.each(LOSSES):
            if verb == "quit":
                continue

            def judge(call, client, verb=verb, number=number):
                error = self.is_failure(call, ErrorCode.CLOSED, Layer.NETWORK, verb, True)
                self.assertEqual(number, error.os_error)
                self.fails(ErrorCode.STATE, client.noop)
            self.meets(verb, act, judge)

    def test_a_reset_before_the_greeting_is_told_whenever_it_comes(self):
        """Also while the client still connects."""
        with Rogue("127.0.0.1", place.free_port(), greeting=always(reset)) as server:
            client = self.client()
            for _ in range(100):
                error = self.fails(ErrorCode.CLOSED, client.connect, "127.0.0.1", server.port)
                self.assertEqual((104, Stage.GREETING), (error.os_error, error.stage))

    def test_a_loss_at_quit_is_none(self):
        for name, act in {**NO_REPLIES, **{name: act for name, (_, act) in LOSSES.items()}}.items():
            with self.subTest(name):
                self.meets("quit", after(act, lose), lambda call, client: self.assertIn(call().code, (0, 250)))

    def test_silence_is_a_timeout(self):
        for verb, act in self.each({"silence": hang}):
            self.meets(verb, act, lambda call, client, verb=verb: self.is_failure(call, ErrorCode.TIMEOUT, Layer.NETWORK, verb, True), 0.2)

    def test_a_reply_that_drips_is_a_timeout_too(self):
        """An octet now and then, for longer than the time that a reply may take."""
        act = raw(b"220-and then\r\n" * 1000, 1, 0.05)
        for verb in ("greeting", "mail", "dot"):
            with self.subTest(verb):
                self.meets(verb, act, lambda call, client, verb=verb: self.is_failure(call, ErrorCode.TIMEOUT, Layer.NETWORK, verb, True), 0.4)

    def test_a_reply_without_end_has_its_code_and_ends_the_connection(self):
        def judge(call, client):
            self.answers(550, call())
            self.assertIn(self.fails_somehow(client.noop), (ErrorCode.PROTOCOL, ErrorCode.STATE))
        endless = {"line": raw(b"550 " + b"x" * 30_000_000), "lines": raw(b"550-and then\r\n" * 2_000_000)}
        for name, act in endless.items():
            for verb in ("greeting", "ehlo", "auth", "rcpt", "dot", "quit"):
                with self.subTest(f"{name} at {verb}"):
                    self.meets(verb, act, judge)
        status = pathlib.Path("/proc/self/status").read_text()
        self.assertLess(int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]), 300_000)

    def fails_somehow(self, call):
        with self.assertRaises(mailmodule.MailModuleError) as raised:
            call()
        return raised.exception.code

    def test_a_loss_while_content_goes(self):
        for name, act in {"closed": lose, "reset": reset}.items():
            with self.subTest(name), Rogue("127.0.0.1", place.free_port(), text=[act]) as server:
                client = self.client()
                self.comes_to(client, "dot", server.port)

                def writes(client=client):
                    for _ in range(2000):
                        client.write(b"x" * 65534 + b"\r\n")
                error = self.fails(ErrorCode.CLOSED, writes)
                self.assertEqual((Layer.NETWORK, Stage.CONTENT, True), (error.layer, error.stage, error.retry), error)

    def test_a_server_that_takes_no_content_is_a_timeout(self):
        def deaf(session, line):
            session.server.over.wait(20)
        with Rogue("127.0.0.1", place.free_port(), text=[deaf]) as server:
            client = self.client(send_timeout=0.5)
            self.comes_to(client, "dot", server.port)
            error = self.fails(ErrorCode.TIMEOUT, client.write, b"x" * 65534 + b"\r\n" * 1_000_000 * 8)
            self.assertEqual((Layer.NETWORK, Stage.CONTENT, True), (error.layer, error.stage, error.retry), error)

    def test_a_refusal_before_the_content_has_gone_is_its_answer(self):
        """The server answers and closes while content is still on its way: the words are not lost."""
        with Rogue("127.0.0.1", place.free_port(), text=[after(say("552 5.3.4 too much"), lose)]) as server:
            client = self.client()
            call = self.comes_to(client, "dot", server.port)
            self.answers(552, call())

    def test_no_handshake_behind_starttls(self):
        acts = {"closed": (ErrorCode.TLS, lose), "reset": (ErrorCode.TLS, reset), "no TLS": (ErrorCode.TLS, after(raw(b"what is TLS?\r\n" * 40), lose)), "silence": (ErrorCode.TIMEOUT, hang)}
        for name, (code, act) in acts.items():
            with self.subTest(name), Rogue("127.0.0.1", place.free_port(), certificate=self.certificate, starttls=[after(say("220 go on"), act)]) as server:
                client = self.open(server.port)
                self.answers(220, client.starttls())
                if act == hang:
                    client.set_timeouts(1, 1, 1)
                error = self.fails(code, client.start_tls, "localhost")
                self.assertEqual(Stage.TLS, error.stage)
                self.assertIn(error.layer, (Layer.TLS, Layer.NETWORK))
                self.fails(ErrorCode.STATE, client.noop)

    def test_what_was_said_before_the_handshake_does_not_count_after_it(self):
        def injecting(session, line):
            session.write(b"220 2.0.0 go ahead\r\n250-injected\r\n250 DSN\r\n250 2.1.0 sender ok\r\n")
            session.encrypt()
        with Rogue("127.0.0.1", place.free_port(), certificate=self.certificate, capabilities=("SIZE 7",), starttls=[injecting]) as server:
            client = self.protected(server.port, name="localhost")
            self.assertEqual(["SIZE 7"], client.capabilities)
            self.answers(250, client.mail("anna@example.org"))
            self.answers(250, client.rcpt("bert@example.net"))
            self.answers(354, client.data())
            self.answers(250, client.end(LETTER))

    def test_what_a_server_says_unasked_before_it_hangs_up(self):
        """To a verb it is the answer. Messages are not sent, and so it is no success."""
        def farewell(session, line):
            session.good_ehlo(line)
            session.reply("421 4.4.2 idle too long")
            lose(session, line)
        message = mailmodule.SmtpMessage("anna@example.org", ["bert@example.net"], LETTER)
        for name, says in {"MAIL": lambda client: self.answers(421, client.mail("anna@example.org")),
                           "a message": lambda client: self.is_ended(lambda: client.send_message(message)),
                           "messages": lambda client: self.is_ended(lambda: client.send_all([message, message]))}.items():
            with self.subTest(name), Rogue("127.0.0.1", place.free_port(), ehlo=[farewell]) as server:
                client = self.open(server.port)
                self.assertTrue(client.wait(mailmodule.Ready.INPUT, 20))
                says(client)
                self.fails(ErrorCode.STATE, client.noop)
                self.answers(220, client.connect("127.0.0.1", server.port))
                self.answers(250, client.ehlo())
                self.assertEqual([250], [one.code for one in client.send_message(message)])

    def is_ended(self, call):
        error = self.fails(ErrorCode.CLOSED, call)
        self.assertEqual((Layer.NETWORK, Stage.MAIL, True), (error.layer, error.stage, error.retry))
        self.assertIn("421 4.4.2 idle too long", error.message)

    def test_a_server_that_always_hangs_up_never_hangs_us(self):
        with Rogue("127.0.0.1", place.free_port(), greeting=always(lose)) as server:
            client = self.client()
            for _ in range(20):
                self.fails(ErrorCode.CLOSED, client.connect, "127.0.0.1", server.port)


if __name__ == "__main__":
    unittest.main()
