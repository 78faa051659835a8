"""Messages are read as Python's own email package reads them, and what is made both read."""
from __future__ import annotations

import email
import email.header
import email.policy
import email.utils
import random
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage, Message
from pathlib import Path

import mailmodule
from mailmodule import Attachment, ComposedMessage, ContentForm, ErrorCode, MessageLimit, ParsedMessage

from .place import Case

WORDS = ["Grüße", "日本語 テキスト", "plain", "a, b; c", "x" * 90, "Привет", "=?odd", "two  blanks", "\"quoted\" \\", "😀"]
CHARSETS = ["utf-8", "iso-8859-1", "koi8-r", "iso-2022-jp", "utf-8", "windows-1252", "shift_jis", "gb2312", "big5"]


def text_for(charset: str) -> str:
    samples = {"koi8-r": "Привет, мир", "iso-2022-jp": "日本語です", "shift_jis": "日本語です", "gb2312": "你好",
               "big5": "你好", "iso-8859-1": "Grüße", "windows-1252": "Größe € 5"}
    return samples.get(charset, "Grüße 日本語 😀")


def some_message(seed: int) -> bytes:
    """One that Python makes; each seed another."""
    chance = random.Random(seed)
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = email.utils.formataddr((chance.choice(["Ann Doe", "Jörg", "Doe, Ann", ""]), "ann@example.org"))
    message["To"] = "bob@example.net, Carl <carl@example.com>"
    message["Subject"] = " ".join(chance.sample(WORDS[:6], chance.randint(1, 4)))
    zone = timezone(timedelta(minutes=chance.randrange(-720, 720, 15)))
    message["Date"] = email.utils.format_datetime(datetime.fromtimestamp(chance.randint(1, 2**31), zone))
    charset = chance.choice(CHARSETS)
    coding = chance.choice(["quoted-printable", "base64"])
    message.set_content(text_for(charset) + "\n" + "line\n" * chance.randint(0, 30), charset=charset, cte=coding)
    if chance.random() < 0.5:
        message.add_alternative("<p>" + text_for("utf-8") + "</p>\n", subtype="html")
    for number in range(chance.randint(0, 3)):
        octets = chance.randbytes(chance.randint(0, 3000))
        name = f"{number}-" + chance.choice(["x.bin", "grün.pdf", "日本.txt", "long " * 20 + ".doc"])
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=name)
    if chance.random() < 0.3:
        inner = EmailMessage(policy=email.policy.SMTP)
        inner["Subject"] = "inside"
        inner.set_content("inner\n")
        message.add_attachment(inner)
    return message.as_bytes()


def decoded(value: str) -> str:
    return str(email.header.make_header(email.header.decode_header(value)))


class ReadingTests(Case):
    def same(self, octets: bytes) -> None:
        """Both find the same parts, with the same types, names and contents."""
        theirs = list(email.message_from_bytes(octets).walk())
        with ParsedMessage(octets) as ours:
            parts = ours.parts
            self.assertEqual([part.get_content_type() for part in theirs], [part.type for part in parts])
            for part, other in zip(parts, theirs):
                self.same_part(ours, part, other)

    def same_part(self, message: ParsedMessage, part: mailmodule.Part, other: Message) -> None:
        fields = message.fields(part.number)
        self.assertEqual([name for name, _ in other.items()], [field.name for field in fields])
        self.assertEqual(other.get_content_disposition() or "", part.disposition)
        if other.is_multipart():
            return
        name = email.utils.collapse_rfc2231_value(other.get_filename() or "")
        self.assertEqual(decoded(name), part.file_name)
        content = other.get_payload(decode=True)
        assert isinstance(content, bytes)
        self.assertEqual(content, message.content(part.number))
        if part.type.startswith("text/"):
            text = content.decode(other.get_content_charset("us-ascii"))
            self.assertEqual(text, message.text(part.number))

    def test_messages_of_pythons_are_read_as_python_reads_them(self) -> None:
        for seed in range(300):
            with self.subTest(seed):
                self.same(some_message(seed))

    def test_samples_are_read_as_python_reads_them(self) -> None:
        folder = Path(__file__).resolve().parents[3] / "samples" / "messages"
        if not folder.is_dir():
            self.skipTest("no samples here")
        for file in sorted(folder.glob("*.eml")):
            with self.subTest(file.name):
                self.same(file.read_bytes())

    def test_headers_are_read_as_python_reads_them(self) -> None:
        for seed in range(100):
            octets = some_message(seed)
            theirs = email.message_from_bytes(octets, policy=email.policy.default)
            with self.subTest(seed), ParsedMessage(octets) as ours:
                self.assertEqual(str(theirs["Subject"]), ours["subject"])
                found = [(one.name, one.address) for one in ours.addresses("To")]
                self.assertEqual([(one.display_name, one.addr_spec) for one in theirs["To"].addresses], found)
                sender = ours.addresses("From")[0]
                self.assertEqual(theirs["From"].addresses[0].display_name, sender.name)
                self.assertEqual(theirs["Date"].datetime, ours.date())
                self.assertEqual("", ours["X-None"])

    def test_sources_give_the_same_message(self) -> None:
        octets = some_message(7)
        file = self.folder / "letter.eml"
        file.write_bytes(octets)
        with ParsedMessage(octets) as first, ParsedMessage.open_file(file) as second, file.open("rb") as opened:
            with ParsedMessage.open_reader(opened.read) as third:
                for message in (second, third):
                    self.assertEqual(first.parts, message.parts)
                    self.assertEqual(first.content(0, ContentForm.WHOLE), message.content(0, ContentForm.WHOLE))

    def test_limits_are_told(self) -> None:
        octets = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 9
        with ParsedMessage(octets, max_parts=3) as message:
            self.fails(ErrorCode.LIMIT, lambda: message.parts)
        with ParsedMessage(octets, max_parts=3, cut=True) as message:
            self.assertEqual(3, len(message.parts))
            self.assertEqual(MessageLimit.PARTS, message.limits)

    def test_what_fails_raises(self) -> None:
        def broken(size: int) -> bytes:
            raise KeyError("mine")

        self.assertRaises(KeyError, ParsedMessage.open_reader, broken)
        self.fails(ErrorCode.NOT_FOUND, ParsedMessage.open_file, self.folder / "none")
        message = ParsedMessage(b"Subject: x\n\ny")
        self.fails(ErrorCode.ARGUMENT, message.part, 1)
        message.close()
        message.close()
        self.fails(ErrorCode.HANDLE, message.part, 0)


class ComposingTests(Case):
    def test_python_reads_what_is_made(self) -> None:
        octets = random.Random(1).randbytes(5000)
        for number, word in enumerate(WORDS):
            with self.subTest(word), ComposedMessage() as made:
                made.add_field("From", "Jörg Doe <joerg@example.org>")
                made.add_field("To", "ann@example.org, Bob <bob@bücher.example>")
                made.add_field("Subject", word)
                made.add_field("X-Number", str(number))
                made.set_text(f"{word}\nsecond\n")
                made.set_html(f"<p>{word}</p>")
                made.attach(Attachment(name=f"{number} grün.bin", content=octets))
                made.attach(Attachment(type="image/png", content=b"png", content_id="p@example.org"))
                message = email.message_from_bytes(bytes(made), policy=email.policy.default)
                self.assertEqual(
                    ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html",
                     "image/png", "application/octet-stream"],
                    [part.get_content_type() for part in message.walk()],
                )
                self.assertEqual([], [part.defects for part in message.walk() if part.defects])
                self.assertEqual(word, str(message["Subject"]))
                self.assertEqual("Jörg Doe", message["From"].addresses[0].display_name)
                self.assertEqual("bob@xn--bcher-kva.example", message["To"].addresses[1].addr_spec)
                body = message.get_body(("plain",))
                assert body is not None
                self.assertEqual(f"{word}\nsecond\n", body.get_content().replace("\r\n", "\n"))
                attached = next(part for part in message.iter_attachments())
                self.assertEqual(f"{number} grün.bin", attached.get_filename())
                self.assertEqual(octets, attached.get_content())

    def test_what_is_made_can_be_sent(self) -> None:
        engine = self.engine()
        with ComposedMessage() as made:
            made.add_field("From", "bert@example.org")
            made.add_field("To", "anna@example.org")
            made.set_text("Hello.\n")
            message = mailmodule.Message(engine, "bert@example.org")
            message.add_recipient("anna@example.org")
            message.set_reader(made.read)
            message.start()
            message.wait(20)
        self.assertTrue(any(b"\n\nHello." in octets for octets in self.mailbox(engine)))

    def test_files_and_functions_are_attached(self) -> None:
        file = self.folder / "x.bin"
        file.write_bytes(b"from a file")
        with ComposedMessage() as made, file.open("rb") as opened:
            made.add_field("From", "ann@example.org")
            made.attach(Attachment(path=file))
            made.attach(Attachment(read=opened.read))
            made.write_file(self.folder / "made.eml")
        with ParsedMessage.open_file(self.folder / "made.eml") as message:
            self.assertEqual([b"from a file"] * 2, [message.content(part) for part in (1, 2)])

    def test_what_fails_raises(self) -> None:
        def broken(size: int) -> bytes:
            raise KeyError("mine")

        with ComposedMessage() as made:
            self.fails(ErrorCode.ARGUMENT, made.add_field, "Subject", "a\r\nBcc: eve@example.org")
            self.fails(ErrorCode.ARGUMENT, made.add_field, "Subject", "a\0b")
            self.fails(ErrorCode.STATE, made.read, 10)
            made.add_field("From", "ann@example.org")
            made.attach(Attachment(read=broken))
            self.assertRaises(KeyError, bytes, made)


if __name__ == "__main__":
    import unittest

    unittest.main()
