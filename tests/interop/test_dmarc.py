"""DMARC of random messages by us, whole, with SPF, signatures and nsd, and by libopendmarc: the same but for named classes. Their fields, by authres."""

import base64
import collections
import ctypes
import json
import os
import pathlib
import subprocess
import sys
import unittest

import dmarccases
import opendmarc
from support import place
from support.dns import Nsd

os.environ.setdefault("MAILMODULE_LIBRARY", str(place.LIBRARY))
sys.path.insert(0, str(place.ROOT / "bindings" / "python" / "src"))

import mailmodule  # noqa: E402

PYTHON = pathlib.Path("/usr/bin/python3")  # Debian's, which has authres
SEED, COUNT, AT_ONCE = 9989, 2000, 50


class Dmarc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            ctypes.CDLL(opendmarc.LIBRARY)
        except OSError as absent:
            raise unittest.SkipTest(f"libopendmarc is not installed: {absent}")
        cls.folder = cls.enterClassContext(place.folder())
        cls.key, public = cls.keys()
        cls.stray, _ = cls.keys()
        cls.cases = dmarccases.cases(SEED, COUNT)
        lines = {line for case in cls.cases for line in case.zone(public)}
        lines |= {f'{dmarccases.short("_dmarc." + name)} TXT "{text}"' for name, text in dmarccases.REGISTRY.items()}
        cls.nsd = cls.enterClassContext(Nsd(cls.folder / "nsd", sorted(lines)))
        cls.engine = cls.enterClassContext(mailmodule.Engine({"smtp_dns": cls.nsd.setting, "smtp_name": "mail.example.org"}))

    @staticmethod
    def keys():
        """A private key as PEM, and its public key as p= has it (RFC 8463 §4)."""
        def openssl(*words, given=None):
            return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout
        pem = openssl("genpkey", "-algorithm", "ed25519")
        return pem.decode(), base64.b64encode(openssl("pkey", "-pubout", "-outform", "DER", given=pem)[-32:]).decode()

    def message(self, case):
        text = f"From: <a@{case.author}>\r\nTo: b@x.test\r\nSubject: x\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n\r\nx\r\n".encode()
        fields = [mailmodule.dkim_sign(self.engine, text, domain=domain, selector="good", key=self.key if passed else self.stray)
                  for domain, passed in case.signatures]
        return b"".join(fields) + text

    def begin(self, case):
        domain, passed = case.spf or ("nothing.test", False)
        return mailmodule.start_dmarc_check(self.engine, self.message(case), client=dmarccases.CLIENT if passed else dmarccases.STRANGER,
                                            helo="helo.test", sender=f"a@{domain}")

    @staticmethod
    def verdict(findings):
        (found,) = findings.of("dmarc")
        word = found.result.name.lower()
        return {"none": "absent", "permerror": "error", "fail": found.disposition.name.lower()}.get(word, word)

    def ours(self):
        for at in range(0, COUNT, AT_ONCE):
            for future in [self.begin(case) for case in self.cases[at:at + AT_ONCE]]:
                with future.result(60) as findings:
                    yield self.verdict(findings)

    def test_random_messages(self):
        theirs = opendmarc.OpenDmarc(dmarccases.SUFFIXES, self.folder)
        explained, verdicts = collections.Counter(), collections.Counter()
        for number, (case, verdict) in enumerate(zip(self.cases, self.ours(), strict=True)):
            verdicts[verdict] += 1
            with self.subTest(number=number, **vars(case)):
                self.assertEqual(dmarccases.judged(case, theirs, dmarccases.CORRECTIONS), verdict)
            if dmarccases.judged(case, theirs, ()) == verdict:
                explained["none"] += 1
                continue
            for one in dmarccases.CORRECTIONS:
                others = [correct for correct in dmarccases.CORRECTIONS if correct is not one]
                explained[one.__name__] += dmarccases.judged(case, theirs, others) != verdict
        print(f"{COUNT} messages: {dict(verdicts)}; differences by class: {dict(explained)}")
        self.assertGreater(explained["none"], COUNT // 2)
        self.assertEqual([], [one.__name__ for one in dmarccases.CORRECTIONS if not explained[one.__name__]], "classes without a difference are none")

    def test_fields_are_read_by_authres(self):
        fields, expected = [], []
        for case in self.cases[:300]:
            with self.begin(case).result(60) as findings:
                fields.append(findings.field().decode("ascii"))
                expected.append(["mail.example.org", sorted([one.method, one.result.name.lower(), self.properties(one)] for one in findings)])
        ran = subprocess.run([PYTHON, pathlib.Path(__file__).with_name("authresread.py")], input=json.dumps(fields), capture_output=True, text=True, timeout=60)
        self.assertEqual(0, ran.returncode, ran.stderr)
        for number, (field, told) in enumerate(zip(fields, json.loads(ran.stdout), strict=True)):
            with self.subTest(field):
                self.assertEqual(expected[number], [told[0], sorted(told[1])])
        self.assertEqual([], [line for field in fields for line in field.split("\r\n") if len(line) > 78])

    @staticmethod
    def properties(one):
        if one.method == "spf":
            return [["smtp.helo", one.domain] if one.is_helo else ["smtp.mailfrom", one.identity]]
        if one.method == "dkim":
            found = {"header.d": one.domain, "header.i": one.identity, "header.s": one.selector, "header.a": one.algorithm, "header.b": one.signature_start}
            return [[name, value] for name, value in found.items() if value]
        if one.method == "arc":
            return [["header.oldest-pass", str(one.oldest_pass)]] if one.result == mailmodule.AuthResult.PASS else []
        policy = [["policy.dmarc", one.disposition.name.lower()]] if one.policy_domain else []
        return [["header.from", one.domain], *policy]
