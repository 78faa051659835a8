"""Other people's ARC, in Debian's Python: `arcpeers.py seal FOLDER` seals each FOLDER/*.eml with dkimpy and puts the fields in front; where
it makes none the message stays. `arcpeers.py verify FOLDER` prints, as JSON, for each what dkimpy says of its chain. FOLDER has rsa.pem,
and `record`, that of rsa._domainkey.mail.test."""

import json
import pathlib
import sys

import dkim

NAMES = [b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"]


def seal(message, key):
    try:
        return b"".join(dkim.arc_sign(message, b"rsa", b"mail.test", key, b"mx.mail.test", include_headers=NAMES))
    except Exception:  # of many kinds
        return b""


def verdict(message, record):
    try:
        return dkim.arc_verify(message, dnsfunc=lambda name, timeout=5: record if name == b"rsa._domainkey.mail.test." else None)[0].decode()
    except Exception as fault:  # of many kinds
        return type(fault).__name__


folder = pathlib.Path(sys.argv[2])
files = sorted(folder.glob("*.eml"))
if sys.argv[1] == "seal":
    for file in files:
        text = file.read_bytes()
        file.write_bytes(seal(text, (folder / "rsa.pem").read_bytes()) + text)
else:
    print(json.dumps([verdict(file.read_bytes(), (folder / "record").read_bytes()) for file in files]))
