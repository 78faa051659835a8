"""Logins that our server passes on to Dovecot, by other people's programs: in clear to this machine, by STLS, by TLS from the first octet."""

import contextlib
import os
import poplib
import socket
import ssl
import threading
import unittest
import urllib.parse

from client import ClientTest
from support import place
from support.authority import Authority
from support.peers import Dovecot

BODIES = (
    b"Subject: dots\r\n\r\n.\r\n..two\r\n.three\r\n",
    b"Subject: a long line\r\n\r\n" + b"x" * 500_000 + b"\r\n",
    b"Subject: many\r\n\r\n" + b"line\r\n" * 100_000,
)
TLS_PORT = 995
GIGABYTE, BLOCK = 1 << 30, (b"x" * 62 + b"\r\n") * 16384


def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def serve_gigabyte(listener):
    """A server that lets anybody in, and whose messages have 1 GiB."""
    conn, _ = listener.accept()
    with conn, conn.makefile("rb") as said:
        conn.sendall(b"+OK hi\r\n")
        for line in said:
            conn.sendall(b"-ERR\r\n" if line.startswith(b"CAPA") else b"+OK\r\n")
            for _ in range(GIGABYTE // len(BLOCK) if line.startswith(b"RETR") else 0):
                conn.sendall(BLOCK)
            if line.startswith(b"RETR"):
                conn.sendall(b".\r\n")


class SecureDovecot(Dovecot):
    """With STLS, and TLS from the first octet on the port that says so."""

    def text(self):
        return super().text().replace("pop3s {\n    port = 0", f"pop3s {{\n    port = {TLS_PORT}\n    ssl = yes")


@unittest.skipUnless(place.is_root(), "Dovecot's master needs root")
class Pop3Proxy(ClientTest):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(place.folder())
            os.chmod(folder, 0o755)
            authority = Authority(folder / "ca")
            cls.boxes = folder / "boxes"
            cls.boxes.mkdir()
            cls.plain = stack.enter_context(Dovecot(folder / "plain", cls.boxes))
            cls.secure = None
            if is_free(TLS_PORT):
                cls.secure = stack.enter_context(SecureDovecot(folder / "secure", cls.boxes, certificate=authority.issue("localhost")))
            cls.large = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            cls.large_port = cls.large.getsockname()[1]
            hosts = [f"127.0.0.1:{cls.plain.port}", f"127.0.0.1:{cls.large_port}", "localhost"] + ([f"localhost:{cls.secure.port}"] if cls.secure else [])
            cls.settings = {"pop3_proxy": 1, "pop3_proxy_hosts": ",".join(hosts), "tls_cafile": authority.cert}
            super().setUpClass()
            cls.addClassCleanup(stack.pop_all().close)

    def setUp(self):
        self.user = "user" + os.urandom(4).hex()
        new = self.boxes / self.user / "new"
        for folder in ("cur", "tmp", "new"):
            (self.boxes / self.user / folder).mkdir(parents=True)
        for number, body in enumerate(BODIES):
            (new / f"100000000{number}.M1P1.host").write_bytes(body.replace(b"\r\n", b"\n"))
        place.run("chown", "-R", "nobody:nogroup", str(self.boxes / self.user))

    def left(self):
        return sum(len(list((self.boxes / self.user / part).iterdir())) for part in ("new", "cur"))

    def name(self, where="plain", mark="#"):
        there = {"plain": f"127.0.0.1:{self.plain.port}", "stls": f"localhost:{self.secure.port}" if self.secure else "",
                 "tls": f"localhost:{TLS_PORT}"}[where]
        return mark.join(("anna", self.user, there))

    def reads_all(self, pop):
        self.assertEqual(len(BODIES), pop.stat()[0])
        self.assertEqual(len(BODIES), len(set(pop.uidl()[1])))
        for number, body in enumerate(BODIES, 1):
            self.assertEqual(body, b"\r\n".join(pop.retr(number)[1]) + b"\r\n")
        self.assertEqual([b"Subject: many", b"", b"line", b"line"], pop.top(3, 2)[1])

    def log_in(self, where="plain", mark="#", tls=False):
        pop = poplib.POP3("localhost", self.host.pop, timeout=20)
        self.addCleanup(pop.close)
        if tls:
            pop.stls(ssl.create_default_context(cafile=str(self.cert)))
        pop.user(self.name(where, mark))
        pop.pass_(f"secret{mark}secret")
        return pop

    def test_poplib_and_a_server_of_each_kind(self):
        for where in ("plain", "stls", "tls") if self.secure else ("plain",):
            for tls in (False, True):
                with self.subTest(where=where, tls=tls):
                    pop = self.log_in(where, "@" if tls else "#", tls)
                    self.reads_all(pop)
                    pop.quit()
        self.assertEqual(len(BODIES), self.left())

    def test_what_is_offered_behind_the_login_is_the_other_servers(self):
        offer = self.log_in().capa()
        self.assertIn("TOP", offer)
        self.assertNotIn("EXPIRE", offer)

    def test_only_quit_deletes(self):
        pop = self.log_in()
        pop.dele(1)
        pop.sock.sendall(b"QUI")
        pop.close()
        pop = self.log_in()  # waits for the lock that the lost session had
        self.assertEqual(len(BODIES), len(pop.list()[1]))
        pop.close()
        self.assertEqual(len(BODIES), self.left())
        pop = self.log_in()
        pop.dele(1)
        pop.quit()
        self.assertEqual(len(BODIES) - 1, self.left())

    def test_wrong_passwords_on_either_side(self):
        said = []
        for user, password in ((self.name(), "secret#wrong"), (self.name(), "wrong#secret"), (self.name().replace("anna", "nobody"), "secret#secret")):
            pop = poplib.POP3("localhost", self.host.pop, timeout=20)
            self.addCleanup(pop.close)
            pop.user(user)
            with self.assertRaises(poplib.error_proto) as caught:
                pop.pass_(password)
            said.append(caught.exception.args[0])
        self.assertTrue(said[0].startswith(b"-ERR [AUTH] 127.0.0.1:"), said)
        self.assertEqual([b"-ERR [AUTH] authentication failed"] * 2, said[1:])

    def memory(self):
        with open(f"/proc/{self.host.process.pid}/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) * 1024

    def test_a_message_of_1_gib_takes_no_memory(self):
        threading.Thread(target=serve_gigabyte, args=(self.large,), daemon=True).start()
        before = self.memory()
        pop = poplib.POP3("localhost", self.host.pop, timeout=60)
        self.addCleanup(pop.close)
        pop.user(f"anna#joe#127.0.0.1:{self.large_port}")
        pop.pass_("secret#secret")
        pop._putcmd("RETR 1")
        self.assertEqual(b"+OK", pop._getline()[0])
        count, block = 0, bytearray(1 << 20)
        while count < GIGABYTE:
            got = pop.file.readinto(block)
            self.assertTrue(got, f"closed after {count} octets")
            count += got
            if block[:got].endswith(b".\r\n"):
                break
        self.assertIn(count, (GIGABYTE, GIGABYTE + 3))
        self.assertLess(self.memory() - before, 48 << 20)
        pop.close()

    def test_curl(self):
        login = urllib.parse.quote(f"{self.name()}#secret", safe="")
        base = f"pop3://{login}:secret@localhost:{self.host.pop}"
        for more in (("--ssl-reqd", "--cacert", str(self.cert)), ("--login-options", "AUTH=PLAIN"), ()):
            command = ["curl", "--silent", "--show-error", "--max-time", "30", *more]
            self.assertEqual(len(BODIES), len(self.ran(*command, base).split("\n")) - 1)
            self.assertIn(b"..two", self.ran(*command, f"{base}/1", text=False))

    def test_fetchmail(self):
        inbox, config = self.folder / ("inbox-" + os.urandom(4).hex()), self.folder / "fetchmailrc"
        config.write_text(f'poll 127.0.0.1 service {self.host.pop} proto pop3 user "{self.name()}" password "secret#secret" is root here\n'
                          f'  mda "cat >> {inbox}" sslproto "TLS1.2+" sslcertck sslcertfile "{self.cert}" sslcommonname "localhost"\n')
        config.chmod(0o700)
        self.ran("fetchmail", "-f", config, "--nosyslog", "--pidfile", self.folder / "fetchmail.pid", "--idfile", f"{inbox}.ids",
                 "--invisible", env={**os.environ, "HOME": str(self.folder), "FETCHMAILHOME": str(self.folder)})
        text = inbox.read_bytes()
        for body in BODIES:
            self.assertIn(body.split(b"\r\n", 1)[0], text)
        self.assertEqual(0, self.left())

    def test_no_password_is_in_the_log(self):
        self.log_in().quit()
        self.assertNotIn("secret", self.host.logs(f"login of anna at 127.0.0.1:{self.plain.port} passed on"))
