"""Mail of a Dovecot is fetched into mailboxes here: moved or copied, with TLS, over connections that break, from several mailboxes at once."""

import os
import socket
import threading
import time
import unittest

from clients import ErrorCode, TestOfClient
import mailmodule
from mailmodule import Fetch, FetchAccount, FetchFlag, Stage, Tls
from support import place
from support.peers import Dovecot
from test_pop3_client_misbehaving import Scripted

BODIES = (
    b"dots\r\n.\r\n..two\r\n.three\r\n",
    b"a line of 100 KB\r\n" + b"x" * 100_000 + b"\r\n",
    b"",
    b"many\r\n" + b"line\r\n" * 50_000,
)


class SecureDovecot(Dovecot):
    """With STLS, and TLS from the first octet."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.tls_port = place.free_port()

    def text(self):
        return super().text().replace("pop3s {\n    port = 0", f"pop3s {{\n    port = {self.tls_port}\n    ssl = yes")


class Between:
    """Passes connections on to a port. One is broken when so many octets have come from there, then all pass; or each when certain octets have come."""

    def __init__(self, port, after=None, at=None):
        self.port, self.after, self.at = port, after, at
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # which ends its thread's wait, before another listener gets its number
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client, self.after), daemon=True).start()
            self.after = None

    def serve(self, client, after):
        with client, socket.create_connection(("127.0.0.1", self.port)) as server:
            threading.Thread(target=self.copy, args=(client, server, None), daemon=True).start()
            self.copy(server, client, after, self.at)

    def pass_on(self, octets, target):
        target.sendall(octets)

    def copy(self, source, target, after, at=None):
        try:
            while octets := source.recv(4096 if after is None else max(1, min(4096, after))):
                if at and at in octets:
                    break
                self.pass_on(octets, target)
                if after is not None and (after := after - len(octets)) <= 0:
                    break
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Dripping(Between):
    """What is long comes octet by octet."""

    def pass_on(self, octets, target):
        while len(octets) > 2_000:
            target.sendall(octets[:1])
            octets = octets[1:]
            time.sleep(0.05)
        target.sendall(octets)


def drip(octets):
    """Octets, and 15 seconds of others one by one."""
    yield octets
    for _ in range(300):
        time.sleep(0.05)
        yield b"x"


@unittest.skipUnless(place.is_root(), "Dovecot's master needs root")
class TestFetch(TestOfClient):
    settings = {"user": ["anna;secret;;P", "bert;secret;;P"], "spf": 0, "dkim_verify": 0, "arc": 0}

    @classmethod
    def before(cls):
        cls.boxes = cls.folder / "boxes"
        cls.boxes.mkdir()
        os.chmod(cls.folder, 0o755)
        cls.dovecot = cls.stack.enter_context(Dovecot(cls.folder / "dovecot", cls.boxes))
        cls.secure = cls.stack.enter_context(
            SecureDovecot(cls.folder / "secure", cls.boxes, certificate=cls.authority.issue("localhost")))

    def setUp(self):
        self.user = self.new_user()
        self.here = {path.name for path in self.files("anna")}

    def new_user(self, bodies=BODIES):
        user = "user" + os.urandom(4).hex()
        for folder in ("cur", "tmp", "new"):
            (self.boxes / user / folder).mkdir(parents=True)
        for number, body in enumerate(bodies):
            text = b"Return-Path: <eve@there.example>\r\nSubject: " + b"%s-%d\r\n\r\n" % (user.encode(), number) + body
            (self.boxes / user / "new" / f"100000000{number}.M1P1.host").write_bytes(text.replace(b"\r\n", b"\n"))
        place.run("chown", "-R", "nobody:nogroup", str(self.boxes / user))
        return user

    def account(self, user=None, host="127.0.0.1", port=None, **more):
        return FetchAccount(host, user or self.user, "secret", "anna", port=port or self.dovecot.port, **more)

    def look(self, account):
        with Fetch(self.engine, account) as fetch:
            return fetch.wait(30)

    def left(self, user=None):
        return sum(len(os.listdir(self.boxes / (user or self.user) / part)) for part in ("new", "cur"))

    def files(self, user):
        new = self.folder / "mail" / "users" / user / "Maildir" / "new"
        return [new / name for name in os.listdir(new)] if new.is_dir() else []

    def arrived(self, count):
        """What came since the test began, once it is as much: subject and body of each."""
        fresh = lambda: [path for path in self.files("anna") if path.name not in self.here]  # noqa: E731
        place.wait_until(lambda: len(fresh()) >= count)
        found = {}
        for path in fresh():
            head, _, body = place.crlf(path.read_bytes()).partition(b"\r\n\r\n")
            subject = next(line[9:].decode() for line in head.split(b"\r\n") if line.startswith(b"Subject: "))
            self.assertTrue(head.startswith(b"Return-Path: <eve@there.example>\r\nReceived: from "), head)
            self.assertNotIn(subject, found, "it came twice")
            found[subject] = body
        return found

    def wanted(self, user=None, bodies=BODIES):
        return {f"{user or self.user}-{number}": body for number, body in enumerate(bodies)}

    def test_mail_is_moved(self):
        result = self.look(self.account())
        self.assertEqual((4, 4, 4, ErrorCode.OK), (result.found, result.fetched, result.deleted, result.error), result)
        self.assertEqual(0, self.left())
        self.assertEqual(self.wanted(), self.arrived(4))

    def test_mail_is_copied_once(self):
        for fetched in (4, 0, 0):
            result = self.look(self.account(flags=FetchFlag.KEEP))
            self.assertEqual((fetched, 4 - fetched, 0), (result.fetched, result.known, result.deleted), result)
        self.assertEqual(4, self.left())
        self.assertEqual(self.wanted(), self.arrived(4))
        result = self.look(self.account())
        self.assertEqual((0, 4), (result.fetched, result.deleted), result)
        self.assertEqual(0, self.left())
        self.assertEqual(self.wanted(), self.arrived(4))

    def test_tls(self):
        result = self.look(self.account(tls=Tls.REQUIRED))
        self.assertEqual((ErrorCode.TLS, Stage.TLS), (result.error, result.stage), result)
        # where it is offered, it is used, and the certificate counts
        result = self.look(self.account(port=self.secure.port))
        self.assertEqual((ErrorCode.CERTIFICATE_NAME, Stage.TLS),
                         (result.error, result.stage), result)
        self.assertEqual(4, self.left())
        result = self.look(self.account(host="localhost", port=self.secure.port, tls=Tls.REQUIRED))
        self.assertEqual((4, ErrorCode.OK), (result.deleted, result.error), result)
        self.assertEqual(self.wanted(), self.arrived(4))
        other = self.new_user()
        self.here = {path.name for path in self.files("anna")}
        result = self.look(self.account(other, host="localhost", port=self.secure.tls_port, tls=Tls.IMPLICIT))
        self.assertEqual((4, ErrorCode.OK), (result.deleted, result.error), result)
        self.assertEqual(self.wanted(other), self.arrived(4))

    def test_connections_that_break_delete_nothing_that_is_not_here(self):
        for after in (20, 300, 2_000, 60_000, 150_000, 400_000):
            with self.subTest(after):
                user = self.new_user()
                self.here = {path.name for path in self.files("anna")}
                between = Between(self.dovecot.port, after)
                account = self.account(user, port=between.listener.getsockname()[1])
                first = self.look(account)
                self.assertIn(first.error, (ErrorCode.CLOSED, ErrorCode.PROTOCOL), first)
                # behind a message that has begun another connection goes on
                self.assertIn(first.fetched, (0, 3, 4), first)
                self.assertEqual((4 - first.deleted, first.fetched if first.fetched < 4 else 3), (self.left(user), first.deleted), first)
                second = self.look(account)
                self.assertEqual((4, ErrorCode.OK), (first.fetched + second.fetched, second.error), second)
                self.assertEqual((0, 4), (self.left(user), first.deleted + second.deleted), second)
                self.assertEqual(self.wanted(user), self.arrived(4))
                between.stop()

    def test_what_always_breaks_at_one_message_keeps_no_other_waiting(self):
        bodies = (b"one\r\n", b"cut me\r\n", b"three\r\n")
        user = self.new_user(bodies)
        between = Between(self.dovecot.port, at=b"cut me")
        account = self.account(user, port=between.listener.getsockname()[1])
        result = self.look(account)
        self.assertEqual((3, 2, 2, 1), (result.found, result.fetched, result.deleted, result.left), result)
        self.assertEqual(ErrorCode.CLOSED, result.error, result)
        self.assertRegex(result.text, r"^message 2 \(\w+\): the session ended at it: ")
        result = self.look(account)
        self.assertEqual((1, 0, 1, ErrorCode.CLOSED), (result.found, result.fetched, result.left, result.error), result)
        self.assertEqual(1, self.left(user))
        arrived = self.arrived(2)
        self.assertEqual({f"{user}-0": b"one\r\n", f"{user}-2": b"three\r\n"}, arrived)
        between.stop()

    def dripping(self):
        """An engine for which what comes by 20 octets a second is too slow."""
        engine = mailmodule.Engine({"mail_root": self.folder / "drips", "smtp_name": "drips.example", "user": "anna;secret;;P",
                                    "tls_cafile": self.authority.cert, "dos_protect_speed": 60_000})
        self.addCleanup(engine.close, 0)
        return engine

    def test_a_message_that_drips_ends_its_session(self):
        engine = self.dripping()
        for port, tls in ((self.dovecot.port, Tls.OPPORTUNISTIC), (self.secure.tls_port, Tls.IMPLICIT)):
            with self.subTest(tls):
                user = self.new_user(((b"y" * 70 + b"\r\n") * 1_000,))
                between = Dripping(port)
                account = self.account(user, host="localhost", port=between.listener.getsockname()[1], tls=tls, timeout=2)
                with Fetch(engine, account) as fetch:
                    result = fetch.wait(30)
                self.assertEqual((1, 0, 1, ErrorCode.TIMEOUT), (result.found, result.fetched, result.left, result.error), result)
                self.assertIn("dos_protect_speed", result.text)
                self.assertEqual(1, self.left(user))
                between.stop()

    def test_a_list_or_a_handshake_that_drips_ends_the_look(self):
        engine = self.dripping()
        login = (b"+OK\r\n", b"-ERR\r\n", b"+OK\r\n", b"+OK\r\n")
        for tls, stage, answers in ((Tls.OPPORTUNISTIC, Stage.OTHER, (*login, drip(b"+OK\r\n1 "))),
                                    (Tls.IMPLICIT, Stage.TLS, (drip(b"\x16\x03\x03\x3f\xff\x02\0\x3f\xfb"),))):
            with self.subTest(tls):
                server = Scripted(*answers)
                with Fetch(engine, self.account(port=server.port, tls=tls, timeout=2)) as fetch:
                    result = fetch.wait(30)
                self.assertEqual((ErrorCode.TIMEOUT, stage, 0), (result.error, result.stage, result.found), result)
                server.close()

    def test_two_mailboxes_of_a_host_with_a_limit_of_one(self):
        engine = mailmodule.Engine({"mail_root": self.folder / "limited", "smtp_name": "limited.example", "user": "anna;secret;;P",
                                    "fetch_host_max": 1, "spf": 0, "dkim_verify": 0, "arc": 0})
        self.addCleanup(engine.close, 0)
        users = [self.new_user() for _ in range(4)]

        def look_at_all():
            looks = [Fetch(engine, self.account(user, flags=FetchFlag.KEEP)) for user in users]
            results = sorted((look.wait(30) for look in looks), key=lambda one: one.began)
            for look in looks:
                look.close()
            return results, [later.began < earlier.ended for earlier, later in zip(results, results[1:])]

        results, overlaps = look_at_all()
        self.assertEqual([4] * 4, [one.fetched for one in results], results)
        self.assertEqual([False] * 3, overlaps, results)
        engine.settings["fetch_host_max"] = 4  # where they overlap or not
        self.assertEqual([4] * 4, [one.known for one in look_at_all()[0]])

    def test_a_wrong_password(self):
        account = FetchAccount("127.0.0.1", self.user, "wrong", "anna", port=self.dovecot.port)
        result = self.look(account)
        self.assertEqual((ErrorCode.REFUSED_PERMANENT, Stage.AUTH, 0), (result.error, result.stage, result.found), result)
        self.assertEqual(4, self.left())


if __name__ == "__main__":
    unittest.main()
