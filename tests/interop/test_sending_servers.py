"""Other servers as the hosts that send to us: Postfix, and Exim, which sends chunks (RFC 3030) to who takes them."""

import contextlib
import re
import smtplib
import unittest

from client import ClientTest
from support import place
from support.authority import Authority
from support.receivers import PostfixHost
from support.unpacked import Exim, can_run

SETTINGS = {"smtp_range": "127.0.0.1"}


class PostfixRelay(PostfixHost):
    """Passes all mail on to one port of 127.0.0.1, with TLS and, where a user is given, with a login."""

    def __init__(self, folder, next_hop, authority, login=None):
        super().__init__(folder, "127.0.0.2", place.free_port(), ["own.test"], home=next_hop)
        self.authority, self.login = authority, login

    def main_cf(self):
        lines = ["smtpd_relay_restrictions = permit_mynetworks, reject", "smtp_tls_security_level = encrypt",
                 f"smtp_tls_CAfile = {self.authority}", "smtp_tls_loglevel = 1"]
        if self.login:
            (self.etc / "logins").write_text(f"/^/ {self.login}\n")
            lines += ["smtp_sasl_auth_enable = yes", f"smtp_sasl_password_maps = regexp:{self.etc}/logins", "smtp_sasl_security_options = noanonymous"]
        return super().main_cf() + "\n".join(lines) + "\n"


class EximRelay(Exim):
    """Passes all mail on to one port of 127.0.0.1: in chunks where they are offered."""

    def __init__(self, folder, next_hop, certificate, authority, login=("", "")):
        super().__init__(folder, "127.0.0.5", place.free_port(), ["own.test"], certificate, authority, *login)
        self.next_hop = next_hop

    def options(self):
        return super().options() + "dsn_advertise_hosts = *\n"

    def rules(self):
        required = "  hosts_require_auth = *\n" if self.user else ""
        return f"""begin acl
any:
  accept
rcpt:
  accept
begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = next
begin transports
next:
  driver = smtp
  port = {self.next_hop}
  allow_localhost
  dnssec_request_domains =
  tls_verify_certificates = {self.authority}
{required}"""

    def logins(self):
        return f"""begin authenticators
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  client_name = {self.user}
  client_secret = {self.password}
""" if self.user else ""

    def said(self):
        return (self.folder / "logs" / "mainlog").read_text(errors="replace")


class SendingServer(ClientTest):
    settings = SETTINGS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with contextlib.ExitStack() as stack:
            cls.certificates = Authority(cls.folder / "ca")
            cls.sender, cls.logs_in = (stack.enter_context(relay) for relay in cls.relays())
            cls.addClassCleanup(stack.pop_all().close)

    def gives(self, relay, message, *to, options=(), rcpt_options=()):
        with smtplib.SMTP(relay.address, relay.port, timeout=20) as smtp:
            smtp.sendmail("sender@example.net", to or ["anna@example.org"], place.crlf(message), options, rcpt_options)

    def comes(self, token, user="anna"):
        got = self.host.wait_for(user, token)
        self.assertIsNotNone(got, f"not in the mailbox of {user}:\n{(self.folder / 'module.log').read_text()[-3000:]}")
        self.assertEqual(1, sum(token in one for one in self.host.peek(user)))
        return got

    def unchanged(self, token, message, user="anna"):
        """It comes with the relay's Received below ours, and else as it was."""
        got = self.comes(token, user)
        self.assertEqual(place.crlf(message), place.without_trace(place.without_trace(got)))
        return got


class Common:
    def test_eight_bits_and_dots_for_two(self):
        token, message = self.message("Grüße\n.\n..\n".encode() + b"x" * 900 + b"\n")
        self.gives(self.sender, message, "anna@example.org", "bert@example.org", options=["BODY=8BITMIME"])
        self.unchanged(token, message)
        self.unchanged(token, message, "bert")

    def test_a_message_of_one_megabyte(self):
        token, message = self.message(b"0123456789abcdef" * 4 + b"\n" + b".\n" * 500_000)
        self.gives(self.sender, message)
        self.unchanged(token, message)

    def test_twenty_at_once(self):
        letters = [self.message() for _ in range(20)]
        for _, message in letters:
            self.gives(self.sender, message)
        for token, message in letters:
            self.unchanged(token, message)

    def test_who_is_refused_is_reported_by_the_relay_to_us(self):
        token, message = self.message()
        with smtplib.SMTP(self.sender.address, self.sender.port, timeout=20) as smtp:
            smtp.sendmail("carl@example.org", ["ghost@example.org", "anna@example.org"], place.crlf(message))
        self.unchanged(token, message)
        report = self.comes(token, "carl")
        self.assertTrue(report.startswith(b"Return-Path: <>\r\n"), report[:200])
        self.assertIn(b"ghost@example.org", report)
        self.assertRegex(report, rb"Status: 5\.(1\.1|0\.0)")

    def test_a_sender_in_utf8(self):
        token, message = self.message("Grüße\n".encode())
        with smtplib.SMTP(self.sender.address, self.sender.port, timeout=20) as smtp:
            smtp.sendmail("jörg@example.net", ["anna@example.org"], place.crlf(message), ["SMTPUTF8", "BODY=8BITMIME"])
        got = self.unchanged(token, message)
        self.assertTrue(got.startswith("Return-Path: <jörg@example.net>\r\n".encode()), got[:200])
        self.assertRegex(got, rb"with UTF8SMTPS ")

    def test_a_login_at_the_submission_port(self):
        token, message = self.message()
        self.gives(self.logs_in, message)
        got = self.unchanged(token, message)
        self.assertRegex(got, rb"with ESMTPSA ")


@unittest.skipUnless(place.is_root(), "Postfix's master needs root")
class FromPostfix(Common, SendingServer):
    @classmethod
    def relays(cls):
        yield PostfixRelay(cls.folder / "postfix", cls.host.smtp, cls.cert)
        yield PostfixRelay(cls.folder / "postfix-login", cls.host.submission, cls.cert, "anna:secret")


@unittest.skipUnless(can_run(), "Exim needs root and a mount namespace")
class FromExim(Common, SendingServer):
    @classmethod
    def relays(cls):
        certificate = cls.certificates.issue("exim.example.net")
        yield EximRelay(cls.folder / "exim", cls.host.smtp, certificate, cls.cert)
        yield EximRelay(cls.folder / "exim-login", cls.host.submission, certificate, cls.cert, ("anna", "secret"))

    def test_it_sends_chunks(self):
        token, message = self.message()
        self.gives(self.sender, message)
        self.unchanged(token, message)
        self.assertTrue(place.wait_until(lambda: re.search(r"=> anna@example\.org .* X=TLS\S+ .*\bK\b.* C=\"250", self.sender.said())), self.sender.said())


if __name__ == "__main__":
    unittest.main()
