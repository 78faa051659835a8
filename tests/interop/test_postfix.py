"""Through MX to Postfix, which then reports to us."""

import unittest

from support import place
from support.authority import Authority
from support.receivers import PostfixHost
from support.report import Report
from world import DeliveryTest


@unittest.skipUnless(place.is_root(), "Postfix's master needs root")
class ToPostfix(DeliveryTest):
    zone = ["pf MX 10 mx.pf", "pf2 MX 10 mx.pf", "mx.pf A 127.0.0.2"]

    @classmethod
    def before(cls):
        certificate = Authority(cls.folder / "ca").issue("mx.pf.test")
        cls.postfix = cls.stack.enter_context(PostfixHost(cls.folder / "postfix", "127.0.0.2", cls.port, ["pf.test", "pf2.test"], "mx.pf.test", certificate,
                                                          home=cls.home))

    def test_the_samples_arrive_as_they_were_sent(self):
        for path in place.MESSAGES:
            with self.subTest(path.name):
                text = place.crlf(path.read_bytes())
                token = next(line for line in text.split(b"\r\n") if line.lower().startswith(b"message-id:"))
                self.send("anna@pf.test", "bert@pf.test", message=(token, text))
                for got in self.delivered(self.postfix, token, 2):
                    # Postfix put its Received before ours
                    self.assertEqual(text, place.without_trace(place.without_trace(got)))

    def test_two_domains_of_one_host_are_two_transactions_and_all_arrive(self):
        token = self.send("a@pf.test", "b@pf.test", "c@pf2.test")
        texts = self.delivered(self.postfix, token, 3)
        to = sorted(line for text in texts for line in text.split(b"\r\n") if line.startswith(b"Delivered-To:"))
        self.assertEqual([b"Delivered-To: a@pf.test", b"Delivered-To: b@pf.test", b"Delivered-To: c@pf2.test"], to)
        for text in texts:
            self.assertTrue(text.startswith(b"Return-Path: <anna@example.org>\r\n"), text[:100])
            self.assertEqual(1, text.count(b"Return-Path:"))

    def test_tls_is_used_where_it_is_offered(self):
        text = self.delivered(self.postfix, self.send("a@pf.test"))[0]
        self.assertIn(b"(using TLSv1.", text)
        self.assertIn(b"by mx.pf.test (Postfix) with ESMTPS", text)

    def test_a_large_message(self):
        body = b"".join(b"%071d\r\n" % n for n in range(80_000))
        token, text = self.letter(body)
        self.send("a@pf.test", message=(token, text))
        self.assertTrue(self.delivered(self.postfix, token)[0].endswith(body))

    def test_eight_bit_and_utf8_addresses(self):
        token, text = self.letter("Grüße, привет\r\n".encode())
        self.send("a@pf.test", message=(token, text), mail_options=["BODY=8BITMIME"])
        self.assertIn("Grüße, привет".encode(), self.delivered(self.postfix, token)[0])

    def test_a_refused_recipient_comes_back_and_the_other_arrives(self):
        token = self.send("a@pf.test", "nobody@pf.test")
        self.delivered(self.postfix, token)
        report = self.report(token)
        self.assertEqual(["nobody@pf.test"], list(report.recipients))
        group = report.recipients["nobody@pf.test"]
        self.assertEqual("5.1.1", group["Status"])
        self.assertIn("no such user here", group["Diagnostic-Code"])
        self.assertIn("mx.pf.test", group["Remote-MTA"])

    def test_success_is_asked_of_postfix_and_told_by_it(self):
        """RFC 3461 end to end: NOTIFY, ENVID and ORCPT go through our queue; Postfix's own report comes to our sender's mailbox."""
        token = self.send("a@pf.test", mail_options=["ENVID=env+2Bone", "RET=HDRS"], rcpt_options=["NOTIFY=SUCCESS", "ORCPT=rfc822;first@pf.test"])
        self.delivered(self.postfix, token)
        octets = place.wait_until(lambda: next((m for m in self.host.peek("anna") if b"env+one" in m), None))
        self.assertIsNotNone(octets, self.logged())
        report = Report(octets)
        self.assertEqual("env+one", report.fields["Original-Envelope-Id"])
        self.assertIn("mx.pf.test", report.fields["Reporting-MTA"])
        group = report.recipients["a@pf.test"]
        self.assertEqual("delivered", group["Action"])
        self.assertEqual("rfc822;first@pf.test", "".join(group["Original-Recipient"].split()))

    def test_a_full_mailbox_is_tried_again_until_there_is_room(self):
        token = self.send("full@pf.test")
        place.wait_until(lambda: "mailbox full" in self.logged())
        (self.postfix.etc / "nobody").write_text("/^no/ REJECT 5.1.1 no such user here\n")
        self.postfix.reload()
        self.delivered(self.postfix, token)

    def test_fifty_messages_at_once(self):
        tokens = [self.send(f"r{n}@pf.test", f"s{n}@pf2.test") for n in range(50)]
        for token in tokens:
            self.delivered(self.postfix, token, 2)
