"""The client verb by verb: against our own server, and against one that says what a test wants."""
from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable

from mailmodule import (
    ErrorCode,
    Layer,
    MailModuleError,
    Ready,
    SmtpClient,
    SmtpRefusal,
    Stage,
    TraceDirection,
)

from .place import SECONDS, Case, free_port, talking

CONTENT = b"Subject: a test\r\n\r\n.dot\r\n"


class Lines:
    """A server that gives these answers, one to each line it gets, and keeps the lines."""

    def __init__(self, *answers: str, greeting: str = "220 ready") -> None:
        self.answers = [greeting, *answers]
        self.heard: list[str] = []

    def __call__(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            for answer in self.answers:
                if answer:
                    connection.sendall(answer.encode() + b"\r\n")
                line = lines.readline()
                if not line:
                    return
                self.heard.append(line.decode("utf-8", "replace").rstrip("\r\n"))


class ClientCase(Case):
    def setUp(self) -> None:
        super().setUp()
        self.mail = self.engine()
        self.lines: list[tuple[TraceDirection, str]] = []

    def client(self, **options: object) -> SmtpClient:
        def trace(way: TraceDirection, line: str) -> None:
            self.lines.append((way, line))

        client = SmtpClient(self.mail, on_trace=trace, **options)  # type: ignore[arg-type]
        self.addCleanup(client.close)
        return client

    def sent(self) -> list[str]:
        return [line for way, line in self.lines if way == TraceDirection.SENT]


class VerbTests(ClientCase):
    def connected(self) -> SmtpClient:
        self.port = self.smtp_server(self.mail)
        client = self.client()
        self.assertEqual(220, client.connect("127.0.0.1", self.port).code)
        return client

    def test_a_message_goes_verb_by_verb(self) -> None:
        client = self.connected()
        reply = client.ehlo("client.example")
        self.assertEqual(250, reply.code)
        self.assertGreater(len(reply.lines), 3)
        self.assertIn("PIPELINING", client.capabilities)
        self.assertEqual("52428800", client.capability("size"))
        self.assertIsNone(client.capability("XFOO"))
        self.assertEqual(250, client.mail("carl@example.org", "SIZE=100").code)
        self.assertEqual(250, client.rcpt("anna@example.org").code)
        refused = client.rcpt("<nobody@example.org>")
        self.assertEqual((550, "5.1.1"), (refused.code, refused.status))
        self.assertEqual(354, client.data().code)
        client.write(b"Subject: pieces\r\n\r")
        client.write(b"\n.", first=False)
        self.assertEqual(250, client.end(b"dot\r\n").code)
        self.assertEqual(250, client.noop().code)
        self.assertEqual(221, client.quit().code)
        (received,) = self.mailbox(self.mail)
        self.assertTrue(received.endswith(b"\n\n.dot"), received)
        self.assertIn("EHLO client.example", self.sent())

    def test_a_refusal_is_an_exception_where_asked_for(self) -> None:
        client = self.connected()
        client.ehlo().raise_for_refusal()
        client.mail("carl@example.org").raise_for_refusal()
        with self.assertRaises(SmtpRefusal) as raised:
            client.rcpt("nobody@example.org").raise_for_refusal()
        self.assertEqual((ErrorCode.REFUSED_PERMANENT, 550), (raised.exception.code, raised.exception.reply.code))
        self.assertEqual(250, client.rset().code)

    def test_line_ends_are_converted_where_asked_for_and_refused_else(self) -> None:
        client = self.connected()
        client.ehlo()
        client.mail("carl@example.org")
        client.rcpt("anna@example.org")
        client.data()
        self.fails(ErrorCode.ARGUMENT, client.write, b"one\ntwo\n")
        self.assertEqual(250, client.end(b"Subject: x\n\none\ntwo\n", convert_eol=True).code)
        (received,) = self.mailbox(self.mail)
        self.assertTrue(received.endswith(b"\n\none\ntwo"), received)

    def test_raw_octets_go_as_they_are(self) -> None:
        client = self.connected()
        client.ehlo()
        client.mail("carl@example.org")
        client.rcpt("anna@example.org")
        client.data()
        client.write_raw(b"Subject: raw\r\n\r\n")
        self.assertEqual(250, client.end_raw(b"..dot\r\n.\r\n").code)
        (received,) = self.mailbox(self.mail)
        self.assertTrue(received.endswith(b"\n\n.dot"), received)

    def test_chunks_go_as_they_are(self) -> None:
        server = Lines("250-server\r\n250 CHUNKING", "250 from", "250 to", "", "", "250 a chunk", "", "250 taken")
        with talking(server) as port:
            client = self.client()
            client.connect("127.0.0.1", port)
            client.ehlo()
            client.mail("carl@example.org")
            client.rcpt("anna@example.org")
            self.assertEqual(250, client.bdat(b"Subject: chunks\r\n\r\n", last=False).code)
            self.assertEqual("taken", client.bdat(b".dot\r\n", last=True).text)
            client.close()
        self.assertEqual(["BDAT 19", "Subject: chunks", "", "BDAT 6 LAST", ".dot"], server.heard[3:])

    def test_chunks_are_an_error_where_the_server_takes_none(self) -> None:
        client = self.connected()
        client.helo()  # which offers no extension
        client.mail("carl@example.org")
        client.rcpt("anna@example.org")
        self.fails(ErrorCode.NOT_SUPPORTED, lambda: client.bdat(CONTENT, last=True))
        self.assertEqual(250, client.noop().code)

    def test_the_other_verbs_and_one_of_ones_own(self) -> None:
        client = self.connected()
        self.assertEqual(250, client.helo().code)
        self.assertIn(client.vrfy("anna").code, (250, 252, 502))
        self.assertGreater(client.expn("anna").code, 0)
        self.assertIn(client.help().code, (211, 214, 502))
        client.send_command("XFOO bar")
        client.send_command("NOOP")
        first = client.receive()
        self.assertEqual((500, 1), (first.code, first.due))
        self.assertEqual((250, 0), (client.receive().code, client.reply.due))
        self.fails(ErrorCode.STATE, client.receive)

    def test_a_line_break_in_an_argument_is_an_error_and_nothing_is_sent(self) -> None:
        client = self.connected()
        client.ehlo()
        before = len(self.sent())
        calls: list[Callable[[str], object]] = [
            client.helo, client.ehlo, client.lhlo, client.mail, client.rcpt, client.vrfy, client.expn, client.help,
            client.send_command, client.auth_raw, lambda text: client.mail("carl@example.org", text),
            lambda text: client.auth(text, "x", "PLAIN") if "\0" in text else client.mail(text),
        ]
        for call in calls:
            for text in ("a\r\nRSET", "a\nRSET", "a\rRSET", "a\0RSET"):
                self.fails(ErrorCode.ARGUMENT, call, text)
        self.assertEqual(before, len(self.sent()))
        self.assertEqual(250, client.noop().code)

    def test_a_login_by_password_and_one_of_ones_own(self) -> None:
        client = self.connected()
        client.ehlo()
        self.assertEqual(235, client.auth("anna", "secret").code)
        client.connect("127.0.0.1", self.port)
        client.ehlo()
        self.assertEqual(535, client.auth("anna", "wrong", "PLAIN").code)
        client.connect("127.0.0.1", self.port)
        client.ehlo()
        self.assertEqual(235, client.auth_raw("PLAIN", b"\0bert\0hidden").code)
        client.connect("127.0.0.1", self.port)
        client.ehlo()
        self.assertEqual(334, client.auth_raw("LOGIN").code)
        self.assertEqual(b"Username:", base64.b64decode(client.reply.text))
        self.assertEqual(334, client.auth_respond(b"anna").code)
        self.assertEqual(235, client.auth_respond(b"secret").code)
        for line in self.sent():
            self.assertNotIn("secret", line)
            self.assertNotIn(base64.b64encode(b"secret").decode(), line)
        self.assertTrue(any("***" in line for line in self.sent()))

    def test_the_dialogue_may_go_on_after_a_connect_without_greeting(self) -> None:
        self.port = self.smtp_server(self.mail)
        client = self.client()
        self.assertEqual(0, client.connect("localhost", self.port, greeting=False).code)
        self.assertEqual(Ready.INPUT, client.wait(Ready.INPUT, SECONDS))
        self.assertGreater(client.fileno(), 0)
        self.assertEqual(220, client.receive().code)
        self.assertEqual(Ready(0), client.wait(Ready.INPUT, 0.01))
        self.assertEqual(Ready.ROOM, client.wait(Ready.ROOM, 0.01))
        self.assertEqual("", client.tls)
        client.disconnect()
        self.fails(ErrorCode.STATE, client.noop)


class FailureTests(ClientCase):
    def test_an_error_has_its_layer_stage_and_peer(self) -> None:
        port = free_port()
        with self.assertRaises(MailModuleError) as raised:
            self.client().connect("127.0.0.1", port)
        error = raised.exception
        self.assertEqual((ErrorCode.CONNECT, Layer.CONNECT, Stage.CONNECT), (error.code, error.layer, error.stage))
        self.assertEqual(("127.0.0.1", f"127.0.0.1:{port}"), (error.host, error.peer))
        self.assertGreater(error.os_error, 0)
        self.assertTrue(error.retry)

    def test_silence_and_loss_and_nonsense_are_told_apart(self) -> None:
        for answers, code, layer in (
            (Lines("", ""), ErrorCode.TIMEOUT, Layer.NETWORK),
            (Lines(), ErrorCode.CLOSED, Layer.NETWORK),
            (Lines("what?", ""), ErrorCode.PROTOCOL, Layer.PROTOCOL),
        ):
            with self.subTest(code), talking(answers) as port:
                client = self.client()
                client.connect("127.0.0.1", port)
                if code != ErrorCode.CLOSED:
                    client.set_timeouts(SECONDS, SECONDS, 1)  # the greeting came in its own time
                with self.assertRaises(MailModuleError) as raised:
                    client.ehlo()
                error = raised.exception
                self.assertEqual((code, layer, Stage.HELLO), (error.code, error.layer, error.stage))
                self.fails(ErrorCode.STATE, client.noop)
                client.close()

    def test_timeouts_may_be_changed(self) -> None:
        with talking(Lines("", "")) as port:
            client = self.client()
            client.connect("127.0.0.1", port)
            client.set_timeouts(SECONDS, SECONDS, 0.05)
            self.fails(ErrorCode.TIMEOUT, client.noop)
            client.close()

    def test_cancel_by_another_thread_ends_a_wait_at_once(self) -> None:
        with talking(Lines("", "")) as port:
            client = self.client(receive_timeout=None)
            client.connect("127.0.0.1", port)
            sent = threading.Event()
            client._callbacks.on_trace = lambda way, line: sent.set() if way == TraceDirection.SENT else None
            times: list[float] = []

            def cancel() -> None:
                sent.wait(SECONDS)
                times.append(time.monotonic())
                client.cancel()

            thread = threading.Thread(target=cancel)
            thread.start()
            self.fails(ErrorCode.CANCELLED, client.noop)
            self.assertLess(time.monotonic() - times[0], SECONDS)  # the bench has the time itself
            thread.join()
            client.close()

    def test_stopping_the_engine_ends_a_wait(self) -> None:
        with talking(Lines("", "")) as port:
            client = self.client(receive_timeout=None)
            client.connect("127.0.0.1", port)
            sent = threading.Event()
            client._callbacks.on_trace = lambda way, line: sent.set() if way == TraceDirection.SENT else None

            def close() -> None:
                sent.wait(SECONDS)
                self.mail.close(0)

            thread = threading.Thread(target=close)
            thread.start()
            self.fails(ErrorCode.CANCELLED, client.noop)
            thread.join()
            client.close()
        client.close()
        self.fails(ErrorCode.HANDLE, client.noop)

    def test_what_a_handler_raises_comes_out_of_the_call(self) -> None:
        def trace(way: TraceDirection, line: str) -> None:
            if "NOOP" in line:
                raise KeyError(line)

        client = SmtpClient(self.mail, on_trace=trace)
        self.addCleanup(client.close)
        client.connect("127.0.0.1", self.smtp_server(self.mail))
        with self.assertRaises(KeyError):
            client.noop()
        self.assertEqual(250, client.ehlo().code)

    def test_a_client_that_is_in_a_call_is_not_entered_by_another_thread(self) -> None:
        with talking(Lines("", "")) as port:
            client = self.client(receive_timeout=None)
            client.connect("127.0.0.1", port)
            sent = threading.Event()
            client._callbacks.on_trace = lambda way, line: sent.set() if way == TraceDirection.SENT else None
            ended: list[MailModuleError] = []

            def wait() -> None:
                try:
                    client.noop()
                except MailModuleError as error:
                    ended.append(error)

            thread = threading.Thread(target=wait)
            thread.start()
            sent.wait(SECONDS)
            self.fails(ErrorCode.STATE, client.rset)
            client.cancel()
            thread.join()
            self.assertEqual(ErrorCode.CANCELLED, ended[0].code)
            client.close()


class TokenTests(ClientCase):
    EHLO = "250-server\r\n250 AUTH OAUTHBEARER XOAUTH2"

    def test_a_token_is_asked_for_when_it_is_needed(self) -> None:
        server = Lines(self.EHLO, "235 welcome")
        with talking(server) as port:
            client = self.client()
            client.connect("127.0.0.1", port)
            client.ehlo()
            self.assertEqual(235, client.auth_token("anna@example.org", lambda: "the-token").code)
            client.close()
        said = server.heard[1].split(" ")
        self.assertEqual(["AUTH", "OAUTHBEARER"], said[:2])
        self.assertIn(b"auth=Bearer the-token", base64.b64decode(said[2]))
        self.assertFalse(any("the-token" in line for line in self.sent()))

    def test_what_the_server_says_of_a_token_is_in_the_challenge(self) -> None:
        said = base64.b64encode(b'{"status":"invalid_token"}').decode()
        with talking(Lines(self.EHLO, f"334 {said}", "535 5.7.8 no")) as port:
            client = self.client()
            client.connect("127.0.0.1", port)
            client.ehlo()
            reply = client.auth_token("anna@example.org", "old", "XOAUTH2")
            self.assertEqual((535, '{"status":"invalid_token"}'), (reply.code, reply.challenge))
            client.close()

    def test_a_token_that_cannot_be_had_fails_the_login_alone(self) -> None:
        def token() -> str:
            raise LookupError("no token today")

        with talking(Lines(self.EHLO, "250 still here")) as port:
            client = self.client()
            client.connect("127.0.0.1", port)
            client.ehlo()
            with self.assertRaises(LookupError):
                client.auth_token("anna@example.org", token)
            self.assertEqual(250, client.noop().code)
            client.close()
