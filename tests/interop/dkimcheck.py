"""dkimpy's word on messages: dkimcheck.py RECORDS MESSAGE..., with the records a line each, "name text". Prints for each message what
each of its signatures is: "pass SELECTOR.DOMAIN", "fail SELECTOR.DOMAIN"; "none" for one without any."""

import re
import sys

import dkim

records = dict(line.rstrip("\n").split(" ", 1) for line in open(sys.argv[1]))


def ask(name, timeout=5):
    text = records.get(name.decode().rstrip(".") if isinstance(name, bytes) else name.rstrip("."))
    return text.encode() if text else None


for path in sys.argv[2:]:
    with open(path, "rb") as file:
        message = file.read()
    signatures = [value for name, value in dkim.rfc822_parse(message)[0] if name.lower() == b"dkim-signature"]
    said = []
    for number, value in enumerate(signatures):
        tags = dict(re.findall(rb"(?:^|;)\s*([ds])=\s*([^;\s]+)", value))
        try:
            right = dkim.DKIM(message, minkey=2048).verify(number, dnsfunc=ask)
        except dkim.DKIMException as e:
            right, said = False, said + [f"({e})"]
        said.append(f"{'pass' if right else 'fail'} {tags[b's'].decode()}.{tags[b'd'].decode()}")
    print("; ".join(said) or "none")
