"""CR, LF and NUL in every text that a host gives to our client: refused with the argument's name, and nothing of it goes out."""

import inspect
import unittest

from clients import ErrorCode, TestOfClient, mailmodule
from mailmodule import SendOptions, SmtpMessage
from support import place
from support.rogue import Rogue

BREAKS = ("\r\nRSET", "\nRSET", "\rRSET", "\0RSET", "\r\n", "\n", "\r", "\0")

# Each method with a text that goes to the server: its arguments, and which of them are tried.
VERBS = {
    "helo": {"name": "client.example"}, "ehlo": {"name": "client.example"}, "lhlo": {"name": "client.example"},
    "auth": {"user": "user", "mechanism": "PLAIN"}, "auth_token": {"identity": "user", "token": "token", "mechanism": "XOAUTH2"},
    "auth_raw": {"mechanism": "PLAIN"}, "mail": {"sender": "anna@example.org", "parameters": "SIZE=1"}, "rcpt": {"to": "bert@example.net", "parameters": "NOTIFY=NEVER"},
    "vrfy": {"text": "bert"}, "expn": {"text": "bert"}, "help": {"text": "bert"}, "send_command": {"line": "XFOO"},
}
MORE = {"auth": {"password": "password"}}
ELSEWHERE = {"connect", "connect_transport", "start_tls", "set_transport", "send_all", "send_message", "capability"}  # have tests of their own, or say nothing
WITHOUT_TEXT = {"auth_respond", "bdat", "cancel", "close", "data", "disconnect", "end", "end_raw", "fileno", "noop", "quit", "receive", "rset", "set_timeouts",
                "starttls", "wait", "write", "write_raw", "tls", "capabilities", "reply"}


class Injection(TestOfClient):
    @classmethod
    def before(cls):
        cls.server = cls.stack.enter_context(Rogue("127.0.0.1", place.free_port(), capabilities=("PIPELINING", "SIZE 0", "AUTH PLAIN XOAUTH2")))

    def each_break(self, good):
        for text in BREAKS:
            for bad in (good + text, text + good, good[:2] + text + good[2:]):
                yield bad

    def says_nothing(self, call, *names):
        """It is refused by name, and the server hears nothing."""
        heard = len(self.server.lines)
        error = self.fails(ErrorCode.ARGUMENT, call)
        self.assertTrue(any(name in error.message for name in names), error.message)
        self.assertEqual([], self.server.lines[heard:])

    def test_every_method_is_known_here(self):
        known = {name for name, _ in inspect.getmembers(mailmodule.SmtpClient) if not name.startswith("_")}
        self.assertEqual(set(), known - set(VERBS) - ELSEWHERE - WITHOUT_TEXT)

    def test_every_text_of_every_verb(self):
        client = self.open(self.server.port)
        for verb, good in VERBS.items():
            for argument, value in good.items():
                for bad in self.each_break(value):
                    with self.subTest(f"{verb} {argument}", bad=bad):
                        names = {"sender": ("sender", "from"), "text": ("text", "argument")}.get(argument, (argument,))
                        self.says_nothing(lambda: getattr(client, verb)(**{**MORE.get(verb, {}), **good, argument: bad}), *names)
        # the line is as good as before: these, and no others, were said
        heard = len(self.server.lines)
        self.answers(250, client.mail("anna@example.org"))
        self.answers(250, client.rcpt("bert@example.net"))
        self.answers(250, client.rset())
        self.answers(250, client.noop())
        self.assertEqual(["MAIL FROM:<anna@example.org>", "RCPT TO:<bert@example.net>", "RSET", "NOOP"], self.server.lines[heard:])

    def test_the_host_of_a_connection(self):
        client = self.client()
        for bad in self.each_break("127.0.0.1"):
            with self.subTest(bad=bad):
                self.says_nothing(lambda: client.connect(bad, self.server.port), "host")

    def test_the_name_of_a_handshake(self):
        for bad in self.each_break("localhost"):
            with self.subTest(bad=bad):
                client = self.client()
                client.connect("127.0.0.1", self.server.port, greeting=False)
                self.says_nothing(lambda client=client: client.start_tls(bad), "server_name")
                client.close()

    def test_a_password_is_one_line_whatever_it_holds(self):
        client = self.open(self.server.port)
        for bad in self.each_break("password"):
            with self.subTest(bad=bad):
                heard = len(self.server.lines)
                try:
                    self.answers(535, client.auth("user", bad, "PLAIN"))
                    self.assertRegex("\n".join(self.server.lines[heard:]), r"^AUTH PLAIN [A-Za-z0-9+/=]+$")
                except mailmodule.MailModuleError as error:
                    self.assertEqual((ErrorCode.ARGUMENT, []), (error.code, self.server.lines[heard:]))

    def test_texts_of_whole_transactions(self):
        client = self.open(self.server.port)
        for bad in self.each_break("anna@example.org"):
            for message in (SmtpMessage(bad, ["bert@example.net"], b"x"), SmtpMessage("a@example.org", [bad], b"x"), SmtpMessage("a@example.org", ["b@example.net", bad], b"x"),
                            SmtpMessage("a@example.org", ["b@example.net"], b"x", parameters=bad), SmtpMessage("a@example.org", [("b@example.net", bad)], b"x")):
                with self.subTest(message=message):
                    self.says_nothing(lambda: client.send_all([message]), "")
        self.assertEqual([250], [one.code for one in client.send_message(SmtpMessage("a@example.org", ["b@example.net"], b"Subject: x\r\n\r\nx\r\n"))])

    def test_content_has_no_bare_ends_of_lines(self):
        client = self.open(self.server.port)
        for bad in (b"one\ntwo\r\n", b"one\rtwo\r\n", b".\n.\r\n", b"\n.\n"):
            with self.subTest(bad):
                client.mail("anna@example.org")
                client.rcpt("bert@example.net")
                client.data()
                heard = len(self.server.lines)
                self.fails(ErrorCode.ARGUMENT, client.write, bad)
                self.answers(250, client.end(b"Subject: x\r\n\r\n.\r\nMAIL FROM:<x@y>\r\n.\r\n"))
                self.assertEqual([], self.server.lines[heard:])
                self.assertEqual(b"Subject: x\r\n\r\n.\r\nMAIL FROM:<x@y>\r\n.\r\n", self.server.messages[-1].text)

    def test_texts_of_a_mail_in_one_call(self):
        good = {"sender": "anna@example.org", "to": "bert@example.net", "cc": "carl@example.net", "bcc": "dora@example.net", "subject": "Hello"}
        options = SendOptions(host="127.0.0.1", port=self.server.port, tls=mailmodule.Tls.NONE)
        self.trace = []
        for argument, value in good.items():
            for bad in self.each_break(value):
                with self.subTest(argument, bad=bad):
                    names = {"sender": ("sender", "from")}.get(argument, (argument,))
                    self.says_nothing(lambda: mailmodule.send_mail(self.engine, **{**good, argument: bad}, text="x", options=options), *names)

    def test_texts_of_options_and_of_a_message_step_by_step(self):
        good = {"hello_name": ("client.example", "the name for EHLO"), "envelope_id": ("id", "envelope id")}
        self.trace = []
        for argument, (value, name) in good.items():
            for bad in self.each_break(value):
                with self.subTest(argument, bad=bad):
                    options = SendOptions(**{"host": "127.0.0.1", "port": self.server.port, argument: bad})
                    self.says_nothing(lambda: self.engine.message("anna@example.org", options), name, argument)
        with self.engine.message("anna@example.org", SendOptions(host="127.0.0.1", port=self.server.port)) as message:
            for bad in self.each_break("bert@example.net"):
                with self.subTest("recipient", bad=bad):
                    self.says_nothing(lambda: message.add_recipient(bad), "")
                    self.says_nothing(lambda: message.add_recipient("bert@example.net", orcpt=bad), "")
                    self.says_nothing(lambda: self.engine.message(bad), "")

    def test_host_and_login_of_a_message_step_by_step_make_no_lines(self):
        known = r"^(EHLO client\.example|AUTH PLAIN [A-Za-z0-9+/=]+|QUIT|RSET|)$"
        self.trace = []
        for argument, value in {"host": "127.0.0.1", "user_name": "user", "password": "password"}.items():
            for bad in self.each_break(value):
                with self.subTest(argument, bad=bad):
                    heard = len(self.server.lines)
                    options = SendOptions(**{"host": "127.0.0.1", "user_name": "user", "password": "x", "port": self.server.port, "tls": mailmodule.Tls.NONE, argument: bad})
                    try:
                        result = mailmodule.send_mail(self.engine, "anna@example.org", "bert@example.net", subject="x", text="x", options=options)
                        self.assertNotEqual(ErrorCode.OK, result.outcome)
                    except mailmodule.MailModuleError as error:
                        self.assertEqual(ErrorCode.ARGUMENT, error.code)
                    for line in self.server.lines[heard:]:
                        self.assertRegex(line, known)

    def test_options_of_a_client(self):
        self.trace = []
        for bad in self.each_break("socks5://127.0.0.1:1"):
            with self.subTest(bad=bad):
                self.fails(ErrorCode.ARGUMENT, self.client, proxy=bad)


if __name__ == "__main__":
    unittest.main()
