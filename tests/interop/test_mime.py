"""What is attached to a message is what munpack and ripmime find in it; and they read what mm_compose has made."""

import email.message
import email.policy
import os
import random
import shutil
import sys
import unittest

from support import place

os.environ.setdefault("MAILMODULE_LIBRARY", str(place.LIBRARY))
sys.path.insert(0, str(place.ROOT / "bindings" / "python" / "src"))

import mailmodule  # noqa: E402

NAMES = ["x.bin", "with blanks.doc", "grün.pdf", "日本.txt", "long " * 20 + ".zip"]


def made_by_python(chance):
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = "ann@example.org", "bob@example.net", "Grüße"
    message.set_content("Grüße\n" * chance.randint(1, 9))
    for _ in range(chance.randint(1, 4)):
        octets = chance.randbytes(chance.randint(1, 5000))
        message.add_attachment(octets, maintype="application", subtype="x-random", filename=chance.choice(NAMES))
    return message.as_bytes()


def made_by_us(chance):
    with mailmodule.ComposedMessage() as message:
        message.add_field("From", "ann@example.org")
        message.add_field("Subject", "Grüße")
        message.set_text("Grüße\n" * chance.randint(1, 9))
        message.set_html("<p>Grüße</p>\n")
        for _ in range(chance.randint(1, 4)):
            octets = chance.randbytes(chance.randint(1, 5000))
            message.attach(mailmodule.Attachment(chance.choice(NAMES), "application/x-random", octets))
        return bytes(message)


def attached(octets):
    with mailmodule.ParsedMessage(octets) as message:
        return sorted(message.content(part.number) for part in message.parts if part.is_attachment)


class Mime(unittest.TestCase):
    def found(self, octets, folder, *command):
        """The contents of the files that a program has made of a message."""
        made = folder / "made"
        made.mkdir()
        (folder / "letter.eml").write_bytes(octets)
        result = place.run(*command, cwd=made)
        self.assertEqual(0, result.returncode, result.stdout)
        return sorted(file.read_bytes() for file in made.iterdir())

    def same(self, program, *options):
        if not shutil.which(program):
            self.skipTest(program + " is not installed")
        for seed in range(30):
            for make in (made_by_python, made_by_us):
                octets = make(random.Random(seed))
                with self.subTest(make.__name__, seed=seed), place.folder() as folder:
                    theirs, ours = self.found(octets, folder, program, *options), attached(octets)
                    self.assertTrue(ours)
                    for content in ours:
                        self.assertIn(content, theirs)
                        theirs.remove(content)

    def test_munpack_finds_the_same(self):
        self.same("munpack", "-q", "../letter.eml")

    def test_ripmime_finds_the_same(self):
        self.same("ripmime", "-i", "../letter.eml", "-d", ".")
