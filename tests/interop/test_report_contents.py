"""What comes back with a report: messages of every shape, read by Python's mail parser."""

import base64
import email
import email.policy
import unittest

from support.rogue import always, raw, say
from world import DeliveryTest

NOBODY = always(say("550 5.1.1 nobody"))


class Contents(DeliveryTest):
    zone = ["gone MX 10 mx.gone", "mx.gone A 127.0.0.10", "back MX 10 mx.back", "mx.back A 127.0.0.11"]

    def setUp(self):
        self.rogue("127.0.0.10", rcpt=NOBODY, capabilities=("PIPELINING", "8BITMIME", "SMTPUTF8"))

    def bounce(self, message, **more):
        return self.report(self.send("somebody@gone.test", message=message, **more))

    def test_eight_bits_come_back_as_they_were(self):
        token, text = self.letter("Grüße aus Köln\r\n".encode("latin-1"))
        report = self.bounce((token, text), mail_options=["BODY=8BITMIME"])
        self.assertEqual("message/rfc822", report.types[2])
        self.assertIn(text, report.octets)

    def test_a_large_message_comes_back_whole_only_to_who_asks(self):
        body = b"0123456789abcdef\r\n" * 20_000
        self.assertEqual("text/rfc822-headers", self.bounce(self.letter(body)).types[2])
        report = self.bounce(self.letter(body), mail_options=["RET=FULL"])
        self.assertEqual("message/rfc822", report.types[2])
        self.assertIn(body, report.octets)

    def test_a_line_that_no_server_takes_does_not_come_back(self):
        token, text = self.letter(b"x" * 5000 + b"\r\n")
        report = self.bounce((token, text))
        self.assertEqual("text/rfc822-headers", report.types[2])
        token, text = self.letter()
        report = self.bounce((token, b"X-Long: " + b"x" * 5000 + b"\r\n" + text), mail_options=["ENVID=" + token.decode()])
        self.assertEqual("text/rfc822-headers", report.types[2])
        returned = list(report.mail.iter_parts())[2]
        self.assertIn("X-Long: " + "x" * 5000, returned.get_content())

    def test_a_message_in_utf8_comes_back_encoded_by_a_server_that_takes_ascii(self):
        server = self.rogue("127.0.0.11", capabilities=("PIPELINING",))
        token, text = self.letter()
        text = "X-Friend: Jürgen <jürgen@example.net>\r\n".encode() + text
        self.send("für@gone.test", sender="joe@back.test", message=(token, text), mail_options=["SMTPUTF8", "BODY=8BITMIME", "ENVID=" + token.decode()],
                  rcpt_options=["ORCPT=utf-8;süß@old.test"])
        report = self.arrives(server, token).text
        self.assertTrue(report.isascii())
        human, status, returned = email.message_from_bytes(report, policy=email.policy.default).iter_parts()
        self.assertIn("<für@gone.test>", human.get_content())
        self.assertEqual("message/delivery-status", status.get_content_type())
        fields = status.get_payload()[1]
        self.assertEqual(("utf-8;s\\x{FC}\\x{DF}@old.test", "utf-8;f\\x{FC}r@gone.test"), (fields["Original-Recipient"], fields["Final-Recipient"]))
        # Python takes what is encoded for a message itself, so it is decoded here
        self.assertEqual(("message/global", "base64"), (returned.get_content_type(), returned["Content-Transfer-Encoding"]))
        encoded = report.split(b"Content-Type: message/global\r\n")[1].split(b"\r\n\r\n")[1]
        self.assertTrue(base64.b64decode(encoded).endswith(text))

    def test_a_message_in_utf8_comes_back_in_utf8_to_a_utf8_address(self):
        server = self.rogue("127.0.0.11", capabilities=("PIPELINING", "8BITMIME", "SMTPUTF8"))
        token, text = self.letter("Grüße\r\n".encode())
        self.send("für@gone.test", sender="jörg@back.test", message=(token, text), mail_options=["SMTPUTF8", "BODY=8BITMIME"])
        message = self.arrives(server, token)
        self.assertIn(" SMTPUTF8", message.sender)
        self.assertIn(b"Content-Type: message/global-delivery-status\r\n", message.text)
        self.assertIn("\r\nFinal-Recipient: utf-8;für@gone.test\r\n".encode(), message.text)
        self.assertIn(b"Content-Type: message/global\r\n", message.text)
        self.assertIn(text, message.text)

    def test_words_of_any_kind_make_a_report_that_can_be_read(self):
        words = "550-5.7.1 ".encode() + bytes(range(1, 10)) + bytes(range(11, 13)) + bytes(range(14, 256)) + b"\r\n550 5.7.1 " + b"w " * 200 + b"\r\n"
        self.rogue("127.0.0.10", rcpt=always(raw(words)))
        report = self.bounce(self.letter())
        self.assertEqual("5.7.1", report.recipients["somebody@gone.test"]["Status"])
        self.assertTrue(report.recipients["somebody@gone.test"]["Diagnostic-Code"].startswith("smtp; 550"))

    def test_many_refusals_make_one_report(self):
        token = self.send(*(f"user{n}@gone.test" for n in range(90)))
        report = self.report(token)
        self.assertEqual({f"user{n}@gone.test" for n in range(90)}, set(report.recipients))
        self.assertEqual(1, len(self.reports(token)))


if __name__ == "__main__":
    unittest.main()
