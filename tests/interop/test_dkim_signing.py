"""Messages of ours as strangers see them: dkimpy and opendkim verify what was signed here, of each way in which a message comes to be ours."""

import pathlib
import re
import shutil
import smtplib
import subprocess
import sys
import unittest

from clients import mailmodule
from support import place
from support.rogue import always, say
from world import DeliveryTest

FAR, GONE = "127.0.0.31", "127.0.0.32"
RSA, ED = "one.example.org", "two.example.org"
HERE = pathlib.Path(__file__).parent
UTF8 = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"


@unittest.skipUnless(shutil.which("opendkim"), "opendkim is not installed")
class Signed(DeliveryTest):
    zone = ["far MX 10 mx.far", f"mx.far A {FAR}", "gone MX 10 mx.gone", f"mx.gone A {GONE}"]

    @classmethod
    def before(cls):
        cls.records = cls.folder / "records"
        cls.records.write_text("")
        keys = [f"example.org;{name};{cls.key(name, *how)}" for name, how in
                {"one": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "two": ["ED25519"]}.items()]
        cls.settings = {"dkim": keys, "smtp_range": "127.0.0.1", "smtp_bind": "127.0.0.1", "forward": 1}

    @classmethod
    def key(cls, name, *how):
        """A private key's file; what the DNS would have of it goes into the records."""
        file = cls.folder / f"{name}.pem"
        made = place.run("openssl", "genpkey", "-algorithm", *how, "-out", file)
        assert made.returncode == 0, made.stdout
        file.chmod(0o600)
        public = "".join(place.run("openssl", "pkey", "-in", file, "-pubout").stdout.split("-----")[2].split())
        record = f"v=DKIM1; k=rsa; p={public}"
        if how[0] == "ED25519":
            import base64
            record = f"v=DKIM1; k=ed25519; p={base64.b64encode(base64.b64decode(public)[-32:]).decode()}"
        with open(cls.records, "a") as records:
            records.write(f"{name}._domainkey.example.org {record}\n")
        return file

    def judged(self, text):
        """What dkimpy says of a message, and how many of its signatures opendkim does not accept."""
        path = self.folder / "judged.eml"
        path.write_bytes(text)
        said = place.run("/usr/bin/python3", HERE / "dkimcheck.py", self.records, path)
        conf = self.folder / "opendkim.conf"
        conf.write_text(f"Mode v\nTestDNSData {self.records}\n")
        opendkim = place.run("opendkim", "-x", conf, "-t", path, "-vv").stdout
        return said.stdout.strip(), set(re.findall(r"dkim=(\w+)[^;]*?header\.s=(\w+)", opendkim.replace("\n", " ")))

    def assert_signed(self, text):
        said, opendkim = self.judged(text)
        self.assertEqual({f"pass {RSA}", f"pass {ED}"}, set(said.split("; ")), text[:3000].decode("latin-1"))
        self.assertEqual({("pass", "one"), ("pass", "two")}, opendkim)

    def assert_unsigned(self, text):
        self.assertNotIn(b"dkim-signature", text.lower())

    def goes_out(self, token):
        return self.arrives(self.far, token).text

    def setUp(self):
        self.far = self.rogue(FAR)

    def letter(self, body=b"Grass is green.\r\n.\r\n..two dots\r\nlast line\r\n", fields="", sender="anna@example.org"):
        token, text = super().letter(body)
        return token, fields.encode() + text.replace(b"anna@example.org", sender.encode())

    def logged_in(self, message, user="anna"):
        token, text = message
        with smtplib.SMTP("127.0.0.1", self.home, timeout=60, source_address=("127.0.0.5", 0)) as smtp:
            smtp.login(user, "secret")
            smtp.sendmail("anna@example.org", ["x@far.test", "bert@example.org"], text, ["BODY=8BITMIME"])
        return token

    def in_mailbox(self, token, user="bert"):
        found = self.host.wait_for(user, token)
        self.assertIsNotNone(found, self.logged())
        return found.replace(b"\r\n", b"\n")

    def test_who_has_logged_in(self):
        token = self.logged_in(self.letter())
        self.assert_signed(self.goes_out(token))
        self.assert_signed(self.in_mailbox(token))

    def test_swaks(self):
        if not shutil.which("swaks"):
            self.skipTest("swaks is not installed")
        token, text = self.letter(b"It is green.\r\n")
        path = self.folder / "swaks.eml"
        path.write_bytes(text)
        said = place.run("swaks", "--server", "127.0.0.1", "--port", self.home, "--auth", "PLAIN", "--auth-user", "anna", "--auth-password", "secret",
                         "--from", "anna@example.org", "--to", "x@far.test", "--data", f"@{path}")
        self.assertEqual(0, said.returncode, said.stdout)
        self.assert_signed(self.goes_out(token))

    def test_who_may_relay(self):
        self.assert_signed(self.goes_out(self.send("x@far.test", message=self.letter())))

    def test_a_subdomain_is_signed_by_its_parents_key(self):
        self.assert_signed(self.goes_out(self.send("x@far.test", message=self.letter(sender="anna@sub.example.org"))))

    def test_a_stranger_is_not_signed_for(self):
        token, text = self.letter()
        with smtplib.SMTP("127.0.0.1", self.home, timeout=20, source_address=("127.0.0.6", 0)) as smtp:
            smtp.sendmail("anna@example.org", ["bert@example.org"], text)
        self.assert_unsigned(self.in_mailbox(token))

    def test_others_are_not_signed_for(self):
        self.assert_unsigned(self.goes_out(self.logged_in(self.letter(sender="eve@far.test"))))

    def test_a_large_message(self):
        line = b"0123456789abcdef" * 4 + b"\r\n"
        token = self.logged_in(self.letter(line * (5 * 1024 * 1024 // len(line))))
        self.assert_signed(self.goes_out(token))
        self.assert_signed(self.in_mailbox(token))

    def test_eight_bit_text_is_encoded_first(self):
        for body in ("Grüße aus Köln\r\n", "Grüße aus Köln\r\n" + "a plain line of text\r\n" * 10000):
            with self.subTest(len(body)):
                text = self.goes_out(self.logged_in(self.letter(body.encode(), UTF8)))
                self.assertTrue(text.isascii())
                self.assert_signed(text)

    def test_messages_of_the_host(self):
        """By the Python package: the queue, the recipients' own servers, a server that is named."""
        engine = mailmodule.Engine({"mail_root": self.folder / "engine", "smtp_name": "example.org", "smtp_dns": self.nsd.setting, "smtp_mx_port": self.port,
                                    "inner_mx": "allow", "dkim": self.settings["dkim"]})
        self.addCleanup(engine.close, 5)
        for body in (b"Grass is green.\r\n", "Grüße aus Köln\r\n".encode(), b"a line of text\r\n" * 100000):
            for route in ({}, {"route": mailmodule.Route.DIRECT}, {"host": FAR, "port": self.port}):
                with self.subTest(route, length=len(body)):
                    self.assert_signed(self.goes_out(self.sent_by(engine, route, self.letter(body, UTF8))))

    def sent_by(self, engine, route, letter):
        token, text = letter
        message = engine.message("anna@example.org", mailmodule.SendOptions(**route))
        message.add_recipient("x@far.test")
        position = 0

        def read(size):
            nonlocal position
            piece = text[position:position + size]
            position += len(piece)
            return piece
        message.set_reader(read)
        message.start()
        self.assertEqual([], [one for one in message.wait(60).recipients if one.error])
        message.close()
        return token

    def test_verb_by_verb_the_host_says_every_octet(self):
        engine = mailmodule.Engine({"mail_root": self.folder / "verbs", "smtp_name": "example.org", "dkim": self.settings["dkim"]})
        self.addCleanup(engine.close, 5)
        token, text = self.letter()
        with mailmodule.SmtpClient(engine) as client:
            client.connect(FAR, self.port)
            client.ehlo()
            client.send_message(mailmodule.SmtpMessage("anna@example.org", ["x@far.test"], text))
        self.assertEqual(text, self.goes_out(token))

    def test_the_old_functions(self):
        config = self.folder / "old.cfg"
        config.write_text(f"mail_root={self.folder / 'old'}\nsmtp_name=example.org\nsmtp_dns={self.nsd.setting}\nsmtp_mx_port={self.port}\ninner_mx=allow\n"
                          + "".join(f"dkim={one}\n" for one in self.settings["dkim"]))
        near = self.rogue("127.0.0.1")
        for how, server in {"Imidiatly": self.far, "Backgaund": self.far, "SMTP": near}.items():
            with self.subTest(how):
                token, text = self.letter()
                path = self.folder / "old.eml"
                path.write_bytes(text)
                command = [sys.executable, HERE / "oldsend.py", place.LIBRARY, config, how, "anna@example.org", "x@far.test", path, self.port]
                with subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as host:
                    text = self.arrives(server, token).text
                    host.communicate("\n", 60)
                self.assertEqual(0, host.returncode)
                self.assert_signed(text)

    def test_a_report_of_ours(self):
        self.rogue(GONE, rcpt=always(say("550 5.1.1 nobody")))
        for body in (b"Grass is green.\r\n", "Grüße aus Köln\r\n".encode()):
            with self.subTest(body):
                token = self.send("x@gone.test", message=self.letter(body, UTF8, "eve@far.test"))
                self.assert_signed(self.report(token).octets.replace(b"\r\n", b"\n"))

    def test_a_message_that_is_sent_on_is_not_signed_as_ours(self):
        home = self.host.root / "users" / "carl"
        home.mkdir(parents=True, exist_ok=True)
        (home / "forward").write_text("x@far.test\n")
        self.addCleanup((home / "forward").unlink)
        token, text = self.letter()
        with smtplib.SMTP("127.0.0.1", self.home, timeout=20, source_address=("127.0.0.6", 0)) as smtp:
            smtp.sendmail("anna@example.org", ["carl@example.org"], text)
        self.assert_unsigned(self.goes_out(token))
        token, text = self.letter()
        self.send("carl@example.org", message=(token, text))
        self.assert_signed(self.goes_out(token))  # by the signature that it got when it came


if __name__ == "__main__":
    unittest.main()
