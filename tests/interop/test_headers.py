"""Where a header begins and ends, and what a submission lacks, read by Python's mail parser; delivered and relayed."""

import email
import email.policy
import os
import smtplib
import ssl
import unittest

from client import ClientTest
from support import place
from world import DeliveryTest

MBOX = b"From ann@a.example Sat Nov 28 19:02:03 2026\r\n"
FIELDS = b"Subject: fields\r\nX-One: 1\r\n\r\n"


def cases(token):
    """What is sent, the fields that must be there, and the text that must."""
    text = token + b", this is text\r\nmore of it\r\n"
    return {"a header": (FIELDS + text, True, text), "no header": (text, False, text), "a blank": (b" " + text, False, b" " + text),
            "a blank line first": (b" \r\n" + FIELDS + text, True, text), "mbox": (MBOX + FIELDS + text, True, text), "mbox twice": (MBOX + b">" + MBOX + FIELDS + text, True, text),
            "no empty line": (FIELDS[:-2] + text, True, text), "from": (b"From here on " + text, False, b"From here on " + text)}


class Checks:
    def check(self, octets, has_fields, text):
        message = email.message_from_bytes(octets, policy=email.policy.compat32)
        self.assertEqual([], message.defects)
        self.assertEqual(text, octets.split(b"\r\n\r\n", 1)[1])
        self.assertEqual(["fields", "1"] if has_fields else [None, None], [message["Subject"], message["X-One"]])
        self.assertNotIn("text", "".join(message.get_all("Received")))
        return message


class Headers(DeliveryTest, Checks):
    zone = ["far MX 10 mx.far", "mx.far A 127.0.0.10"]
    settings = {"forward": 1}

    def test_delivered(self):
        for name in cases(b""):
            with self.subTest(name):
                token = b"token-" + os.urandom(8).hex().encode()
                sent, has_fields, text = cases(token)[name]
                self.send("anna@example.org", message=(token, sent))
                self.check(self.host.wait_for("anna", token), has_fields, text)

    def test_relayed(self):
        server = self.rogue("127.0.0.10")
        for name in cases(b""):
            with self.subTest(name):
                token = b"token-" + os.urandom(8).hex().encode()
                sent, has_fields, text = cases(token)[name]
                self.send("x@far.test", message=(token, sent))
                self.check(self.arrives(server, token).text, has_fields, text)

    def test_a_name_beyond_ascii_in_ehlo(self):
        for options in ([], ["SMTPUTF8"]):
            token, text = self.letter(b"ascii\r\n")
            with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
                smtp.ehlo()
                smtp.sock.sendall("EHLO münchen.example\r\n".encode())
                self.assertEqual(250, smtp.getreply()[0])
                smtp.sendmail("x@elsewhere.test", ["anna@example.org"], text, options)
            self.assertTrue(self.host.wait_for("anna", token).isascii())


class Submission(ClientTest, Checks):
    def submits(self, smtp, message, to="bert@example.org"):
        smtp.login("anna", "secret")
        smtp.sendmail("anna@example.org", [to], message)
        smtp.quit()

    def ports(self):
        """A session on each port, where AUTH is possible."""
        insecure = ssl.create_default_context()
        insecure.check_hostname, insecure.verify_mode = False, ssl.CERT_NONE
        for port in (self.host.smtp, self.host.submission):
            smtp = smtplib.SMTP("127.0.0.1", port, timeout=20)
            smtp.starttls(context=insecure)
            yield smtp
        yield smtplib.SMTP_SSL("127.0.0.1", self.host.smtps, timeout=20, context=insecure)

    def test_date_and_message_id_are_added_on_every_port(self):
        ids = set()
        for smtp in self.ports():
            token = b"token-" + os.urandom(8).hex().encode()
            self.submits(smtp, FIELDS + token + b"\r\n")
            message = self.check(self.host.wait_for("bert", token), True, token + b"\r\n")
            self.assertIsNotNone(email.utils.parsedate_to_datetime(message["Date"]))
            self.assertRegex(message["Message-ID"], r"^<[^@<>\s]+@example\.org>$")
            self.assertEqual("anna@example.org", message["From"])
            ids.add(message["Message-ID"])
        self.assertEqual(3, len(ids))

    def test_what_is_there_stays_and_is_not_doubled(self):
        for smtp in self.ports():
            token, text = self.message()
            self.submits(smtp, place.crlf(text))
            got = self.host.wait_for("bert", token)
            self.assertEqual(place.crlf(text), place.without_trace(got))

    def test_text_without_a_header_gets_them_too(self):
        token = b"token-" + os.urandom(8).hex().encode()
        self.submits(next(self.ports()), token + b", text\r\n")
        message = self.check(self.host.wait_for("bert", token), False, token + b", text\r\n")
        self.assertIsNotNone(message["Date"])

    def test_without_a_login_nothing_is_added(self):
        token = b"token-" + os.urandom(8).hex().encode()
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            smtp.sendmail("x@elsewhere.test", ["bert@example.org"], FIELDS + token + b"\r\n")
        message = self.check(self.host.wait_for("bert", token), True, token + b"\r\n")
        self.assertEqual((None, None, None), (message["Date"], message["From"], message["Message-ID"]))


if __name__ == "__main__":
    unittest.main()
