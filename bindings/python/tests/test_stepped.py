"""Sessions that the host steps: no socket, and no thread of the library's."""
from __future__ import annotations

import functools
import threading

from mailmodule import stepped as module
from mailmodule import PORT_NONE, Answer, ErrorCode, Session, SmtpHandlers, SmtpServer, SteppedSession, Verdict, Wants

from .place import SECONDS, Case

DIALOGUE = (
    b"EHLO client.example.net\r\n", b"MAIL FROM:<carl@example.net>\r\n", b"RCPT TO:<anna@example.org>\r\n", b"DATA\r\n",
    b"Subject: hello\r\n\r\n..dot\r\n.\r\n", b"QUIT\r\n",
)  # fmt: skip
CODES = [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]


class Sink(SmtpHandlers):
    """Takes all mail, and keeps it."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.threads: set[int] = set()
        self.clients: list[str] = []

    def rcpt(self, session: Session, recipient: object) -> Answer:
        self.threads.add(threading.get_ident())
        self.clients.append(session.info.client)
        return Verdict.ACCEPT

    def message(self, session: Session, size: int) -> Answer:
        self.threads.add(threading.get_ident())
        self.taken.append(b"".join(session.pieces()))
        return Verdict.DONE


class SteppedTests(Case):
    def serve(self, handlers: SmtpHandlers) -> SmtpServer:
        # no name server is at hand that could say anything of strangers
        server = SmtpServer(self.engine(spf=0, dkim_verify=0, arc=0), PORT_NONE, handlers=handlers)
        server.start()
        return server

    def test_a_whole_session_in_memory_on_the_threads_own(self) -> None:
        sink = Sink()
        with SteppedSession(self.serve(sink), client="192.0.2.1", client_port=4711) as session:
            replies, wants = [session.step()[0]], []
            for line in DIALOGUE:
                step = session.step(line)
                replies.append(step.output)
                wants.append(step.wants)
        self.assertEqual(CODES, [reply[:3] for reply in replies])
        self.assertEqual([Wants.READ] * 5 + [Wants.CLOSE], wants)
        self.assertEqual([b"Subject: hello\r\n\r\n.dot\r\n"], sink.taken)
        self.assertEqual({threading.get_ident()}, sink.threads)
        self.assertEqual(["192.0.2.1"], sink.clients)

    def test_octet_by_octet_the_session_is_the_same(self) -> None:
        sink = Sink()
        with SteppedSession(self.serve(sink)) as session:
            said = session.step().output
            for octet in b"".join(DIALOGUE):
                said += session.step(bytes([octet])).output
        self.assertEqual(CODES, [line[:3] for line in said.splitlines() if line[3:4] == b" "])
        self.assertEqual(1, len(sink.taken))

    def test_a_session_that_waits_is_woken(self) -> None:
        class Late(SmtpHandlers):
            def noop(self, session: Session, text: str) -> Answer:
                owed = session.defer(SECONDS)
                threading.Thread(target=owed.answer, args=(250,)).start()
                return Verdict.PENDING

        woken = threading.Event()
        with SteppedSession(self.serve(Late()), wake=woken.set) as session:
            session.step()
            session.step(b"HELO x.example\r\n")
            step = session.step(b"NOOP\r\n")
            while step.wants == Wants.WAIT:
                self.assertTrue(woken.wait(SECONDS))
                woken.clear()
                step = session.step()
            self.assertEqual(b"250", step.output[:3])

    def test_a_message_that_is_stored_is_waited_for(self) -> None:
        server = self.serve(SmtpHandlers())
        woken = threading.Event()
        with SteppedSession(server, wake=woken.set) as session:
            session.step()
            for line in DIALOGUE:
                step = session.step(line)
                while step.wants == Wants.WAIT:
                    self.assertTrue(woken.wait(SECONDS))
                    woken.clear()
                    step = session.step()
            self.assertEqual(b"221", step.output[:3])
        (stored,) = self.mailbox(server._engine)
        self.assertIn(b"\n.dot", stored)

    def test_tls_is_the_hosts(self) -> None:
        protocols: list[tuple[str, str]] = []

        class Telling(SmtpHandlers):
            def mail(self, session: Session, mail: object) -> None:
                protocols.append((session.info.protocol, session.info.tls))

        with SteppedSession(self.serve(Telling()), offers_tls=True) as session:
            session.step()
            self.assertIn(b"STARTTLS", session.step(DIALOGUE[0]).output)
            step = session.step(b"STARTTLS\r\n")
            self.assertEqual((b"220", Wants.TLS), (step.output[:3], step.wants))
            self.fails(ErrorCode.STATE, session.step, b"EHLO early.example\r\n")
            session.begin_tls("TLSv1.3 TLS_AES_256_GCM_SHA384")
            session.step()
            self.assertNotIn(b"STARTTLS", session.step(DIALOGUE[0]).output)
            session.step(DIALOGUE[1])
        self.assertEqual([("ESMTPS", "TLSv1.3 TLS_AES_256_GCM_SHA384")], protocols)

    def test_what_cannot_be_is_an_error(self) -> None:
        server = self.serve(SmtpHandlers())
        self.fails(ErrorCode.ARGUMENT, lambda: SteppedSession(server, client="no address"))
        session = SteppedSession(server)
        session.step()
        timeout = session.timeout
        assert timeout is not None
        self.assertGreater(timeout, 1)
        self.fails(ErrorCode.STATE, session.begin_tls, "TLSv1.3")
        session.close()
        session.close()
        self.fails(ErrorCode.HANDLE, session.step)
        server.stop()
        self.fails(ErrorCode.HANDLE, lambda: SteppedSession(server))

    def test_a_session_that_is_not_made_keeps_no_wake(self) -> None:
        server = self.serve(SmtpHandlers())
        for client in ("no address", "a\0b"):
            make = functools.partial(SteppedSession, server, client=client, wake=lambda: None)
            self.fails(ErrorCode.ARGUMENT, make)
        self.assertEqual({}, module._wakes._objects)

    def test_a_session_cannot_end_inside_its_handlers(self) -> None:
        codes: list[str] = []

        class Ending(SmtpHandlers):
            def noop(handlers, session: Session, text: str) -> None:
                codes.append(self.fails(ErrorCode.STATE, stepped.close))
                codes.append(self.fails(ErrorCode.STATE, stepped.step))

        with SteppedSession(self.serve(Ending())) as stepped:
            stepped.step()
            stepped.step(b"HELO x.example\r\n")
            self.assertEqual(b"250", stepped.step(b"NOOP\r\n").output[:3])
        self.assertEqual(2, len(codes))
