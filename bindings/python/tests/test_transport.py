"""TLS by the library, and ways of the host's own: TLS of Python's, octets without a socket."""
from __future__ import annotations

import contextlib
import select
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from mailmodule import Certificate, CertificateProblem, ErrorCode, Ready, SmtpClient, TlsCheck, Transport

from .authority import certificate
from .place import SECONDS, Case
from .test_client import CONTENT, Lines


def sample(name: str) -> ModuleType:
    """One of the samples as a module."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "samples"))
    try:
        return __import__(name)
    finally:
        del sys.path[0]


class TlsCase(Case):
    def setUp(self) -> None:
        super().setUp()
        self.file, key = certificate(self.folder, "localhost", "127.0.0.1")
        self.mail = self.engine(tls_cert_file=self.file, tls_key_file=key, smtp_tls=True)
        self.port = self.smtp_server(self.mail)

    def deliver(self, client: SmtpClient) -> None:
        client.ehlo().raise_for_refusal()
        client.mail("carl@example.org").raise_for_refusal()
        client.rcpt("anna@example.org").raise_for_refusal()
        client.data().raise_for_refusal()
        client.end(CONTENT).raise_for_refusal()
        client.quit()
        self.assertEqual(1, len(self.mailbox(self.mail)))


class TlsTests(TlsCase):
    def upgrade(self, client: SmtpClient) -> None:
        client.connect("localhost", self.port).raise_for_refusal()
        client.ehlo().raise_for_refusal()
        client.starttls().raise_for_refusal()
        client.start_tls()

    def test_starttls_with_a_certificate_that_the_handler_accepts(self) -> None:
        seen: list[tuple[Certificate, bool]] = []

        def accept(shown: Certificate, would: bool) -> bool:
            seen.append((shown, would))
            return True

        with SmtpClient(self.mail, on_certificate=accept) as client:
            self.upgrade(client)
            self.assertIn("TLSv1.3", client.tls)
            self.deliver(client)
        shown, would = seen[0]
        self.assertFalse(would)
        self.assertEqual(("localhost", CertificateProblem.SELF_SIGNED), (shown.host, shown.problems))
        self.assertEqual({"localhost", "127.0.0.1"}, set(shown.names))
        self.assertEqual(ssl.PEM_cert_to_DER_cert(self.file.read_text()), shown.chain[0])
        assert shown.not_before and shown.not_after
        self.assertLess(shown.not_before, shown.not_after)

    def test_a_certificate_that_nobody_accepts_ends_the_handshake(self) -> None:
        with SmtpClient(self.mail) as client:
            with self.assertRaises(Exception) as raised:
                self.upgrade(client)
            error = raised.exception
            self.assertEqual(ErrorCode.TLS, getattr(error, "code"))
            self.assertEqual(CertificateProblem.SELF_SIGNED, getattr(error, "certificate"))

    def test_a_handler_that_raises_accepts_nothing(self) -> None:
        def fail(shown: Certificate, would: bool) -> bool:
            raise LookupError("a handler fails")

        with SmtpClient(self.mail, on_certificate=fail, tls_check=TlsCheck.NEVER) as client:
            with self.assertRaises(LookupError):
                self.upgrade(client)
            self.fails(ErrorCode.STATE, client.noop)

    def test_a_name_that_does_not_fit_is_told_by_itself(self) -> None:
        seen: list[CertificateProblem] = []

        def look(shown: Certificate, would: bool) -> bool:
            seen.append(shown.problems)
            return would

        with SmtpClient(self.mail, on_certificate=look) as client:
            client.connect("localhost", self.port)
            client.ehlo()
            client.starttls()
            with self.assertRaises(Exception):
                client.start_tls("other.example")
        self.assertIn(CertificateProblem.NAME, seen[0])


class OwnTlsTests(TlsCase):
    def test_a_message_goes_over_pythons_own_tls(self) -> None:
        own_tls = sample("own_tls")
        with SmtpClient(self.mail) as client:
            client.connect("localhost", self.port).raise_for_refusal()
            client.ehlo().raise_for_refusal()
            own_tls.start_own_tls(client, "localhost", ssl.create_default_context(cafile=str(self.file)))
            client.ehlo().raise_for_refusal()
            self.assertEqual(235, client.auth("anna", "secret", "PLAIN").code)
            self.deliver(client)

    def test_a_certificate_that_python_refuses_comes_out_of_the_handshake(self) -> None:
        own_tls = sample("own_tls")
        with SmtpClient(self.mail) as client:
            client.connect("localhost", self.port).raise_for_refusal()
            client.ehlo()
            with self.assertRaises(ssl.SSLCertVerificationError):
                own_tls.start_own_tls(client, "localhost", ssl.create_default_context())

    def test_a_large_message_goes_over_pythons_own_tls(self) -> None:
        own_tls = sample("own_tls")
        content = b"Subject: large\r\n\r\n" + b"".join(b"%070d\r\n" % number for number in range(50_000))
        with SmtpClient(self.mail) as client:
            client.connect("localhost", self.port)
            client.ehlo()
            own_tls.start_own_tls(client, "localhost", ssl.create_default_context(cafile=str(self.file)))
            client.ehlo()
            client.mail("carl@example.org")
            client.rcpt("anna@example.org")
            client.data()
            client.end(content).raise_for_refusal()
        (received,) = self.mailbox(self.mail)
        self.assertTrue(received.endswith(content.replace(b"\r\n", b"\n").rstrip()))


class Pair(Transport):
    """One end of a socket pair, with a wait of its own."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.end.setblocking(False)
        self.woken, self.waker = socket.socketpair()
        self.closed = 0

    def read(self, size: int) -> bytes:
        return self.end.recv(size)

    def write(self, octets: bytes) -> int:
        return self.end.send(octets)

    def wait(self, wanted: Ready, timeout: float | None) -> Ready:
        inputs: list[socket.socket] = [self.woken] + ([self.end] if Ready.INPUT in wanted else [])
        there, room, _ = select.select(inputs, [self.end] if Ready.ROOM in wanted else [], [], timeout)
        if self.woken in there:
            self.woken.recv(16)
            return Ready(0)
        return (Ready.INPUT if there else Ready(0)) | (Ready.ROOM if room else Ready(0))

    def interrupt(self) -> None:
        self.waker.send(b"x")

    def close(self) -> None:
        self.closed += 1
        for one in (self.end, self.woken, self.waker):
            one.close()


@contextlib.contextmanager
def paired(server: Lines, kind: type[Pair] = Pair) -> Iterator[Pair]:
    """A transport of that kind, and the server at its other end."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with theirs, contextlib.suppress(OSError):
            server(theirs)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield kind(ours)
    finally:
        ours.close()
        thread.join(SECONDS)


class TransportTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.mail = self.engine()

    def test_a_dialogue_goes_over_a_way_without_a_socket_of_ours(self) -> None:
        server = Lines("250 hello", "221 bye")
        with paired(server) as transport, SmtpClient(self.mail) as client:
            self.assertEqual(220, client.connect_transport(transport, "server.example").code)
            self.assertEqual(250, client.ehlo("client.example").code)
            self.assertEqual(221, client.quit().code)
        self.assertEqual(["EHLO client.example", "QUIT"], server.heard)
        self.assertEqual(1, transport.closed)

    def test_cancel_interrupts_the_own_wait(self) -> None:
        waiting = threading.Event()

        class Telling(Pair):
            def wait(self, wanted: Ready, timeout: float | None) -> Ready:
                waiting.set()
                return super().wait(wanted, timeout)

        with paired(Lines("", ""), Telling) as transport, SmtpClient(self.mail, receive_timeout=None) as client:
            client.connect_transport(transport)
            waiting.clear()

            def cancel() -> None:
                waiting.wait(SECONDS)
                client.cancel()

            thread = threading.Thread(target=cancel)
            thread.start()
            self.fails(ErrorCode.CANCELLED, client.noop)
            thread.join()
            client.close()
            self.assertEqual(1, transport.closed)

    def test_what_a_transport_raises_comes_out_of_the_call(self) -> None:
        class Failing(Pair):
            def write(self, octets: bytes) -> int:
                raise LookupError("no way")

        with paired(Lines("250 hello"), Failing) as transport, SmtpClient(self.mail) as client:
            client.connect_transport(transport)
            with self.assertRaises(LookupError):
                client.ehlo()
            self.fails(ErrorCode.STATE, client.noop)
            client.close()
            self.assertEqual(1, transport.closed)

    def test_a_password_goes_over_a_way_that_is_secure_alone(self) -> None:
        for is_secure in (False, True):
            with self.subTest(is_secure), paired(Lines("250-a\r\n250 AUTH PLAIN", "235 in")) as transport:
                transport.is_secure = is_secure
                with SmtpClient(self.mail) as client:
                    client.connect_transport(transport, "server.example")
                    client.ehlo()
                    if is_secure:
                        self.assertEqual(235, client.auth("anna", "secret", "PLAIN").code)
                    else:
                        self.fails(ErrorCode.TLS, client.auth, "anna", "secret", "PLAIN")

    def test_nothing_of_a_transport_is_left_behind(self) -> None:
        from mailmodule import transport as module

        before = dict(module._bound._objects)
        with paired(Lines("250 hello")) as transport, SmtpClient(self.mail) as client:
            client.connect_transport(transport)
            self.fails(ErrorCode.ARGUMENT, client.ehlo, "\r\n")
        self.assertEqual(before, module._bound._objects)

    def test_nothing_is_left_behind_of_what_did_not_come_to_the_library(self) -> None:
        from mailmodule import transport as module
        from mailmodule._abi import clients

        class NoSocket(Pair):
            def fileno(self) -> int:
                raise LookupError("no socket")

        before = dict(module._bound._objects), dict(clients._clients._objects)
        self.fails(ErrorCode.ARGUMENT, lambda: SmtpClient(self.mail, proxy="a\0b"))
        with paired(Lines("250 hello"), NoSocket) as transport, SmtpClient(self.mail) as client:
            self.fails(ErrorCode.ARGUMENT, client.connect_transport, transport, "a\0b")
            for lay in (client.connect_transport, client.set_transport):
                with self.assertRaises(LookupError):
                    lay(transport)
        self.assertEqual(before, (module._bound._objects, clients._clients._objects))
