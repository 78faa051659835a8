"""Other people's DKIM, in Debian's Python: `dkimpeers.py sign FOLDER` signs each FOLDER/*.eml and puts the field in front, by turns with dkimpy
and libopendkim; `dkimpeers.py verify FOLDER` prints, as JSON, for each what dkimpy and libopendkim say of its signatures, from the top down.
FOLDER has the keys too: rsa.pem, ed.pem, and `keys`, lines "NAME RECORD" for rsa._domainkey.mail.test and ed._domainkey.mail.test."""

import base64
import json
import pathlib
import sys

import dkim
import opendkim
from dkimcases import ended

DOMAIN = b"mail.test"
FORMS = [b"simple", b"relaxed"]


class Peers:
    def __init__(self, folder):
        self.folder = folder
        self.records = dict(line.split(" ", 1) for line in (folder / "keys").read_text().splitlines())
        self.library = opendkim.Library(folder / "keys")
        self.rsa, self.ed = ((folder / name).read_bytes() for name in ("rsa.pem", "ed.pem"))
        self.seed = base64.b64encode(base64.b64decode(b"".join(self.ed.split(b"\n")[1:-2]))[-32:])

    def record(self, name, timeout=5):
        return self.records.get(name.decode().rstrip("."), "").encode() or None

    def sign(self, number, message):
        """Each way of signing comes once in sixteen messages."""
        header, body, is_ed, is_dkimpy = (number >> bit & 1 for bit in range(4))
        if is_dkimpy and is_ed:
            return dkim.sign(message, b"ed", DOMAIN, self.seed, canonicalize=(FORMS[header], FORMS[body]), signature_algorithm=b"ed25519-sha256")
        if is_dkimpy:
            return dkim.sign(message, b"rsa", DOMAIN, self.rsa, canonicalize=(FORMS[header], FORMS[body]), length=number % 5 == 0)
        if is_ed:  # with a simple header neither dkimpy nor libopendkim itself accepts what libopendkim signs
            return self.library.sign(ended(message), DOMAIN, b"ed", self.ed, opendkim.RELAXED, body, opendkim.ED25519)
        return self.library.sign(ended(message), DOMAIN, b"rsa", self.rsa, header, body)

    def verify(self, message):
        return [self.dkimpy(message), self.library.verify(message)]

    def dkimpy(self, message):
        """[]: it cannot read the message."""
        try:
            fields, _ = dkim.rfc822_parse(message)
        except (dkim.MessageFormatError, IndexError):
            return []
        return [self.is_right(message, number) for number in range(sum(name.lower() == b"dkim-signature" for name, _ in fields))]

    def is_right(self, message, number):
        try:
            return bool(dkim.DKIM(message, timeout=5).verify(number, dnsfunc=self.record))
        except Exception:  # of many kinds: binascii.Error, UnicodeDecodeError, dkim.DKIMException
            return False


peers = Peers(pathlib.Path(sys.argv[2]))
files = sorted(peers.folder.glob("*.eml"))
if sys.argv[1] == "sign":
    for number, file in enumerate(files):
        text = file.read_bytes()
        file.write_bytes(peers.sign(number, text) + text)
else:
    print(json.dumps([peers.verify(file.read_bytes()) for file in files]))
