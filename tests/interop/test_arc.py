"""Seals by us and by dkimpy: what one seals the other accepts, by turns in one chain too, and neither judges an altered chain differently but
in a way that is named here."""

import collections
import json
import os
import pathlib
import random
import re
import subprocess
import unittest

from clients import mailmodule
from dkimcases import Messages, ended, reason_to_differ
from support import place
from support.dns import Nsd

COUNT, AT_ONCE = 200, 50
PYTHON = pathlib.Path("/usr/bin/python3")  # Debian's, which has dkimpy
RESULTS = b"Authentication-Results: mx.mail.test; arc=%s;\r\n spf=pass smtp.mailfrom=joe@mail.test;\r\n dmarc=pass header.from=mail.test\r\n"


def found(message, chain):
    """With what was found out in front."""
    return RESULTS % chain.encode() + ended(message)


class Arc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not pathlib.Path("/usr/lib/python3/dist-packages/dkim/__init__.py").exists():
            raise unittest.SkipTest("python3-dkim is not installed")
        cls.folder = cls.enterClassContext(place.folder())
        made = mailmodule.dkim_key_make()
        (cls.folder / "rsa.pem").write_text(made.pem)
        (cls.folder / "record").write_text(made.record)
        line = "rsa._domainkey.mail TXT " + " ".join(f'"{made.record[at:at + 255]}"' for at in range(0, len(made.record), 255))
        cls.nsd = cls.enterClassContext(Nsd(cls.folder / "nsd", [line]))
        cls.engine = cls.enterClassContext(
            mailmodule.Engine({"mail_root": cls.folder / "mail", "smtp_name": "mx.mail.test", "smtp_dns": cls.nsd.setting}))

    def peers(self, what, messages):
        """Runs arcpeers.py on messages in a folder of their own; the messages, and what was said."""
        folder = self.folder / os.urandom(4).hex()
        folder.mkdir()
        for name in ("rsa.pem", "record"):
            (folder / name).write_bytes((self.folder / name).read_bytes())
        for number, message in enumerate(messages):
            (folder / f"{number:04}.eml").write_bytes(message)
        ran = subprocess.run([PYTHON, pathlib.Path(__file__).with_name("arcpeers.py"), what, folder], capture_output=True, text=True, timeout=300)
        self.assertEqual(0, ran.returncode, ran.stderr)
        return [file.read_bytes() for file in sorted(folder.glob("*.eml"))], json.loads(ran.stdout or "[]")

    def ours(self, messages):
        """What we say of each."""
        for at in range(0, len(messages), AT_ONCE):
            for begun in [mailmodule.start_arc_validate(self.engine, message) for message in messages[at:at + AT_ONCE]]:
                with begun.result(60) as all_found:
                    yield all_found[0].result.name.lower()

    def seal(self, message, chain):
        results = (RESULTS % chain.encode()).decode()
        return mailmodule.arc_seal(self.engine, message, found=results, domain="mail.test", selector="rsa", key_path=self.folder / "rsa.pem") + message

    def they_seal(self, messages, chain):
        done, _ = self.peers("seal", [found(message, chain) for message in messages])
        return [message.replace(RESULTS % chain.encode(), b"") for message in done]

    def all_pass(self, messages):
        _, said = self.peers("verify", messages)
        wrong = [pair for pair in zip(said, self.ours(messages), messages, strict=True) if pair[:2] != ("pass", "pass")]
        self.assertEqual([], wrong)

    def random(self, seed):
        messages = Messages(seed)
        return [ended(messages.message()) for _ in range(COUNT)]

    def test_what_we_seal_they_accept(self):
        self.all_pass([self.seal(message, "none") for message in self.random(1)])

    def test_what_they_seal_we_accept(self):
        sealed = self.they_seal(self.random(2), "none")
        self.assertEqual([], [message for message in sealed if not message.startswith(b"ARC-Seal:")])
        self.all_pass(sealed)

    def test_by_turns_in_one_chain(self):
        messages = [self.seal(message, "none") for message in self.random(3)]
        for change in (b"-- \r\na list\r\n", b"another\r\n"):
            messages = self.they_seal([message + change for message in messages], "pass")
            messages = [self.seal(message, "pass") for message in messages]
        self.assertTrue(all(b"i=5;" in message for message in messages))
        self.all_pass(messages)

    def test_what_was_altered_is_judged_alike(self):
        messages, chance = Messages(4), random.Random(4)
        sealed = [self.seal(message, "none") for message in self.random(5)]
        sealed = sealed[:COUNT // 2] + self.they_seal(sealed[COUNT // 2:], "pass")
        altered = [ended(messages.altered(chance.choice(sealed))) for _ in range(5 * COUNT)]
        _, said = self.peers("verify", altered)
        differ = collections.Counter()
        for theirs, our, message in zip(said, self.ours(altered), altered, strict=True):
            if theirs != our:
                why = reason(message, theirs, our)
                self.assertTrue(why, (theirs, our, message))
                differ[why] += 1
        print(dict(differ))


def reason(message, theirs, our):
    """Why dkimpy may say something else; empty: it may not."""
    header = message.partition(b"\r\n\r\n")[0]
    if (theirs, our) == ("none", "fail"):
        return "passes over fields without an i= that it can read"
    if theirs not in ("pass", "fail", "none") and our in ("fail", "none"):
        return "has an exception, and no result"
    if our == "temperror" and re.search(rb"[; ]d=(?!mail\.test;)", header):
        return "does not ask our name server, which has nothing to say of others"
    return reason_to_differ("dkimpy", message, [our], [theirs == "pass"])


if __name__ == "__main__":
    unittest.main()
