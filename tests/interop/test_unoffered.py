"""What a host does not offer is not sent to it: the outcome is read by Python's mail parser."""

import email
import email.policy
import unittest

from world import DeliveryTest

TEXT = "Grüße aus Köln, mit vielen anderen Wörtern und ohne Eile.\r\n"
MIXED = ("From: Jürgen <anna@example.org>\r\nSubject: {token} Grüße\r\nMIME-Version: 1.0\r\n"
         "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\n"
         "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + TEXT + "\r\n--b\r\n"
         "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"für.bin\"\r\n\r\n"
         + "ü" * 3000 + "\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain  text\r\n--b--\r\n")


class Unoffered(DeliveryTest):
    zone = ["plain MX 10 mx.plain", "mx.plain A 127.0.0.15"]

    def setUp(self):
        self.server = self.rogue("127.0.0.15", capabilities=("PIPELINING", "SIZE 0"))

    def mixed(self):
        token, _ = self.letter()
        return token, MIXED.replace("{token}", token.decode()).encode()

    def test_text_and_header_arrive_in_ascii_and_say_the_same(self):
        message = self.arrives(self.server, self.send("x@plain.test", message=self.mixed(), mail_options=["BODY=8BITMIME"]))
        self.assertNotIn("8BITMIME", message.sender)
        message.text.decode("ascii")
        mail = email.message_from_bytes(message.text, policy=email.policy.default)
        self.assertTrue(mail["Subject"].endswith(" Grüße"))
        self.assertEqual("Jürgen", mail["From"].addresses[0].display_name)
        text, file, plain = mail.iter_parts()
        self.assertEqual(TEXT.strip(), text.get_content().strip())
        self.assertEqual(("für.bin", "ü" * 3000), (file.get_filename(), file.get_content().decode()))
        self.assertIn(b"--b\r\nContent-Type: text/plain\r\n\r\nplain  text\r\n--b--", message.text)

    def test_long_lines_do_not_leave(self):
        token, text = self.letter(b"x" * 5000 + b"\r\n")
        message = self.arrives(self.server, self.send("x@plain.test", message=(token, text)))
        self.assertTrue(all(len(line) <= 998 for line in message.text.split(b"\r\n")))
        mail = email.message_from_bytes(message.text, policy=email.policy.default)
        self.assertEqual("x" * 5000, mail.get_content().strip())

    def test_a_header_with_an_address_in_utf8_comes_back(self):
        token, text = self.letter()
        report = self.report(self.send("x@plain.test", message=(token, "Cc: jürgen@example.net\r\n".encode() + text)))
        self.assertEqual("5.6.9", report.recipients["x@plain.test"]["Status"])

    def test_settings_send_it_all_the_same_or_return_it(self):
        raw = self.another(send_8bit="raw")
        token, text = self.letter(TEXT.encode())
        message = self.arrives(self.server, self.send("x@plain.test", host=raw, message=(token, text)))
        self.assertTrue(message.text.rstrip().endswith(text.rstrip()))
        returns = self.another(send_8bit="return")
        report = self.report(self.send("x@plain.test", host=returns, message=self.letter(TEXT.encode())), returns)
        self.assertEqual("5.6.3", report.recipients["x@plain.test"]["Status"])


if __name__ == "__main__":
    unittest.main()
