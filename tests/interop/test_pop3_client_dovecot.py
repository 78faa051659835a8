"""Our POP3 client against Dovecot: every verb, each way to log in, STLS and TLS, messages with dots and long lines."""

import os
import unittest

import pop3peers
from support import place
from support.peers import Dovecot


class SecureDovecot(Dovecot):
    """With STLS, TLS from the first octet, and the mechanisms that a known password allows."""

    def __init__(self, folder, boxes, certificate):
        super().__init__(folder, boxes, certificate=certificate)
        self.tls_port = place.free_port()

    def text(self):
        return (super().text()
                .replace("auth_mechanisms = plain", "auth_mechanisms = plain login cram-md5 apop scram-sha-1 scram-sha-256")
                .replace("pop3s {\n    port = 0", f"pop3s {{\n    port = {self.tls_port}\n    ssl = yes"))


@unittest.skipUnless(place.is_root(), "Dovecot's master needs root")
class TestPop3ClientDovecot(pop3peers.Pop3AtServer):
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
    has_apop = True
    best = "AUTH SCRAM-SHA-256 ***"
    code_of_wrong = "AUTH"

    @classmethod
    def started(cls):
        return SecureDovecot(cls.folder / "dovecot", cls.boxes, cls.authority.issue("pop.test"))

    def new_user(self):
        return "user" + os.urandom(4).hex()


if __name__ == "__main__":
    unittest.main()
