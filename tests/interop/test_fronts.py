import contextlib
import os
import re
import shutil
import socket
import ssl
import unittest

from support import place
from support.fronts import HaProxy
from support.mailhost import MailHost
from support.receivers import PostfixHost

PROXY = "127.0.0.9"  # from where connections have to begin with a PROXY header
CLIENT = "127.0.0.77"


class Fronts(unittest.TestCase):
    """Programs in front of the server, which say for whom they connect."""

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.folder = stack.enter_context(place.folder())
            cls.host = MailHost(cls.folder, *place.certificate(cls.folder), proxy_range=PROXY, xclient_range="127.0.0.0/8", smtp_range=CLIENT)
            stack.enter_context(cls.host)
            cls.addClassCleanup(stack.pop_all().close)

    def message(self):
        token = b"token-" + os.urandom(8).hex().encode()
        return token, b"Subject: " + token + b"\r\nFrom: <a@example.net>\r\n\r\nbody\r\n"

    def keep(self, content):
        path = self.folder / ("m-" + os.urandom(6).hex() + ".eml")
        path.write_bytes(content)
        return path

    def received(self, token):
        got = self.host.wait_for("anna", token)
        self.assertIsNotNone(got, self.host.said())
        field = re.search(rb"^Received: (.*?\r\n)(?![ \t])", got, re.S | re.M).group(1)
        return re.sub(rb"\r\n[ \t]", b" ", field)

    def swaks(self, path, *more, **of):
        return place.run("swaks", "--server", of.get("server", "127.0.0.1"), "--port", str(of.get("port", self.host.smtp)), "--helo", "client.example.net",
                         "--from", "sender@example.net", "--to", of.get("to", "anna@example.org"), "--data", "@" + str(path), *more)

    @unittest.skipUnless(HaProxy.is_there(), "haproxy is not installed")
    def test_haproxy_passes_the_clients_address_on(self):
        for header in ("send-proxy", "send-proxy-v2", "send-proxy-v2-ssl-cn"):
            with self.subTest(header), HaProxy(self.folder / header, self.host.smtp, PROXY, header) as proxy:
                for more in ((), ("--tls",)):
                    token, text = self.message()
                    sent = self.swaks(self.keep(text), "--local-interface", CLIENT, *more, port=proxy.port)
                    self.assertEqual(0, sent.returncode, sent.stdout)
                    self.assertIn(b"from client.example.net ([127.0.0.77])", self.received(token))
        self.host.logs("client=127.0.0.77")

    @unittest.skipUnless(HaProxy.is_there(), "haproxy is not installed")
    def test_haproxy_stands_before_ports_with_tls_from_the_first_byte(self):
        with HaProxy(self.folder / "tls", self.host.smtps, PROXY) as smtps, HaProxy(self.folder / "pop3s", self.host.pop3s, PROXY) as pop3s:
            token, text = self.message()
            sent = self.swaks(self.keep(text), "--local-interface", CLIENT, "--tls-on-connect", port=smtps.port)
            self.assertEqual(0, sent.returncode, sent.stdout)
            self.assertIn(b"([127.0.0.77]) (using TLSv1.", self.received(token))
            insecure = ssl.create_default_context()
            insecure.check_hostname, insecure.verify_mode = False, ssl.CERT_NONE
            with socket.create_connection(("127.0.0.1", pop3s.port), 20) as plain, insecure.wrap_socket(plain) as pop:
                self.assertTrue(pop.recv(100).startswith(b"+OK"))

    @unittest.skipUnless(HaProxy.is_there(), "haproxy is not installed")
    def test_who_may_relay_is_asked_of_the_client_and_not_of_haproxy(self):
        with HaProxy(self.folder / "relay", self.host.smtp, PROXY) as proxy:
            _, text = self.message()
            refused = self.swaks(self.keep(text), "--local-interface", "127.0.0.78", "--quit-after", "RCPT", port=proxy.port, to="x@elsewhere.test")
            taken = self.swaks(self.keep(text), "--local-interface", CLIENT, "--quit-after", "RCPT", port=proxy.port, to="x@elsewhere.test")
            self.assertIn(" 550 5.7.1 Relaying denied", refused.stdout)
            self.assertEqual(0, taken.returncode, taken.stdout)

    def test_curl_sends_a_header_itself(self):
        token, text = self.message()
        sent = place.run("curl", "-sS", "--interface", PROXY, "--haproxy-protocol", f"smtp://127.0.0.1:{self.host.smtp}", "--mail-from", "a@example.net",
                         "--mail-rcpt", "anna@example.org", "--upload-file", self.keep(text))
        self.assertEqual(0, sent.returncode, sent.stdout)
        self.assertIn(b"([127.0.0.9])", self.received(token))

    def test_a_proxy_without_a_header_gets_not_a_word(self):
        with socket.socket() as s:
            s.settimeout(20)
            s.bind((PROXY, 0))
            s.connect(("127.0.0.1", self.host.smtp))
            s.sendall(b"EHLO client.example.net\r\n")
            self.assertEqual(b"", s.recv(100))
        self.assertTrue(place.wait_until(lambda: "is no PROXY header, closed" in (self.folder / "module.log").read_text()))

    def test_swaks_speaks_for_another_by_xclient(self):
        token, text = self.message()
        sent = self.swaks(self.keep(text), "--xclient-addr", "192.0.2.1", "--xclient-name", "one.example.net", "--xclient-port", "4321",
                          "--xclient-helo", "two.example.net", "--xclient-proto", "ESMTP")
        self.assertEqual(0, sent.returncode, sent.stdout)
        self.assertIn(b"from client.example.net (one.example.net [192.0.2.1])", self.received(token))

    def test_swaks_speaks_for_another_by_xclient_under_tls(self):
        token, text = self.message()
        sent = self.swaks(self.keep(text), "--tls", "--xclient-addr", "IPV6:2001:db8::1", "--xclient-name", "[UNAVAILABLE]")
        self.assertEqual(0, sent.returncode, sent.stdout)
        self.assertIn(b"from client.example.net ([IPv6:2001:db8::1])", self.received(token))

    def test_who_may_relay_is_asked_of_whom_xclient_names(self):
        _, text = self.message()
        for more, expected in ((("--xclient-addr", "192.0.2.1"), "550"), (("--xclient-addr", CLIENT), "250"), (("--xclient-login", "anna"), "250")):
            said = self.swaks(self.keep(text), *more, "--quit-after", "RCPT", to="x@elsewhere.test").stdout
            self.assertRegex(said, rf"RCPT TO:<x@elsewhere.test>\n<(-|\*\*) +{expected}", said)

    @unittest.skipUnless(place.is_root() and shutil.which("postfix"), "Postfix needs root")
    def test_each_command_is_answered_with_postfixs_code(self):
        hello = b"EHLO client.example.net"
        talk = [b"XCLIENT", b"XCLIENT NAME", b"XCLIENT ADDR=192.0.2.300", b"XCLIENT COLOUR=red", b"XCLIENT PROTO=HTTP", b"XCLIENT PORT=x",
                b"XCLIENT ADDR=2001:db8::1", b"XCLIENT NAME=one.example.net ADDR=127.0.0.5 PORT=4321", hello, b"XCLIENT NAME=[TEMPUNAVAIL] PROTO=ESMTP HELO=x",
                hello, b"MAIL FROM:<a@example.net>", b"XCLIENT ADDR=192.0.2.1", b"RSET", b"XCLIENT ADDR=IPV6:2001:db8::1", hello, b"XCLIENT ADDR=127.0.0.5", b"QUIT"]
        if not socket.has_dualstack_ipv6():
            talk.remove(b"XCLIENT ADDR=IPV6:2001:db8::1")  # Postfix takes it only where it may use IPv6
        postfix = PostfixHost(self.folder / "postfix", "127.0.0.2", place.free_port(), ["example.org"],
                              services={place.free_port(): {"smtpd_authorized_xclient_hosts": "127.0.0.0/8", "inet_protocols": "all"}})
        with postfix:
            theirs = self.codes("127.0.0.2", next(iter(postfix.services)), talk)
        self.assertEqual(theirs, self.codes("127.0.0.1", self.host.smtp, talk))

    @staticmethod
    def codes(address, port, talk):
        """Each command with the code of its answer."""
        with socket.create_connection((address, port), 20) as s:
            lines = s.makefile("rwb")
            answers = []
            for command in [b"(greeting)", *talk]:
                if answers:
                    lines.write(command + b"\r\n")
                    lines.flush()
                line = lines.readline()
                while line[3:4] == b"-":
                    line = lines.readline()
                answers.append((command, line[:3]))
            return answers


if __name__ == "__main__":
    unittest.main()
