"""Checks of messages by SPF, DKIM, ARC and DMARC, and signatures."""
from __future__ import annotations

import io
import socket
import struct
import threading
from email.message import EmailMessage
from pathlib import Path

import mailmodule
from mailmodule import AuthFlag, AuthResult, DkimAlgorithm, DmarcPolicy, Engine, ErrorCode

from .place import SECONDS, Case

LETTER = b"From: Ann <ann@example.org>\r\nTo: bert@example.net\r\nSubject: Hello\r\n\r\nHow are you?\r\n"


class Names:
    """A name server on loopback that knows TXT records; a name that has None never gets an answer."""

    def __init__(self, texts: dict[str, str | None]) -> None:
        self.texts = texts
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            question, who = self.socket.recvfrom(4096)
            if not question:
                return
            answer = self.answer(question)
            if answer:
                self.socket.sendto(answer, who)

    def answer(self, question: bytes) -> bytes:
        labels, place = [], 12
        while question[place]:
            labels.append(question[place + 1 : place + 1 + question[place]].decode())
            place += question[place] + 1
        name, kind = ".".join(labels).lower(), struct.unpack("!H", question[place + 1 : place + 3])[0]
        text = self.texts.get(name, "")
        if text is None:
            return b""
        octets, record = text.encode(), b""
        if text and kind == 16:
            parts = [octets[at : at + 255] for at in range(0, len(octets), 255)]
            data = b"".join(bytes([len(part)]) + part for part in parts)
            record = struct.pack("!HHHIH", 0xC00C, 16, 1, 60, len(data)) + data
        flags = 0x8180 if text else 0x8183
        return question[:2] + struct.pack("!HHHHH", flags, 1, bool(record), 0, 0) + question[12 : place + 5] + record

    def close(self) -> None:
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join(SECONDS)
        self.socket.close()


class AuthenticationTests(Case):
    key: mailmodule.DkimKey

    @classmethod
    def setUpClass(cls) -> None:
        cls.key = mailmodule.dkim_key_make(DkimAlgorithm.RSA_SHA256)

    def setUp(self) -> None:
        super().setUp()
        names = Names({
            "s._domainkey.example.org": self.key.record,
            "example.org": "v=spf1 ip4:192.0.2.0/24 -all",
            "_dmarc.example.org": "v=DMARC1; p=reject",
            "s._domainkey.silent.example": None,
        })
        self.addCleanup(names.close)
        self.mail = Engine({"mail_root": self.folder, "smtp_name": "mx.example.net", "smtp_dns": names.address})
        self.addCleanup(self.mail.close, 0)

    def sign(self, message: bytes = LETTER, domain: str = "example.org") -> bytes:
        return mailmodule.dkim_sign(self.mail, message, domain=domain, selector="s", key=self.key.pem)

    def test_spf_tells_of_the_helo_first_and_of_the_sender_last(self) -> None:
        found = mailmodule.spf_check(self.mail, "192.0.2.1", helo="example.org", sender="ann@example.org")
        self.assertEqual([True, False], [one.is_helo for one in found])
        last = found[-1]
        self.assertEqual(("spf", AuthResult.PASS, "example.org", "ann@example.org", "ip4:192.0.2.0/24"),
                         (last.method, last.result, last.domain, last.identity, last.mechanism))
        (alone,) = mailmodule.spf_check(self.mail, "198.51.100.1", helo="example.org")
        self.assertEqual((AuthResult.FAIL, True), (alone.result, alone.is_helo))
        self.assertEqual("fail", alone.result.name.lower())

    def test_what_is_signed_verifies_and_what_was_changed_does_not(self) -> None:
        fields = self.sign()
        self.assertTrue(fields.startswith(b"DKIM-Signature: ") and fields.endswith(b"\r\n"))
        (found,) = mailmodule.dkim_verify(self.mail, fields + LETTER)
        self.assertEqual(
            (AuthResult.PASS, "example.org", "s", "@example.org", "rsa-sha256", 2048, None, AuthFlag(0)),
            (found.result, found.domain, found.selector, found.identity, found.algorithm, found.key_bits,
             found.signed_length, found.flags))
        assert found.signed_at is not None
        self.assertIn("from", found.signed_fields)
        (changed,) = mailmodule.dkim_verify(self.mail, fields + LETTER.replace(b"How", b"Who"))
        self.assertEqual(AuthResult.FAIL, changed.result)
        (none,) = mailmodule.dkim_verify(self.mail, LETTER)
        self.assertEqual(AuthResult.NONE, none.result)

    def test_a_message_is_octets_or_pythons_or_a_file_or_a_reader(self) -> None:
        whole = self.sign() + LETTER
        path = Path(self.folder) / "letter"
        path.write_bytes(whole)
        for found in (
            mailmodule.dkim_verify(self.mail, path=path),
            mailmodule.dkim_verify(self.mail, read=io.BytesIO(whole).read),
            mailmodule.dkim_verify(self.mail, bytearray(whole)),
        ):
            self.assertEqual([AuthResult.PASS], [one.result for one in found])
        message = EmailMessage()
        message["From"] = "ann@example.org"
        message.set_content("text\n")
        self.assertTrue(mailmodule.dkim_sign(self.mail, message, domain="example.org", selector="s", key=self.key.pem))
        with self.assertRaises(ZeroDivisionError):
            mailmodule.dkim_verify(self.mail, read=lambda size: bytes(1 // 0))
        with self.assertRaises(mailmodule.MailModuleError) as caught:
            mailmodule.dkim_verify(self.mail)
        self.assertEqual(ErrorCode.ARGUMENT, caught.exception.code)

    def test_dmarc_judges_by_all_and_the_field_tells_of_it(self) -> None:
        found = mailmodule.dmarc_check(
            self.mail, LETTER, client="198.51.100.1", helo="x.example", sender="ann@example.org")
        verdict = found[-1]
        self.assertEqual(("dmarc", AuthResult.FAIL, DmarcPolicy.REJECT, DmarcPolicy.REJECT),
                         (verdict.method, verdict.result, verdict.policy, verdict.disposition))
        self.assertEqual(2, len(found.of("spf")))
        signed = mailmodule.dmarc_check(self.mail, self.sign() + LETTER)
        self.assertEqual((AuthResult.PASS, AuthFlag.DKIM_ALIGNED), (signed[-1].result, signed[-1].flags))
        self.assertTrue(signed.field().startswith(b"Authentication-Results: mx.example.net;"))
        self.assertTrue(signed.field("other.example").startswith(b"Authentication-Results: other.example;"))
        self.assertIn("dmarc=pass", repr(signed))
        signed.close()
        self.assertEqual(AuthResult.PASS, signed[-1].result)

    def test_what_is_sent_on_is_sealed(self) -> None:
        message = self.sign() + LETTER
        for number in (1, 2):
            found = mailmodule.dmarc_check(self.mail, message)
            message = mailmodule.arc_seal(
                self.mail, message, found=found, domain="example.org", selector="s", key=self.key.pem) + message
            (chain,) = mailmodule.arc_validate(self.mail, message)
            self.assertEqual((AuthResult.PASS, number, ("example.org",) * number),
                             (chain.result, chain.instances, chain.sealers))

    def test_each_has_a_future(self) -> None:
        whole = self.sign() + LETTER
        key = {"domain": "example.org", "selector": "s", "key": self.key.pem}
        futures = [
            mailmodule.start_dkim_verify(self.mail, whole),
            mailmodule.start_arc_validate(self.mail, read=io.BytesIO(whole).read),
            mailmodule.start_dmarc_check(self.mail, whole),
            mailmodule.start_spf_check(self.mail, "192.0.2.1", sender="ann@example.org"),
        ]
        found = [future.result(SECONDS)[-1].result for future in futures]
        self.assertEqual([AuthResult.PASS, AuthResult.NONE, AuthResult.PASS, AuthResult.PASS], found)
        self.assertIn(b"DKIM-Signature", mailmodule.start_dkim_sign(self.mail, LETTER, **key).result(SECONDS))
        report = mailmodule.dmarc_check(self.mail, whole).field()
        self.assertIn(b"ARC-Seal", mailmodule.start_arc_seal(self.mail, whole, found=report, **key).result(SECONDS))

    def test_a_stop_ends_what_waits_for_a_silent_name_server(self) -> None:
        whole = self.sign(domain="silent.example") + LETTER
        futures = [mailmodule.start_dkim_verify(self.mail, whole) for _ in range(20)]
        (late,) = mailmodule.dkim_verify(self.mail, whole, timeout=0.1)
        self.assertEqual(AuthResult.TEMPERROR, late.result)
        self.mail.stop()
        for future in futures:
            error = future.exception(0)
            assert isinstance(error, mailmodule.MailModuleError)
            self.assertEqual(ErrorCode.CANCELLED, error.code)
