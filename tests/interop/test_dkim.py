"""Signatures by us, dkimpy and libopendkim: what one signs all accept, and none judges an altered message differently."""

import collections
import ctypes
import json
import os
import pathlib
import subprocess
import unittest

from clients import mailmodule
from dkimcases import Messages, ended, reason_to_differ
from support import place
from support.dns import Nsd
import opendkim

COUNT, AT_ONCE = 1000, 50
PYTHON = pathlib.Path("/usr/bin/python3")  # Debian's, which has dkimpy


class Dkim(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not pathlib.Path("/usr/lib/python3/dist-packages/dkim/__init__.py").exists():
            raise unittest.SkipTest("python3-dkim is not installed")
        try:
            ctypes.CDLL(opendkim.LIBRARY)
        except OSError as absent:
            raise unittest.SkipTest(f"libopendkim is not installed: {absent}")
        cls.folder = cls.enterClassContext(place.folder())
        cls.keys = {name: cls.key(name, *words) for name, words in (("rsa", ("RSA", "-pkeyopt", "rsa_keygen_bits:2048")), ("ed", ("ed25519",)))}
        lines = [f"{name}._domainkey.mail TXT " + " ".join(f'"{text[at:at + 255]}"' for at in range(0, len(text), 255)) for name, text in cls.keys.items()]
        cls.nsd = cls.enterClassContext(Nsd(cls.folder / "nsd", lines))
        cls.engine = cls.enterClassContext(mailmodule.Engine({"mail_root": cls.folder / "mail", "smtp_name": "mail.test", "smtp_dns": cls.nsd.setting}))

    @classmethod
    def key(cls, name, *algorithm):
        """Makes a key; its record."""
        path = cls.folder / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", *algorithm, "-out", path], check=True, capture_output=True)
        public = subprocess.run(["openssl", "pkey", "-in", path, "-pubout"], check=True, capture_output=True, text=True).stdout.split("\n")[1:-2]
        # RFC 8463 §4: the last 32 octets alone
        return "v=DKIM1; k=rsa; p=" + "".join(public) if name == "rsa" else "v=DKIM1; k=ed25519; p=" + public[0][-44:]

    def peers(self, what, messages):
        """Runs dkimpeers.py on messages in a folder of their own; the folder, and what was said."""
        folder = self.folder / os.urandom(4).hex()
        folder.mkdir()
        for name in self.keys:
            (folder / f"{name}.pem").write_bytes((self.folder / f"{name}.pem").read_bytes())
        (folder / "keys").write_text("".join(f"{name}._domainkey.mail.test {text}\n" for name, text in self.keys.items()))
        for number, message in enumerate(messages):
            (folder / f"{number:04}.eml").write_bytes(message)
        ran = subprocess.run([PYTHON, pathlib.Path(__file__).with_name("dkimpeers.py"), what, folder], capture_output=True, text=True, timeout=300)
        self.assertEqual(0, ran.returncode, ran.stderr)
        return [file.read_bytes() for file in sorted(folder.glob("*.eml"))], json.loads(ran.stdout or "[]")

    def results(self, messages):
        """What we say of each signature of each message, by the words of RFC 8601."""
        for at in range(0, len(messages), AT_ONCE):
            for begun in [mailmodule.start_dkim_verify(self.engine, message) for message in messages[at:at + AT_ONCE]]:
                with begun.result(60) as found:
                    yield [one.result.name.lower() for one in found if one.result != mailmodule.AuthResult.NONE]

    def signed(self, message):
        for name in self.keys:
            message = mailmodule.dkim_sign(self.engine, message, domain="mail.test", selector=name, key_path=self.folder / f"{name}.pem") + message
        return message

    def random(self, seed):
        messages = Messages(seed)
        return [messages.message() for _ in range(COUNT)]

    def test_what_we_sign_they_accept(self):
        messages = [self.signed(message) for message in self.random(1)]
        _, said = self.peers("verify", [ended(message) for message in messages])
        self.assertEqual([], [message for message, verdicts in zip(messages, said, strict=True) if verdicts != [[True, True]] * 2])
        self.assertEqual([], [message for message, words in zip(messages, self.results(messages), strict=True) if words != ["pass"] * 2])

    def test_what_they_sign_we_accept(self):
        messages, _ = self.peers("sign", self.random(2))
        self.assertEqual([], [message for message, words in zip(messages, self.results(messages), strict=True) if words != ["pass"]])

    def test_what_was_altered_is_judged_alike(self):
        signed, _ = self.peers("sign", self.random(3)[:COUNT // 2])
        messages = Messages(4)
        altered = [ended(messages.altered(message)) for message in signed + [self.signed(message) for message in self.random(5)[:COUNT // 2]]]
        _, said = self.peers("verify", altered)
        verdicts, classes = collections.Counter(), collections.Counter()
        for message, ours, theirs in zip(altered, self.results(altered), said, strict=True):
            passed = [word == "pass" for word in ours]
            verdicts.update(passed)
            for name, theirs in zip(("dkimpy", "opendkim"), theirs, strict=True):
                if passed != theirs:
                    reason = reason_to_differ(name, message, ours, theirs)
                    with self.subTest(name, message=message):
                        self.assertTrue(reason, f"we say {ours}, and {name} {theirs}")
                    classes[name, reason] += 1
        self.assertGreater(min(verdicts[True], verdicts[False]), COUNT / 10)
        self.assertLess(classes.total(), COUNT / 3, classes)

if __name__ == "__main__":
    unittest.main()
