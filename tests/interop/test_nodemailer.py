"""nodemailer, Node's library for mail, as a client of our server."""

import base64
import json
import os
import pathlib
import shutil
import unittest

from client import ClientTest
from support import place

FOLDERS = (place.OUT / "node-nodemailer" / "usr" / "share" / "nodejs", pathlib.Path("/usr/share/nodejs"))
SCRIPT = pathlib.Path(__file__).with_name("nodemailer.js")


@unittest.skipUnless(any((folder / "nodemailer").exists() for folder in FOLDERS), "nodemailer is not there")
class Nodemailer(ClientTest):
    program = "node"

    def sends(self, *mails, **transport):
        if transport.get("secure") or not transport.get("ignoreTLS"):
            transport["tls"] = {"ca": [self.cert.read_text()], "servername": "localhost"}
        asked = json.dumps({"transport": {"host": "127.0.0.1", "port": self.host.smtp, **transport}, "mails": mails})
        environment = {**os.environ, "NODE_PATH": os.pathsep.join(map(str, FOLDERS))}
        return json.loads(self.ran(shutil.which("node"), SCRIPT, input=asked, env=environment).splitlines()[-1])

    def raw(self, *to, **more):
        token, message = self.message()
        return token, message, {"envelope": {"from": "sender@example.net", "to": to or ["anna@example.org"], **more}, "raw": base64.b64encode(message).decode()}

    def taken(self, told):
        self.assertRegex(told.get("response", str(told)), "^250 2.0.0 ")

    def test_in_the_clear_after_starttls_and_with_tls_from_the_first_octet(self):
        for how in ({"ignoreTLS": True}, {"requireTLS": True}, {"secure": True, "port": self.host.smtps}):
            with self.subTest(how):
                token, message, mail = self.raw()
                [told] = self.sends(mail, **how)
                self.taken(told)
                self.arrives(token, message)

    def test_each_of_its_logins(self):
        for method in ("PLAIN", "LOGIN", "CRAM-MD5", None):
            with self.subTest(method):
                token, message, mail = self.raw()
                [told] = self.sends(mail, port=self.host.submission, requireTLS=True, authMethod=method, auth={"user": "anna", "pass": "secret"})
                self.taken(told)
                self.arrives(token, message)

    def test_a_wrong_password(self):
        [told] = self.sends(self.raw()[2], requireTLS=True, auth={"user": "anna", "pass": "wrong"})
        self.assertEqual(("EAUTH", 535), (told["code"], told["responseCode"]))

    def test_a_recipient_that_is_refused_and_one_that_is_not(self):
        token, message, mail = self.raw("nobody@example.org", "anna@example.org")
        [told] = self.sends(mail)
        self.assertEqual((["anna@example.org"], ["nobody@example.org"]), (told["accepted"], told["rejected"]))
        self.arrives(token, message)

    def test_many_messages_over_one_connection(self):
        letters = [self.raw() for _ in range(20)]
        for told in self.sends(*(mail for _, _, mail in letters), pool=True, maxConnections=1):
            self.taken(told)
        for token, message, _ in letters:
            self.arrives(token, message)

    def test_a_name_in_utf8_and_a_wish_for_a_report(self):
        token, message, mail = self.raw()
        mail["envelope"]["from"] = "jörg@example.net"
        mail["dsn"] = {"id": "env+1", "return": "headers", "notify": ["failure", "delay"], "recipient": "anna@example.org"}
        [told] = self.sends(mail)
        self.taken(told)
        self.assertIn("Return-Path: <jörg@example.net>\r\n".encode(), self.arrives(token, message))

    def test_a_mail_that_it_composes(self):
        token = os.urandom(8).hex()
        attached = os.urandom(100_000)
        [told] = self.sends({"from": "Jörg <sender@example.net>", "to": "anna@example.org", "subject": token, "text": "Grüße\n.\n",
                             "attachments": [{"filename": "für.bin", "content": base64.b64encode(attached).decode(), "encoding": "base64"}]})
        self.taken(told)
        got = self.host.wait_for("anna", token.encode())
        self.assertIsNotNone(got, self.host.said())
        self.assertIn(base64.b64encode(attached), got.replace(b"\r\n", b""))


if __name__ == "__main__":
    unittest.main()
