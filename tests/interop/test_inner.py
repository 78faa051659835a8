"""MX records and address literals that lead to this machine, with inner_mx as it is by default; private addresses are in apart.py."""

from world import DeliveryTest


class Inner(DeliveryTest):
    zone = ["far MX 10 mx.far", "mx.far A 127.0.0.10", "mixed MX 10 mx.far", "mixed MX 20 mx.none", "implicit A 127.0.0.10", "six MX 10 mx.six", "mx.six AAAA ::1",
            "mapped MX 10 mx.mapped", "mx.mapped AAAA ::ffff:127.0.0.10", "zero MX 10 mx.zero", "mx.zero A 0.0.0.0"]
    settings = {"inner_mx": "own", "forward": 1, "queue_lifetime": 5}

    def returned(self, token, recipient, host=None):
        group = self.report(token, host=host).recipients[recipient]
        self.assertEqual("failed", group["Action"])
        return group["Status"]

    def test_own_mail_goes_to_no_loopback_address(self):
        server = self.rogue("127.0.0.10")
        six = self.rogue("::1")
        for recipient in ("x@far.test", "x@implicit.test", "x@six.test", "x@mapped.test", "x@[127.0.0.10]", "x@[IPv6:::1]"):
            with self.subTest(recipient):
                self.assertEqual("5.4.4", self.returned(self.send(recipient), recipient))
        self.assertEqual([], server.sessions + six.sessions)

    def test_nor_to_an_address_that_stands_for_this_host(self):
        server = self.rogue("127.0.0.1")
        for recipient in ("x@zero.test", "x@[0.0.0.0]"):
            with self.subTest(recipient):
                self.assertRegex(self.returned(self.send(recipient), recipient), r"^5\.")
        self.assertEqual([], server.sessions)

    def test_a_forward_goes_to_no_loopback_address(self):
        home = self.host.root / "users" / "carl"
        home.mkdir(parents=True, exist_ok=True)
        (home / "forward").write_text("x@far.test\n")
        self.addCleanup((home / "forward").unlink)
        server = self.rogue("127.0.0.10")
        token = self.send("carl@example.org")
        self.assertEqual("5.4.4", self.returned(token, "x@far.test"))
        self.assertEqual([], server.sessions)

    def test_a_smarthost_may_be_there(self):
        server = self.rogue("127.0.0.10")
        host = self.another(smtpproxy=f"127.0.0.10:{self.port}")
        self.arrives(server, self.send("x@far.test", host=host))

    def test_whoever_wants_it_says_allow(self):
        server = self.rogue("127.0.0.10")
        host = self.another(inner_mx="allow")
        self.arrives(server, self.send("x@far.test", host=host))
