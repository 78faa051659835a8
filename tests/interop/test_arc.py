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
from world import DeliveryTest

COUNT, AT_ONCE = 200, 50
PYTHON = pathlib.Path("/usr/bin/python3")  # Debian's, which has dkimpy
RESULTS = b"Authentication-Results: mx.mail.test; arc=%s;\r\n spf=pass smtp.mailfrom=joe@mail.test;\r\n dmarc=pass header.from=mail.test\r\n"


def found(message, chain):
    """With what was found out in front."""
    return RESULTS % chain.encode() + ended(message)


def make_key(folder):
    """rsa.pem and record in a folder; the record as a line of the zone."""
    made = mailmodule.dkim_key_make()
    (folder / "rsa.pem").write_text(made.pem)
    (folder / "rsa.pem").chmod(0o600)
    (folder / "record").write_text(made.record)
    return "rsa._domainkey.mail TXT " + " ".join(f'"{made.record[at:at + 255]}"' for at in range(0, len(made.record), 255))


def run_peers(what, keys, folder, messages):
    """Runs arcpeers.py on messages in a new folder of their own; the messages, and what was said."""
    folder.mkdir()
    for name in ("rsa.pem", "record"):
        (folder / name).write_bytes((keys / name).read_bytes())
    for number, message in enumerate(messages):
        (folder / f"{number:04}.eml").write_bytes(message)
    ran = subprocess.run([PYTHON, pathlib.Path(__file__).with_name("arcpeers.py"), what, folder], capture_output=True, text=True, timeout=300)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    return [file.read_bytes() for file in sorted(folder.glob("*.eml"))], json.loads(ran.stdout or "[]")


class Arc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not pathlib.Path("/usr/lib/python3/dist-packages/dkim/__init__.py").exists():
            raise unittest.SkipTest("python3-dkim is not installed")
        cls.folder = cls.enterClassContext(place.folder())
        cls.nsd = cls.enterClassContext(Nsd(cls.folder / "nsd", [make_key(cls.folder)]))
        cls.engine = cls.enterClassContext(
            mailmodule.Engine({"mail_root": cls.folder / "mail", "smtp_name": "mx.mail.test", "smtp_dns": cls.nsd.setting}))

    def peers(self, what, messages):
        return run_peers(what, self.folder, self.folder / os.urandom(4).hex(), messages)

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


class SentOn(DeliveryTest):
    """A mailhost that seals what its users' forward files and its list send on, and dkimpy at the other end."""

    settings = {"forward": 1, "smtp_range": "", "smtp6_range": "",
                "list": ["all@example.org;bert@example.org;x@far.test", "staff@example.org;;y@far.test"]}

    @classmethod
    def setUpClass(cls):
        if not pathlib.Path("/usr/lib/python3/dist-packages/dkim/__init__.py").exists():
            raise unittest.SkipTest("python3-dkim is not installed")
        cls.keys = cls.enterClassContext(place.folder())
        cls.zone = [make_key(cls.keys), "far MX 10 mx.far", "mx.far A 127.0.0.10", "from A 127.0.0.1",
                    'from TXT "v=spf1 ip4:127.0.0.0/8 -all"', '_dmarc.from TXT "v=DMARC1; p=reject"']
        cls.settings = {**cls.settings, "arc_seal": f"mail.test;rsa;{cls.keys}/rsa.pem"}
        super().setUpClass()

    def setUp(self):
        home = self.host.root / "users" / "carl"
        home.mkdir(parents=True, exist_ok=True)
        (home / "forward").write_text("#rm\ncarl@far.test\n")

    def sent_on(self, to, message):
        server = self.rogue("127.0.0.10")
        token = self.send(to, sender="joe@from.test", message=message)
        return self.arrives(server, token).text

    def dkimpy(self, text):
        return run_peers("verify", self.keys, self.folder / os.urandom(4).hex(), [text])[1]

    def letter(self, front=b""):
        token, text = super().letter()
        return token, front + text.replace(b"anna@example.org", b"joe@from.test")

    def test_what_was_found_out_is_told_and_sealed(self):
        for to in ("carl@example.org", "all@example.org", "staff@example.org"):
            with self.subTest(to):
                text = self.sent_on(to, self.letter())
                self.assertEqual(["pass"], self.dkimpy(text), text)
                report = re.search(rb"(?m)^ARC-Authentication-Results: ([^\r]*(?:\r\n[ \t][^\r]*)*)", text)[1]
                report = b" ".join(report.split())
                self.assertTrue(report.startswith(b"i=1; example.org; "), report)
                for word in (b"spf=pass", b"dkim=none", b"arc=none", b"dmarc=pass"):
                    self.assertIn(word, report)

    def test_what_a_stranger_writes_in_our_name_is_not_told(self):
        text = self.sent_on("carl@example.org", self.letter(b"Authentication-Results: example.org; dmarc=pass header.from=bank.test\r\n"))
        self.assertNotIn(b"bank.test", text)
        self.assertEqual(["pass"], self.dkimpy(text), text)

    def test_a_chain_goes_on_from_host_to_host(self):
        letter = self.letter()
        first = self.sent_on("carl@example.org", letter)
        again = self.sent_on("all@example.org", (letter[0], first))
        self.assertIn(b"i=2;", again)
        self.assertEqual(["pass"], self.dkimpy(again), again)
        broken = self.sent_on("all@example.org", (letter[0], first.replace(b"Grass is green", b"Grass is grey")))
        self.assertIn(b"cv=fail", broken)
        self.assertNotEqual(["pass"], self.dkimpy(broken), broken)  # of cv=fail it has an exception


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
