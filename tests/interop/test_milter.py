"""Postfix with opendkim as its milter: it accepts what we sign, and what it signs we accept."""

import base64
import re
import smtplib
import subprocess
import unittest

from support import place
from support.peers import Peer
from support.receivers import PostfixHost
from world import DeliveryTest

FAR, NEAR = "127.0.0.33", "127.0.0.34"


class OpenDkim(Peer):
    """The milter. It knows what `settings` say, and keys of others from a file."""

    def __init__(self, folder, records, **settings):
        super().__init__(folder)
        self.records, self.settings, self.process = records, settings, None

    def start(self):
        nobody = self.folder / "nobody"
        nobody.write_text("")  # whose mail is signed in place of being verified
        lines = {"Socket": f"inet:{self.port}@127.0.0.1", "TestDNSData": self.records, "InternalHosts": nobody, "AlwaysAddARHeader": "yes",
                 "Background": "no", "RequireSafeKeys": "no", "AuthservID": "milter.example.net"}
        config = self.folder / "opendkim.conf"
        config.write_text("".join(f"{key} {value}\n" for key, value in {**lines, **self.settings}.items()))
        self.process = subprocess.Popen(["opendkim", "-f", "-x", str(config)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        return self.ready()

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
        self.process = None


@unittest.skipUnless(place.is_root(), "Postfix's master needs root")
class Milter(DeliveryTest):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(place.folder())
        cls.theirs, cls.their_record = cls.key(folder, "theirs", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        cls.zone = ["far MX 10 mx.far", f"mx.far A {FAR}", f"near A {NEAR}", 'near TXT "v=spf1 -all"', '_dmarc.near TXT "v=DMARC1; p=reject"',
                    "sel._domainkey.near TXT " + " ".join(f'"{cls.their_record[i:i + 200]}"' for i in range(0, len(cls.their_record), 200))]
        super().setUpClass()

    @classmethod
    def before(cls):
        keys, records = [], []
        for name, how in {"one": ("RSA", "-pkeyopt", "rsa_keygen_bits:2048"), "two": ("ED25519",)}.items():
            file, record = cls.key(cls.folder, name, *how)
            keys.append(f"example.org;{name};{file}")
            records.append(f"{name}._domainkey.example.org {record}\n")
        (cls.folder / "records").write_text("".join(records))
        cls.settings = {"dkim": keys, "smtp_range": "127.0.0.1", "smtp_bind": "127.0.0.1", "dmarc": "enforce"}
        verifier = cls.stack.enter_context(OpenDkim(cls.folder / "verifier", cls.folder / "records", Mode="v"))
        signer = cls.stack.enter_context(OpenDkim(cls.folder / "signer", cls.folder / "records", Mode="s", Domain="near.test", Selector="sel",
                                                  KeyFile=cls.theirs, InternalHosts="127.0.0.0/8", Canonicalization="relaxed/simple"))
        cls.far = cls.stack.enter_context(PostfixHost(cls.folder / "far", FAR, cls.port, ["far.test"], milter=verifier.port))
        cls.near = cls.stack.enter_context(PostfixRelay(cls.folder / "near", NEAR, place.free_port(), ["near.test"], home=cls.home, milter=signer.port))

    @staticmethod
    def key(folder, name, *how):
        """A private key's file, and what the DNS has of it."""
        file = folder / f"{name}.pem"
        made = place.run("openssl", "genpkey", "-algorithm", *how, "-out", file)
        assert made.returncode == 0, made.stdout
        public = base64.b64decode("".join(place.run("openssl", "pkey", "-in", file, "-pubout").stdout.split("-----")[2].split()))
        is_ed = how[0] == "ED25519"
        return file, f"v=DKIM1; k={'ed25519' if is_ed else 'rsa'}; p={base64.b64encode(public[-32:] if is_ed else public).decode()}"

    def test_it_accepts_what_we_sign(self):
        for body in (b"Grass is green.\r\n.\r\n..two dots\r\nlast line\r\n", b"0123456789abcdef\r\n" * 20000, b"no end of line"):
            with self.subTest(len(body)):
                token = self.send("x@far.test", message=self.letter(body))
                text = self.delivered(self.far, token)[0]
                found = re.findall(rb"dkim=(\w+)", text.split(b"\r\n\r\n")[0].split(b"DKIM-Signature")[0])
                self.assertEqual([b"pass", b"pass"], found, text[:3000].decode("latin-1"))

    def test_what_it_signs_we_accept(self):
        """SPF does not allow the relay, so that DMARC passes by the signature alone."""
        token, text = self.letter()
        with smtplib.SMTP(NEAR, self.near.port, timeout=20, source_address=(NEAR, 0)) as smtp:
            smtp.sendmail("eve@near.test", ["anna@example.org"], text.replace(b"anna@example.org", b"eve@near.test"))
        found = self.host.wait_for("anna", token)
        self.assertIsNotNone(found, self.logged())
        header = found.split(b"\r\n\r\n")[0]
        self.assertIn(b"dkim=pass", header, header.decode("latin-1"))
        self.assertIn(b"dmarc=pass", header, header.decode("latin-1"))


class PostfixRelay(PostfixHost):
    """Passes all mail on to one port of 127.0.0.1."""

    def main_cf(self):
        return super().main_cf() + "smtpd_relay_restrictions = permit_mynetworks, reject\n"


if __name__ == "__main__":
    unittest.main()
