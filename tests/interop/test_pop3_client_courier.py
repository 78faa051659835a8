"""Our POP3 client against Courier: every verb, each way to log in, STLS and TLS, messages with dots and long lines."""

import unittest

import pop3peers
from support import courier


@unittest.skipUnless(courier.can_run(), "needs root, and a file system over /usr in a mount namespace")
class TestPop3ClientCourier(pop3peers.Pop3AtServer):
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5")
    best = "AUTH CRAM-MD5"
    users = [f"user{number}" for number in range(20)]

    @classmethod
    def started(cls):
        cls.unused = iter(cls.users)
        return courier.Courier(cls.folder / "courier", cls.boxes, cls.users, cls.authority.issue("pop.test"))

    def new_user(self):
        return next(self.unused)


if __name__ == "__main__":
    unittest.main()
