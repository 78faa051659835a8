"""The POP3 client verb by verb: against our own server, and against one that says what a test wants."""
from __future__ import annotations

import threading
import time

import mailmodule
from mailmodule import (
    ErrorCode,
    Layer,
    MailModuleError,
    Pop3Answer,
    Pop3Client,
    Pop3LoginFlags,
    Pop3Status,
    Stage,
    TraceDirection,
)

from .place import SECONDS, Case, talking
from .test_client import Lines
from .test_transport import paired

GREETING = "+OK ready"


class Pop3ClientTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.mail = self.engine()

    def client(self, **options: object) -> Pop3Client:
        client = Pop3Client(self.mail, **options)  # type: ignore[arg-type]
        self.addCleanup(client.close)
        return client

    def test_a_mailbox_is_read_verb_by_verb(self) -> None:
        for number in range(2):
            self.mail.deliver("anna", f"Subject: {number}\r\n\r\n.dot\r\n".encode())
        with mailmodule.Pop3Server(self.mail, mailmodule.PORT_ANY) as server, self.client() as client:
            self.assertTrue(client.connect("127.0.0.1", server.port).is_positive)
            self.assertTrue(client.capa().is_positive)
            self.assertIn("UIDL", client.capabilities)
            self.assertEqual("", client.capability("uidl"))
            self.assertIsNone(client.capability("XNONE"))
            self.assertEqual("", client.tls)
            refused = client.auth("anna", "wrong", "PLAIN")
            self.assertEqual((Pop3Status.ERR, "AUTH"), (refused.status, refused.code))
            self.assertTrue(client.login("anna", "secret").is_positive)
            reply, count, octets = client.stat()
            self.assertEqual((Pop3Status.OK, 2), (reply.status, count))
            client.list()
            self.assertEqual([1, 2], [entry.number for entry in client.entries()])
            client.uidl()
            self.assertEqual(2, len({entry.id for entry in client.entries()}))
            client.retr(1)
            first = client.read_all()
            self.assertTrue(first.endswith(b"\r\n\r\n.dot\r\n"), first)
            pieces: dict[int, bytes] = {}

            def take(number: int, piece: bytes, status: Pop3Status) -> None:
                pieces[number] = pieces.get(number, b"") + piece

            client.retr_all(take, count=2)
            self.assertEqual(first, pieces[1])
            self.assertEqual(octets, sum(map(len, pieces.values())))
            client.dele(1)
            client.rset()
            client.dele(2)
            self.assertTrue(client.quit().is_positive)
        self.assertEqual(1, len(self.mailbox(self.mail)))

    def test_every_verb_goes_out_as_it_is_named(self) -> None:
        server = Lines(*["-ERR no"] * 10, "+OK bye", greeting="+OK ready <1@a.example>")
        with talking(server) as port, self.client() as client:
            self.assertEqual("<1@a.example>", client.connect("127.0.0.1", port).stamp)
            client.capa()
            client.stls()
            client.user("anna")
            client.pass_("secret")
            client.auth("anna", "secret", "PLAIN")
            client.utf8()
            client.lang("de")
            client.top(1, 2)
            client.noop()
            client.send_command("XOWN 1", Pop3Answer.ONE_LINE)
            self.assertEqual("no", client.receive().text)
            self.assertTrue(client.quit().is_positive)
        self.assertEqual(
            ["CAPA", "STLS", "USER anna", "PASS secret", "AUTH PLAIN AGFubmEAc2VjcmV0", "UTF8", "LANG de", "TOP 1 2"]
            + ["NOOP", "XOWN 1", "QUIT"],
            server.heard,
        )

    def test_a_login_of_ones_own_and_one_by_token(self) -> None:
        server = Lines("+ YQ==", "-ERR no", "+OK in", greeting=GREETING)
        with talking(server) as port, self.client() as client:
            client.connect("127.0.0.1", port)
            asked = client.auth_raw("X-OWN", b"")
            self.assertEqual((Pop3Status.CHALLENGE, "a"), (asked.status, asked.challenge))
            self.assertEqual(Pop3Status.ERR, client.auth_respond(None).status)
            self.assertTrue(client.auth_token("anna", lambda: "t", "XOAUTH2").is_positive)
        self.assertEqual(["AUTH X-OWN =", "*"], server.heard[:2])

    def test_a_login_may_be_kept_from_ways(self) -> None:
        server = Lines("-ERR no", greeting=GREETING)
        with talking(server) as port, self.client() as client:
            client.connect("127.0.0.1", port)
            self.fails(ErrorCode.NOT_SUPPORTED, client.login, "anna", "secret", Pop3LoginFlags.NO_USER)

    def test_an_error_has_its_layer_and_stage(self) -> None:
        with talking(Lines("", greeting=GREETING)) as port, self.client() as client:
            client.connect("127.0.0.1", port)
            client.set_timeouts(SECONDS, SECONDS, 0.05)
            with self.assertRaises(MailModuleError) as raised:
                client.retr(1)
        error = raised.exception
        self.assertEqual((ErrorCode.TIMEOUT, Layer.NETWORK, Stage.CONTENT), (error.code, error.layer, error.stage))

    def test_cancel_by_another_thread_is_final(self) -> None:
        waits = threading.Event()

        def trace(way: TraceDirection, line: str) -> None:
            if (way, line) == (TraceDirection.SENT, "NOOP"):
                waits.set()

        with talking(Lines("", "", greeting=GREETING)) as port, self.client(on_trace=trace) as client:
            client.connect("127.0.0.1", port)

            def cancel() -> None:
                waits.wait(SECONDS)
                client.cancel()

            canceller = threading.Thread(target=cancel)
            canceller.start()
            began = time.monotonic()
            self.fails(ErrorCode.CANCELLED, client.noop)
            self.assertLess(time.monotonic() - began, SECONDS)
            canceller.join()
            self.fails(ErrorCode.STATE, client.noop)

    def test_a_dialogue_goes_over_a_way_without_a_socket_of_ours(self) -> None:
        server = Lines("+OK", "+OK bye", greeting=GREETING)
        with paired(server) as transport, self.client() as client:
            self.assertTrue(client.connect_transport(transport, "server.example").is_positive)
            self.assertTrue(client.noop().is_positive)
            self.assertTrue(client.quit().is_positive)
        self.assertEqual(["NOOP", "QUIT"], server.heard)
        self.assertEqual(1, transport.closed)

    def test_what_take_raises_comes_out_of_the_call(self) -> None:
        def take(number: int, piece: bytes, status: Pop3Status) -> None:
            raise KeyError(number)

        with talking(Lines("+OK\r\nx\r\n.", greeting=GREETING)) as port, self.client() as client:
            client.connect("127.0.0.1", port)
            with self.assertRaises(KeyError):
                client.retr_all(take, count=1)
