"""Logins at our own server by other people's programs, by every mechanism that they have."""

import base64
import hashlib
import hmac
import os
import smtplib
import ssl
import subprocess
import unittest

from client import ClientTest
from support import place

USER, PASSWORD = "anna", "secret"


def stored(password, salt=b"0123456789abcdef", rounds=4096, digest="sha256"):
    """The form that RFC 5803 has, by Python's own hashes."""
    salted = hashlib.pbkdf2_hmac(digest, password.encode(), salt, rounds)
    client = hmac.digest(salted, b"Client Key", digest)
    keys = hashlib.new(digest, client).digest(), hmac.digest(salted, b"Server Key", digest)
    name = {"sha256": "SCRAM-SHA-256", "sha1": "SCRAM-SHA-1"}[digest]
    return f"{{{name}}}{rounds}:{base64.b64encode(salt).decode()}$" + ":".join(base64.b64encode(k).decode() for k in keys)


class Scram:
    """The client's half, by the book (RFC 5802), for smtplib."""

    def __init__(self, user, password, digest="sha256", binding=None, flag=None):
        self.user, self.password, self.digest, self.binding = user, password.encode(), digest, binding or b""
        self.header = ((flag or ("p=tls-server-end-point" if binding else "n")) + ",,").encode()
        self.bare = f"n={user},r=".encode() + base64.b64encode(os.urandom(18))
        self.signature = None

    def __call__(self, challenge=None):
        if challenge is None:
            return (self.header + self.bare).decode()
        if challenge.startswith(b"v="):
            assert base64.b64decode(challenge[2:]) == self.signature, "the server does not know the password"
            return ""
        fields = dict(part.split(b"=", 1) for part in challenge.split(b","))
        salted = hashlib.pbkdf2_hmac(self.digest, self.password, base64.b64decode(fields[b"s"]), int(fields[b"i"]))
        client = hmac.digest(salted, b"Client Key", self.digest)
        final = b"c=" + base64.b64encode(self.header + self.binding) + b",r=" + fields[b"r"]
        message = b",".join((self.bare, challenge, final))
        self.signature = hmac.digest(hmac.digest(salted, b"Server Key", self.digest), message, self.digest)
        proof = bytes(a ^ b for a, b in zip(client, hmac.digest(hashlib.new(self.digest, client).digest(), message, self.digest)))
        return (final + b",p=" + base64.b64encode(proof)).decode()


class Logins(ClientTest):
    """Passwords are plain: each mechanism can be used."""

    def session(self):
        smtp = smtplib.SMTP("localhost", self.host.smtp, timeout=20, source_address=("127.0.0.1", 0))
        self.addCleanup(smtp.close)
        smtp.starttls(context=ssl.create_default_context(cafile=str(self.cert)))
        smtp.ehlo()
        return smtp

    def binding(self, smtp):
        return hashlib.sha256(smtp.sock.getpeercert(binary_form=True)).digest()

    def test_all_are_offered(self):
        offer = self.session().esmtp_features["auth"].split()
        self.assertEqual(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"], offer)

    def test_smtplib_by_each_of_its_own(self):
        for mechanism in ("cram_md5", "plain", "login"):
            with self.subTest(mechanism):
                smtp = self.session()
                smtp.user, smtp.password = USER, PASSWORD
                code, _ = smtp.auth(mechanism.replace("_", "-").upper(), getattr(smtp, "auth_" + mechanism),
                                    initial_response_ok=mechanism != "cram_md5")
                self.assertEqual(235, code)

    def test_scram_by_the_book_bound_to_the_certificate_and_not(self):
        for digest, name in (("sha256", "SCRAM-SHA-256"), ("sha1", "SCRAM-SHA-1")):
            for plus in (False, True):
                with self.subTest(name, plus=plus):
                    smtp = self.session()
                    scram = Scram(USER, PASSWORD, digest, self.binding(smtp) if plus else None)
                    self.assertEqual(235, smtp.auth(name + ("-PLUS" if plus else ""), scram)[0])

    def test_scram_under_another_certificate_and_by_a_changed_offer(self):
        for scram, name in ((Scram(USER, PASSWORD, binding=b"x" * 32), "SCRAM-SHA-256-PLUS"), (Scram(USER, PASSWORD, flag="y"), "SCRAM-SHA-256")):
            with self.subTest(name), self.assertRaises(smtplib.SMTPAuthenticationError) as refused:
                self.session().auth(name, scram)
            self.assertEqual(535, refused.exception.smtp_code)

    def test_msmtp_by_each_of_its_own(self):
        for mechanism in ("scram-sha-256", "scram-sha-1", "cram-md5", "plain", "login"):
            with self.subTest(mechanism):
                token, message = self.message()
                self.ran("msmtp", "--file=/dev/null", "--host=127.0.0.1", f"--port={self.host.submission}", "--from=sender@example.net",
                         "--timeout=20", "--tls=on", f"--tls-trust-file={self.cert}", "--auth=" + mechanism, "--user=" + USER,
                         "--passwordeval=echo " + PASSWORD, "anna@example.org", text=False, input=message)
                self.arrives(token, message)

    def test_curl_by_each_of_its_own_and_by_its_choice(self):
        for mechanism in ("CRAM-MD5", "PLAIN", "LOGIN", "*"):
            with self.subTest(mechanism):
                token, message = self.message()
                path = self.keep(place.crlf(message))
                self.ran("curl", "--silent", "--show-error", "--max-time", "30", "--cacert", str(self.cert), "--mail-from", "sender@example.net",
                         "--mail-rcpt", "anna@example.org", "--upload-file", str(path), "--user", f"{USER}:{PASSWORD}", "--login-options",
                         "AUTH=" + mechanism, f"smtps://127.0.0.1:{self.host.smtps}")
                self.arrives(token, message)

    def test_swaks_by_cram_md5(self):
        token, message = self.message(body=b"No line begins with a dot.\nlast line\n")
        self.ran("swaks", "--server", "127.0.0.1", "--port", str(self.host.smtp), "--from", "sender@example.net", "--to", "anna@example.org",
                 "--data", "@" + str(self.keep(message.replace(b"\n", b"\r\n") + b".\r\n")), "--no-data-fixup", "--tls", "--auth", "CRAM-MD5",
                 "--auth-user", USER, "--auth-password", PASSWORD)
        self.arrives(token, message)

    def test_gsasl_by_each_of_its_own(self):
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"):
            # it asks for the authorization identity of PLAIN alone, and has "a=" in SCRAM where that is empty
            identity = ("--authorization-id", "") if mechanism == "PLAIN" else ()
            with self.subTest(mechanism):
                said = subprocess.run(["gsasl", "--client", "--smtp", "--connect", f"127.0.0.1:{self.host.smtp}", "--mechanism", mechanism,
                                       "--authentication-id", USER, *identity, "--password", PASSWORD, "--no-starttls"],
                                      input="QUIT\r\n", text=True, capture_output=True, timeout=60)
                self.assertIn("235 2.7.0", said.stdout + said.stderr)


class StoredPasswords(ClientTest):
    """Salted passwords are good for SCRAM-SHA-256, and for what tells them."""

    settings = {"user": ["salted;" + stored("pencil") + ";;PS"]}

    def test_python_and_msmtp_get_in(self):
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            smtp.ehlo()
            self.assertEqual(235, smtp.auth("SCRAM-SHA-256", Scram("salted", "pencil"))[0])
        token, message = self.message()
        self.ran("msmtp", "--file=/dev/null", "--host=127.0.0.1", f"--port={self.host.submission}", "--from=sender@example.net", "--timeout=20",
                 "--tls=on", f"--tls-trust-file={self.cert}", "--auth=scram-sha-256", "--user=salted", "--passwordeval=echo pencil",
                 "anna@example.org", text=False, input=message)
        self.arrives(token, message)

    def test_one_user_with_a_salted_password_takes_cram_md5_out_of_the_offer(self):
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            smtp.ehlo()
            self.assertEqual(["SCRAM-SHA-256", "PLAIN", "LOGIN"], smtp.esmtp_features["auth"].split())


class MixedPasswords(ClientTest):
    """Users whose passwords are stored for one hash, for the other, and as they are."""

    settings = {"user": ["salted;" + stored("pencil") + ";;PS", "older;" + stored("pen", digest="sha1") + ";;PS"],
                "auth_mechanisms": "SCRAM-SHA-256,SCRAM-SHA-1,PLAIN"}

    def test_python_gets_in_by_the_hash_that_is_stored_and_by_no_other(self):
        for name, digest, user, password, code in (("SCRAM-SHA-1", "sha1", "older", "pen", 235), ("SCRAM-SHA-256", "sha256", "salted", "pencil", 235),
                                                   ("SCRAM-SHA-256", "sha256", "older", "pen", 535), ("SCRAM-SHA-1", "sha1", "older", "pan", 535)):
            with self.subTest(name, user=user, code=code), smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
                smtp.ehlo()
                try:
                    self.assertEqual(code, smtp.auth(name, Scram(user, password, digest))[0])
                except smtplib.SMTPAuthenticationError as refused:
                    self.assertEqual(code, refused.smtp_code)

    def test_gsasl_gets_in_by_the_hash_that_is_stored(self):
        for mechanism, user, password in (("SCRAM-SHA-1", "older", "pen"), ("SCRAM-SHA-256", "salted", "pencil")):
            with self.subTest(mechanism):
                said = subprocess.run(["gsasl", "--client", "--smtp", "--connect", f"127.0.0.1:{self.host.smtp}", "--mechanism", mechanism,
                                       "--authentication-id", user, "--password", password, "--no-starttls"],
                                      input="QUIT\r\n", text=True, capture_output=True, timeout=60)
                self.assertIn("235 2.7.0", said.stdout + said.stderr)

    def salts(self, names):
        """What a stranger is told of each name."""
        told = {}
        for name in names:
            with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
                smtp.ehlo()
                code, challenge = smtp.docmd("AUTH", "SCRAM-SHA-256 " + base64.b64encode(f"n,,n={name},r=abc".encode()).decode())
                self.assertEqual(334, code, challenge)
                self.assertEqual(501, smtp.docmd("*")[0])
                told[name] = dict(part.split(b"=", 1) for part in base64.b64decode(challenge).split(b","))
                del told[name][b"r"]
        return told

    def test_a_start_does_not_tell_which_names_are_nobodys(self):
        names = ["salted", "older", USER, *(f"nobody{number}" for number in range(8))]
        before = self.salts(names)
        self.assertEqual(0, self.host.stop())
        self.host.start()
        self.assertEqual(before, self.salts(names))
        key = self.host.root / "login_key"
        self.assertEqual(0o600, key.stat().st_mode & 0o777)


if __name__ == "__main__":
    unittest.main()
