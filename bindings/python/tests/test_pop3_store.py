"""A mail store in handlers: what a POP3 server asks, on connections, on those that the host has accepted, in steps."""
from __future__ import annotations

import poplib
import socket
import ssl
import threading

from mailmodule import (
    PORT_ANY,
    PORT_NONE,
    Answer,
    ErrorCode,
    Pop3Handlers,
    Pop3Server,
    Session,
    SessionLogin,
    SessionMessage,
    SteppedSession,
    Verdict,
    Wants,
)

from .authority import certificate
from .place import SECONDS, Case

MESSAGES = [b"Subject: one\r\n\r\n.dot\r\n", b"Subject: two\r\n\r\nx\r\n"]
LOGIN = b"USER anna/work\r\nPASS right\r\n"


class Store(Pop3Handlers):
    """One mailbox for whoever knows the password; messages go out in pieces of 5 octets."""

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.removed: list[int] = []
        self.threads: set[int] = set()
        self.closed = threading.Event()

    def auth(self, session: Session, login: SessionLogin) -> Answer:
        if login.password != "right":
            return Verdict.REJECT
        session.set_login("somebody")
        return Verdict.ACCEPT

    def open(self, session: Session, name: str, folder: str) -> Answer:
        self.threads.add(threading.get_ident())
        self.heard.append((name, folder))
        for number, message in enumerate(MESSAGES, 1):
            session.add_message(len(message), f"id{number}")
        return Verdict.ACCEPT

    def retr(self, session: Session, message: SessionMessage) -> Answer:
        self.heard.append(message)
        session.values["rest"] = MESSAGES[message.number - 1]
        return Verdict.ACCEPT

    def read(self, session: Session, room: int) -> Answer:
        rest: bytes = session.values["rest"]
        session.write(rest[:5])
        session.values["rest"] = rest[5:]
        return Verdict.CONTINUE if rest[5:] else Verdict.DONE

    def remove(self, session: Session, message: SessionMessage) -> Answer:
        self.removed.append(message.number)
        return Verdict.DONE

    def update(self, session: Session) -> Answer:
        return session.reply(0, "updated") or Verdict.ACCEPT

    def capa(self, session: Session) -> Answer:
        session.add_reply_line("X-STORE a")
        return Verdict.ACCEPT

    def unknown(self, session: Session, verb: str, argument: str) -> Answer:
        self.heard.append((verb, argument))
        return 250

    def close(self, session: Session) -> None:
        self.closed.set()


class StoreTests(Case):
    def serve(self, handlers: Pop3Handlers | None, port: int = PORT_NONE) -> Pop3Server:
        server = Pop3Server(self.engine(plain_auth="always"), port, "127.0.0.1", handlers=handlers)
        server.start()
        return server

    def test_a_store_on_a_port(self) -> None:
        store = Store()
        server = self.serve(store, PORT_ANY)
        client = poplib.POP3("127.0.0.1", server.port, timeout=SECONDS)
        self.addCleanup(client.close)
        client.user("anna/work")
        self.assertRaises(poplib.error_proto, client.pass_, "wrong")
        client.user("anna/work")
        client.pass_("right")
        self.assertEqual((2, sum(map(len, MESSAGES))), client.stat())
        self.assertEqual([b"1 id1", b"2 id2"], client.uidl()[1])
        self.assertEqual([b"Subject: one", b"", b".dot"], client.retr(1)[1])
        self.assertEqual([b"Subject: two", b""], client.top(2, 0)[1])
        self.assertEqual(["a"], client.capa()["X-STORE"])
        client.dele(2)
        self.assertEqual(b"+OK updated", client.quit())
        self.assertTrue(store.closed.wait(SECONDS))
        server.stop()
        self.assertEqual([2], store.removed)
        first, second = SessionMessage(1, "id1", len(MESSAGES[0]), None), SessionMessage(2, "id2", len(MESSAGES[1]), 0)
        self.assertEqual([("somebody", "work"), first, second], store.heard)

    def test_a_store_in_steps(self) -> None:
        store = Store()
        server = self.serve(store)
        self.assertEqual(0, server.port)
        with SteppedSession(server, client="192.0.2.1", client_port=4711) as session:
            self.assertEqual(b"+OK", session.step().output[:3])
            self.assertTrue(session.step(LOGIN).output.startswith(b"+OK send PASS\r\n+OK 2 messages"))
            step = session.step(b"XYZ a  b\r\nRETR 1\r\n")
            said = step.output
            while step.wants == Wants.WRITE:
                step = session.step()
                said += step.output
            self.assertTrue(said.endswith(b"Subject: one\r\n\r\n..dot\r\n.\r\n"), said)
            step = session.step(b"DELE 1\r\nQUIT\r\n")
            self.assertEqual((b"+OK updated\r\n", Wants.CLOSE), (step.output.split(b"\n", 1)[1], step.wants))
        self.assertEqual([1], store.removed)
        self.assertEqual({threading.get_ident()}, store.threads)
        self.assertIn(("XYZ", "a  b"), store.heard)

    def test_a_session_that_waits_is_woken(self) -> None:
        class Late(Pop3Handlers):
            def noop(self, session: Session, text: str) -> Answer:
                owed = session.defer(SECONDS)
                threading.Thread(target=owed.answer, args=(Verdict.ACCEPT,)).start()
                return Verdict.PENDING

        woken = threading.Event()
        server = self.serve(Store())
        server.add_handlers(Late())
        with SteppedSession(server, wake=woken.set) as session:
            session.step()
            session.step(LOGIN)
            step = session.step(b"NOOP\r\n")
            while step.wants == Wants.WAIT:
                self.assertTrue(woken.wait(SECONDS))
                woken.clear()
                step = session.step()
            self.assertEqual(b"+OK\r\n", step.output)

    def test_tls_is_the_hosts(self) -> None:
        with SteppedSession(self.serve(Store()), offers_tls=True) as session:
            session.step()
            self.assertIn(b"\r\nSTLS\r\n", session.step(b"CAPA\r\n").output)
            self.assertEqual(Wants.TLS, session.step(b"STLS\r\n").wants)
            session.begin_tls("TLSv1.3 TLS_AES_256_GCM_SHA384")
            session.step()
            self.assertNotIn(b"\r\nSTLS\r\n", session.step(b"CAPA\r\n").output)

    def test_a_connection_that_the_host_has_accepted(self) -> None:
        store = Store()
        server = self.serve(store)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            accepting = threading.Thread(target=lambda: server.adopt(listener.accept()[0]))
            accepting.start()
            client = poplib.POP3("127.0.0.1", port, timeout=SECONDS)
            self.addCleanup(client.close)
            accepting.join()
            client.user("anna")
            client.pass_("right")
            client.quit()
            self.assertTrue(store.closed.wait(SECONDS))
            self.fails(ErrorCode.ARGUMENT, server.adopt, listener)

    def test_tls_from_the_first_octet_and_by_stls(self) -> None:
        class Telling(Store):
            def noop(self, session: Session, text: str) -> None:
                self.heard.append((session.info.protocol, session.info.tls.split()[0], session.info.user))

        file, key = certificate(self.folder, "localhost")
        trust = ssl.create_default_context(cafile=str(file))
        engine = self.engine(smtp_tls=1, tls_cert_file=file, tls_key_file=key)
        for is_first in (True, False):
            store = Telling()
            with Pop3Server(engine, PORT_ANY, "127.0.0.1", handlers=store, is_tls_first=is_first) as server:
                client: poplib.POP3
                if is_first:
                    client = poplib.POP3_SSL("localhost", server.port, timeout=SECONDS, context=trust)
                else:
                    client = poplib.POP3("localhost", server.port, timeout=SECONDS)
                    client.stls(trust)
                self.addCleanup(client.close)
                self.assertNotIn("STLS", client.capa())
                client.user("anna")
                client.pass_("right")
                client.noop()
                self.assertEqual([b"Subject: one", b"", b".dot"], client.retr(1)[1])
                client.quit()
                self.assertTrue(store.closed.wait(SECONDS))
            self.assertEqual(("POP3S", "TLSv1.3", "somebody"), store.heard[1])

    def test_a_connection_that_the_host_has_accepted_is_tls_from_the_first_octet_where_it_says_so(self) -> None:
        file, key = certificate(self.folder, "localhost")
        trust = ssl.create_default_context(cafile=str(file))
        server = Pop3Server(self.engine(tls_cert_file=file, tls_key_file=key), PORT_NONE, handlers=Store())
        server.start()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            accepting = threading.Thread(target=lambda: server.adopt(listener.accept()[0], is_tls_first=True))
            accepting.start()
            client = poplib.POP3_SSL("localhost", listener.getsockname()[1], timeout=SECONDS, context=trust)
            self.addCleanup(client.close)
            accepting.join()
            client.user("anna")
            client.pass_("right")
            self.assertEqual(2, client.stat()[0])
            client.quit()

    def test_the_librarys_mailbox_in_steps(self) -> None:
        class LetsIn(Pop3Handlers):
            def auth(self, session: Session, login: SessionLogin) -> Answer:
                return Verdict.ACCEPT

        with SteppedSession(self.serve(LetsIn())) as session:
            session.step()
            self.assertIn(b"+OK 0 messages", session.step(b"USER anna\r\nPASS any\r\n").output)

    def test_what_raises_is_an_error_to_the_client(self) -> None:
        class Raising(Store):
            def dele(self, session: Session, message: SessionMessage) -> Answer:
                raise ValueError("not mine")

        with self.assertLogs("mailmodule", "ERROR"), SteppedSession(self.serve(Raising())) as session:
            session.step()
            session.step(LOGIN)
            self.assertIn(b"-ERR", session.step(b"DELE 1\r\n").output)
            self.assertIn(b"+OK", session.step(b"NOOP\r\n").output)

    def test_what_cannot_be_is_an_error(self) -> None:
        class NoRetr(Pop3Handlers):
            def open(self, session: Session, name: str, folder: str) -> Answer:
                return Verdict.ACCEPT

        server = self.serve(None)
        self.fails(ErrorCode.ARGUMENT, server.add_handlers, NoRetr())
        self.fails(ErrorCode.ARGUMENT, lambda: SteppedSession(server, client="no address"))
        session = SteppedSession(server)
        session.step()
        self.fails(ErrorCode.STATE, session.begin_tls, "TLSv1.3")
        session.close()
        session.close()
        server.stop()
        self.fails(ErrorCode.HANDLE, lambda: SteppedSession(server))
