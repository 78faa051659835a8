"""SPF, DKIM and DMARC of strangers' mail, enforced, over a zone that nsd serves: a set of forged messages, of which none comes into a mailbox, and
genuine ones signed by dkimpy and by opendkim; and a name server that is silent, which holds up its own messages alone."""

import base64
import contextlib
import hashlib
import os
import shutil
import smtplib
import socket
import subprocess
import threading
import time
import unittest

import opendkim
from support import place
from world import DeliveryTest

BANK, ELSEWHERE = "127.0.0.61", "127.0.0.66"
EVIL = "eve@evil.test"


def key(folder, name, bits):
    """A private key of RSA in a file, and its TXT record in strings of a zone."""
    path = folder / f"{name}.pem"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", path, str(bits)], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    text = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()
    return path, " ".join(f'"{text[at:at + 200]}"' for at in range(0, len(text), 200))


def relaxed(name, value):
    return name.lower() + b":" + b" ".join(value.split()) + b"\r\n"


def signature(message, path, domain, selector="sel", tags="", digest="sha256", covered=None):
    """A DKIM-Signature of From and Subject, relaxed, with tags of one's choice: what no decent signer writes."""
    head, body = message.split(b"\r\n\r\n", 1)
    fields = [field.split(b":", 1) for field in head.replace(b"\r\n ", b" ").split(b"\r\n")]
    hashed = body if covered is None else body[:covered]
    bh = base64.b64encode(hashlib.new(digest, hashed).digest()).decode()
    value = f"v=1; a=rsa-{digest}; c=relaxed/simple; d={domain}; s={selector}; {tags}h=From:Subject; bh={bh}; b="
    signed = b"".join(relaxed(n, v) for wanted in (b"from", b"subject") for n, v in fields[::-1] if n.lower() == wanted)
    signed += relaxed(b"DKIM-Signature", value.encode())[:-2]
    made = subprocess.run(["openssl", "dgst", f"-{digest}", "-sign", path], input=signed, check=True, capture_output=True).stdout
    return b"DKIM-Signature: " + value.encode() + base64.b64encode(made) + b"\r\n"


class PartlySilent:
    """A resolver on a UDP socket that passes questions on to another one, and never says anything about one domain."""

    def __init__(self, upstream, silent):
        self.upstream, self.silent = upstream, b"".join(bytes([len(label)]) + label.encode() for label in silent.split("."))
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.setting = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.unheard = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        host, port = self.upstream.rsplit(":", 1)
        with contextlib.suppress(OSError):
            while True:
                question, client = self.socket.recvfrom(4096)
                if self.silent in question.lower():
                    self.unheard += 1
                    continue
                with socket.socket(type=socket.SOCK_DGRAM) as up:
                    up.settimeout(5)
                    up.sendto(question, (host, int(port)))
                    with contextlib.suppress(TimeoutError):
                        self.socket.sendto(up.recv(4096), client)


class Authentication(DeliveryTest):
    @classmethod
    def before(cls):
        if not shutil.which("dkimsign"):
            raise unittest.SkipTest("dkimpy is not installed")
        try:
            opendkim.Library()
        except OSError as missing:
            raise unittest.SkipTest("libopendkim is not installed") from missing

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(place.folder())
            cls.key, record = key(folder, "key", 2048)
            cls.weak, short = key(folder, "weak", 512)
            cls.zone = [
                f'bank TXT "v=spf1 ip4:{BANK} -all"', '_dmarc.bank TXT "v=DMARC1; p=reject"', f"sel._domainkey.bank TXT {record}",
                f"weak._domainkey.bank TXT {short}", 'gone._domainkey.bank TXT "v=DKIM1; p="', "bank MX 10 mx.bank", f"mx.bank A {BANK}",
                f"sel._domainkey TXT {record}", 'shop TXT "v=spf1 -all"', '_dmarc.shop TXT "v=DMARC1; p=quarantine"',
                f'strict TXT "v=spf1 ip4:{BANK} -all"', f'post.strict TXT "v=spf1 ip4:{ELSEWHERE} -all"',
                '_dmarc.strict TXT "v=DMARC1; p=reject; aspf=s; adkim=s"', f"sel._domainkey.post.strict TXT {record}",
                'xn--bnk-qla TXT "v=spf1 -all"', '_dmarc.xn--bnk-qla TXT "v=DMARC1; p=reject"',
                f'evil TXT "v=spf1 ip4:{ELSEWHERE} -all"', '_dmarc.evil TXT "v=DMARC1; p=none"', f"sel._domainkey.evil TXT {record}",
                'slow TXT "v=spf1 -all"', '_dmarc.slow TXT "v=DMARC1; p=reject"',
            ]
            cls.addClassCleanup(stack.pop_all().close)
        super().setUpClass()

    def guarded(self, **settings):
        return self.another(**{"smtp_range": "", "smtp_bind": "127.0.0.1", "dmarc": "enforce", **settings})

    def says(self, host, message, sender=EVIL, client=ELSEWHERE, to=("anna@example.org",), helo="client.evil.test"):
        """Code and text behind the final dot."""
        with smtplib.SMTP("127.0.0.1", host.smtp, timeout=60, source_address=(client, 0), local_hostname=helo) as smtp:
            smtp.ehlo()
            smtp.mail(sender)
            for one in to:
                smtp.rcpt(one)
            code, text = smtp.data(message)
            return code, text.decode()

    def message(self, sender, body=b"Send money.\r\n", subject=None):
        token = subject or b"token-" + os.urandom(8).hex().encode()
        return token, b"From: " + sender + b"\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nSubject: " + token + b"\r\n\r\n" + body

    def spam(self, host, user, token):
        """Messages of the folder for what is quarantined."""
        folder = host.maildir(user) / ".spam" / "new"
        return [path for path in folder.glob("*") if token in path.read_bytes()] if folder.is_dir() else []

    FROMS = [
        b"ceo@bank.test", b'"The Bank" <ceo@bank.test>', b"ceo@BANK.Test", b"ceo@bank.test (eve@evil.test)", b"(eve@evil.test) ceo@bank.test",
        b"<@evil.test:ceo@bank.test>", b'"eve@evil.test" <ceo@bank.test>', b"ceo@bank.test, eve@evil.test", b"eve@evil.test, ceo@bank.test",
        b"Friends: eve@evil.test, ceo@bank.test;", b"Friends: ceo@bank.test;", b"\r\n ceo@bank.test", b"ceo\r\n @bank.test", b"ceo@bank.test.",
        b"ceo @ bank.test", b"ceo@(x)bank(y).test", b'"ceo"@bank.test', b"=?utf-8?q?ceo?= <ceo@bank.test>", b"=?utf-8?q?ceo=40bank.test?=",
        b"ceo@post.bank.test", b"ceo@nowhere.bank.test", b"ceo@" + b"a." * 12 + b"bank.test", b"<ceo@bank.test", b"ceo@bank.test>", b"<ceo@bank.test>, , ,",
        b'"a\\"b" <ceo@bank.test>', "Bänk <ceo@bank.test>".encode(), "Bänk".encode("latin-1") + b" <ceo@bank.test>", "ceo@bänk.test".encode(),
        "ceo@bank\u200b.test".encode(), "ceo@\uff42ank.test".encode(),
        b"ceo@xn--bnk-qla.test", b"ceo@bank.test@evil.test", b"<eve@evil.test> <ceo@bank.test>", b"<eve@evil.test>; <ceo@bank.test>",
        b"ceo@bank.test\r\nFrom: eve@evil.test", b"eve@evil.test\r\nFrom: ceo@bank.test", b"eve@evil.test\r\nFROM : ceo@bank.test",
        b"eve@evil.test\r\nfrom:ceo@bank.test", b"ceo@bank.test\r\nFrom:", b"ceo@strict.test", b"ceo@post.strict.test\r\nSender: ceo@post.strict.test",
        b"ceo@bank.test\r\nSender: eve@evil.test", b"ceo@bank.test\r\nAuthentication-Results: example.org; dmarc=pass header.from=bank.test",
        b"ceo@bank.test\r\nReceived-SPF: pass", b"a@b.test," * 50 + b"ceo@bank.test", b"x" * 20_000 + b" <ceo@bank.test>",
        b"ceo@bank.test\r\nARC-Seal: i=1; a=rsa-sha256; cv=none; d=list.test; s=sel; t=1; b=AAAA\r\nARC-Message-Signature: i=1; a=rsa-sha256; d=list.test; "
        b"s=sel; h=from; bh=AAAA; b=AAAA\r\nARC-Authentication-Results: i=1; list.test; dmarc=pass header.from=bank.test",
    ]

    def forgeries(self):
        """Messages in the bank's name, from elsewhere; each with what else SMTP is told."""
        for sender in self.FROMS:
            if sender != b"ceo@post.strict.test\r\nSender: ceo@post.strict.test":
                yield sender[:60], self.message(sender)[1], {}
        plain = self.message(b"ceo@bank.test", subject=b"genuine")[1]
        yield "a byte order mark", b"\xef\xbb\xbf" + plain, {}
        yield "a line of a mailbox file", b"From eve@evil.test Mon Jan  1 00:00:00 2026\r\n" + plain, {}
        yield "a blank line that is none", b" \r\n" + plain, {}
        yield "a header without an end", plain.replace(b"Subject", b"X: y\r\n" * 9000 + b"Subject"), {}
        yield "the bank's reverse path", plain, {"sender": "ceo@bank.test"}
        yield "the bank's HELO", plain, {"sender": "", "helo": "bank.test"}
        yield "the bank's reverse path with a route", plain, {"sender": "ceo@post.bank.test"}
        signed = self.dkimpy(plain)
        yield "another body", signed + b"more\r\n", {}
        yield "another subject", signed.replace(b"Subject: genuine", b"Subject: forged"), {}
        yield "a text in the header", signed.replace(b"\r\n\r\n", b"\r\nSend money to evil.test.\r\n\r\n", 1), {}
        yield "a text in the header that is fields", signed.replace(b"\r\n\r\n", b"\r\n:\r\nP.S.: send money to evil.test.\r\n\r\n", 1), {}
        yield "a subject behind a byte order mark", b"\xef\xbb\xbfSubject: forged\r\n" + signed, {}
        yield "a second From above", b"From: eve@evil.test\r\n" + signed, {}
        yield "a second From below", signed.replace(b"\r\n\r\n", b"\r\nFrom: ceo@bank.test\r\n\r\n", 1), {}
        for what, made in {
            "it has expired": self.own(plain, tags=f"t={int(time.time()) - 9000}; x={int(time.time()) - 4000}; "),
            "it comes from the future": self.own(plain, tags=f"t={int(time.time()) + 9000}; "),
            "its key is revoked": self.own(plain, selector="gone"), "its key is not there": self.own(plain, selector="none"),
            "its key is short": signature(plain, self.weak, "bank.test", "weak"), "it is SHA-1's": self.own(plain, digest="sha1"),
            "it is of evil.test": self.own(plain, domain="evil.test"), "it is of test": self.own(plain, domain="test"),
            "its identity is evil.test's": self.own(plain, domain="bank.test", tags="i=@evil.test; "),
            "its identity is bank.test's": self.own(plain, domain="evil.test", tags="i=@bank.test; "),
            "it covers no body": self.own(plain, tags="l=0; ", covered=0), "it covers part of the body": self.own(plain, tags="l=4; ", covered=4),
            "it does not cover From": self.own(plain).replace(b"h=From:Subject", b"h=Subject"), "it is of version 2": self.own(plain).replace(b"v=1", b"v=2"),
        }.items():
            yield f"a signature: {what}", made + plain, {}
        strict = self.message(b"ceo@strict.test")[1]
        yield "a domain below, where alignment is strict", self.own(strict, domain="post.strict.test") + strict, {"sender": "a@post.strict.test"}

    def own(self, message, domain="bank.test", **more):
        return signature(message, self.key, domain, **more)

    def dkimpy(self, message):
        return subprocess.run(["dkimsign", "sel", "bank.test", self.key], input=message, check=True, capture_output=True).stdout

    def opendkim(self, message):
        return opendkim.Library().sign(message, b"bank.test", b"sel", self.key.read_bytes(), opendkim.RELAXED, opendkim.SIMPLE) + message

    def test_no_forged_message_comes_into_a_mailbox(self):
        host = self.guarded(arc_trusted="list.test")
        count = 0
        for name, message, more in self.forgeries():
            with self.subTest(name):
                code, text = self.says(host, message, **more)
                self.assertEqual(550, code, text)
                self.assertIn("5.7.1", text)
            count += 1
        self.assertGreater(count, 60)
        self.assertEqual([], host.files("anna"))
        self.assertFalse((host.maildir("anna") / ".spam").exists())

    def test_what_is_genuine_passes(self):
        host = self.guarded()
        plain = (b"Dear customer,\r\n", b"line\r\n" * 50_000)
        odd = (b"", b"\r\n\r\n  blanks  \t\r\n\r\n\r\n", b"\r\n")
        signers = {"dkimpy": (self.dkimpy, plain + odd + (b"no end of line",)), "opendkim": (self.opendkim, plain + odd),
                   "what signs forgeries": (lambda text: self.own(text) + text, plain)}
        for name, sign, body in ((name, sign, body) for name, (sign, bodies) in signers.items() for body in bodies):
            token, text = self.message(b"ceo@bank.test", body)
            with self.subTest(name, body=body[:20]):
                code, said = self.says(host, sign(text))
                self.assertEqual(250, code, said)
                found = host.wait_for("anna", token)
                self.assertRegex(found, rb"(?s)^Return-Path: <eve@evil\.test>\r\nReceived-SPF: pass .*\r\nAuthentication-Results: example\.org;.*"
                                        rb"dkim=pass.*header\.d=bank\.test.*dmarc=pass.*\r\nReceived: from ")
        for sender, client in (("ceo@bank.test", BANK), ("ceo@post.bank.test", BANK)):
            token, text = self.message(b"ceo@bank.test")
            code, said = self.says(host, text, sender=sender, client=client)
            self.assertEqual(250 if sender == "ceo@bank.test" else 550, code, said)

    def test_what_is_to_be_quarantined_goes_to_the_folder_spam(self):
        host = self.guarded(list="team@example.org;;anna@example.org,bert@example.org")
        token, text = self.message(b"ceo@shop.test")
        self.assertEqual(250, self.says(host, text, to=("carl@example.org", "team@example.org"))[0])
        for user in ("anna", "bert", "carl"):
            self.assertTrue(place.wait_until(lambda: self.spam(host, user, token)), user)
            self.assertEqual([], host.files(user))

    def test_what_cannot_be_looked_up_now_is_asked_for_again_and_a_mark_refuses_nothing(self):
        _, text = self.message(b"ceo@lame.test")
        self.assertEqual(451, self.says(self.guarded(), text)[0])
        host = self.guarded(dmarc="mark")
        for sender, word in ((b"ceo@lame.test", b"dmarc=temperror"), (b"ceo@bank.test", b"dmarc=fail")):
            token, text = self.message(sender)
            self.assertEqual(250, self.says(host, text)[0])
            self.assertIn(word, host.wait_for("anna", token))

    def test_a_silent_name_server_holds_up_its_own_message_alone(self):
        dns = PartlySilent(self.nsd.setting, "slow.test")
        self.addCleanup(dns.socket.close)
        host = self.guarded(smtp_dns=dns.setting, dmarc="mark")
        slow, text = self.message(b"ceo@slow.test")
        heard = []
        began = time.monotonic()
        waits = threading.Thread(target=lambda: heard.append((self.says(host, text, sender="ceo@slow.test"), time.monotonic() - began)))
        waits.start()
        self.assertTrue(place.wait_until(lambda: dns.unheard > 0))
        times = []
        for _ in range(10):
            before = time.monotonic()
            self.assertEqual(250, self.says(host, self.message(b"eve@evil.test")[1])[0])
            times.append(time.monotonic() - before)
        waits.join(place.PATIENCE)
        (code, text), seconds = heard[0]
        self.assertEqual(250, code, text)
        self.assertLess(max(times), min(5, seconds / 2))
        self.assertLess(seconds, 25)
        self.assertIn(b"dmarc=temperror", host.wait_for("anna", slow))
