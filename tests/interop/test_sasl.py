"""Logins at Cyrus SASL, through Postfix, and at gss-ntlmssp."""

import ctypes
import pathlib
import subprocess
import unittest

from support import place
from support.authority import Authority
from support.receivers import CyrusLogins, PostfixHost
from support.rogue import Rogue
from world import DeliveryTest

USER, PASSWORD = "relay", "sesame, open 100%"
GSSAPI = pathlib.Path("/usr/lib/python3/dist-packages/gssapi")


@unittest.skipUnless(place.is_root(), "Postfix needs root")
class Cyrus(DeliveryTest):
    """One Postfix with a port for each mechanism. nsd knows its name."""

    zone = ["smart A 127.0.0.2"]
    MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN")

    @classmethod
    def before(cls):
        cls.authority = Authority(cls.folder / "ca")
        logins = CyrusLogins(cls.folder / "cyrus", "example.net", {USER: PASSWORD}, cls.MECHANISMS)
        cls.ports = {name: place.free_port() for name in (*cls.MECHANISMS, "clear", "all")}
        services = {cls.ports[m]: {"smtpd_sasl_mechanism_filter": m} for m in cls.MECHANISMS}
        services[cls.ports["clear"]] = {"smtpd_tls_security_level": "none", "smtpd_sasl_mechanism_filter": "SCRAM-SHA-1"}
        services[cls.ports["all"]] = {}
        cls.postfix = cls.stack.enter_context(PostfixHost(cls.folder / "postfix", "127.0.0.2", cls.port, ["unused.test"], "smart.test",
                                                          cls.authority.issue("smart.test"), auth=logins, services=services))

    def through(self, port, password=PASSWORD, **settings):
        host = self.another(smtpproxy=f"smart.test:{self.ports[port]}", tls_cafile=self.authority.cert, smtpproxy_user=USER,
                            smtpproxy_password=f'"{password}"', **settings)
        return host, self.send("a@one.test", host=host)

    def test_each_mechanism(self):
        """Within TLS, so that SCRAM says that it could have been bound to the certificate."""
        for mechanism in (*self.MECHANISMS, "all"):
            with self.subTest(mechanism):
                text = self.delivered(self.postfix, self.through(mechanism)[1])[0]
                self.assertIn(b"(Authenticated sender: relay", text)
                self.assertIn(b"(using TLSv1.", text)

    def test_scram_without_tls(self):
        self.assertIn(b"(Authenticated sender: relay", self.delivered(self.postfix, self.through("clear", smtpproxy_tls="none")[1])[0])

    def test_a_wrong_password_is_refused_by_each(self):
        tried = {mechanism: self.through(mechanism, password="wrong", queue_lifetime=4) for mechanism in self.MECHANISMS}
        for mechanism, (host, token) in tried.items():
            with self.subTest(mechanism):
                self.assertIn("535", self.report(token, host).recipients["a@one.test"]["Diagnostic-Code"])
                self.assertEqual([], [t for t in self.postfix.texts() if token in t])


def library():
    """With what is used here of the client, verb by verb; None: it is not in this library."""
    lib = ctypes.CDLL(str(place.LIBRARY))
    if not hasattr(lib, "mm_smtp_auth"):
        return None
    handle, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)
    lib.mm_engine_default.restype = handle
    lib.mm_smtp_new.argtypes = [handle, handle, ctypes.POINTER(handle)]
    lib.mm_smtp_free.argtypes = [handle]
    lib.mm_smtp_connect.argtypes = [handle, text, ctypes.c_int, ctypes.c_int, number]
    lib.mm_smtp_ehlo.argtypes = [handle, text, number]
    lib.mm_smtp_auth.argtypes = [handle, text, text, text, number]
    lib.mm_last_error_message.restype = text
    return lib


@unittest.skipUnless(GSSAPI.is_dir(), "python3-gssapi is not there")
class Ntlm(unittest.TestCase):
    """A server on this machine, which may hear what can be guessed from."""

    @classmethod
    def setUpClass(cls):
        cls.lib = library()
        if cls.lib is None:
            raise unittest.SkipTest("this library has no client verb by verb")

    def login(self, user, password, known):
        """The code that the server answers with, and whom it took the client for."""
        with place.folder() as folder:
            users = folder / "users"
            users.write_text(known + "\n")
            names = []

            def accept(session, line):
                with subprocess.Popen(["/usr/bin/python3", str(pathlib.Path(__file__).with_name("ntlm.py")), str(users)], text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
                    message = line.split()[2]
                    while True:
                        server.stdin.write(message + "\n")
                        server.stdin.flush()
                        answer = server.stdout.readline().strip(" \n\0")
                        if answer == "no" or answer.startswith("yes "):
                            names.append(answer[4:])
                            return session.write(b"535 5.7.8 no\r\n" if answer == "no" else b"235 2.7.0 in\r\n")
                        session.write(f"334 {answer}\r\n".encode())
                        message = session.file.readline().decode().strip()

            with Rogue("127.0.0.1", place.free_port(), capabilities=("AUTH NTLM",), auth=[accept]) as server:
                return self.auth(server.port, user, password), names

    def auth(self, port, user, password):
        client, code = ctypes.c_void_p(), ctypes.c_int()
        self.assertEqual(0, self.lib.mm_smtp_new(self.lib.mm_engine_default(), None, ctypes.byref(client)))
        try:
            self.assertEqual(0, self.lib.mm_smtp_connect(client, b"127.0.0.1", port, 0, ctypes.byref(code)), self.lib.mm_last_error_message())
            self.assertEqual(0, self.lib.mm_smtp_ehlo(client, b"client.example", ctypes.byref(code)))
            self.assertEqual(0, self.lib.mm_smtp_auth(client, b"NTLM", user, password, ctypes.byref(code)), self.lib.mm_last_error_message())
            return code.value
        finally:
            self.lib.mm_smtp_free(client)

    def test_a_domain_and_a_user(self):
        self.assertEqual((235, ["DOMAIN\\ann"]), self.login(b"DOMAIN\\ann", b"s3cret", "DOMAIN:ann:s3cret"))

    def test_a_wrong_password(self):
        self.assertEqual((535, [""]), self.login(b"DOMAIN\\ann", b"other", "DOMAIN:ann:s3cret"))

    def test_no_library_is_loaded_for_it(self):
        self.login(b"DOMAIN\\ann", b"s3cret", "DOMAIN:ann:s3cret")
        self.assertNotIn("libgssapi", pathlib.Path("/proc/self/maps").read_text())


if __name__ == "__main__":
    unittest.main()
