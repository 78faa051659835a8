"""Who may send to other hosts: those in smtp_range and those logged in, and nobody by a trick."""

import smtplib
import ssl

import unittest

from client import ClientTest

TRICKS = ("somebody%elsewhere.example@example.org", "elsewhere.example!somebody@example.org", '"somebody@elsewhere.example"@example.org',
          "@example.org:somebody@elsewhere.example", "@example.org,@example.org:somebody@elsewhere.example", "somebody@elsewhere.example")


class Relay(ClientTest):
    def rcpt(self, recipient, login=None, sender="sender@example.net", port=None):
        with smtplib.SMTP("127.0.0.1", port or self.host.smtp, timeout=20) as smtp:
            smtp.ehlo("client.example.net")
            if login:
                insecure = ssl.create_default_context()
                insecure.check_hostname, insecure.verify_mode = False, ssl.CERT_NONE
                smtp.starttls(context=insecure)
                smtp.login(*login)
            self.assertEqual(250, smtp.docmd(f"MAIL FROM:<{sender}>")[0])
            code, text = smtp.docmd(f"RCPT TO:<{recipient}>")
            return code, text[:5].decode()


class ByDefault(Relay):
    def test_loopback_may_send_to_other_hosts(self):
        self.assertEqual(250, self.rcpt("somebody@elsewhere.example")[0])

    def test_a_trick_is_an_unknown_user_even_for_those_who_may(self):
        for trick in TRICKS[:3]:
            self.assertEqual((550, "5.1.1"), self.rcpt(trick), trick)


class WithoutRange(Relay):
    settings = {"smtp_range": "", "smtp6_range": ""}

    def test_nobody_may_without_a_login(self):
        for trick in TRICKS:
            self.assertEqual(550, self.rcpt(trick)[0], trick)
        self.assertEqual((550, "5.7.1"), self.rcpt(TRICKS[-1]))

    def test_our_own_name_as_sender_is_no_login(self):
        self.assertEqual((550, "5.7.1"), self.rcpt("somebody@elsewhere.example", sender="anna@example.org"))
        self.assertEqual((550, "5.7.1"), self.rcpt("somebody@elsewhere.example", sender=""))

    def test_a_login_may(self):
        self.assertEqual(250, self.rcpt("somebody@elsewhere.example", login=("anna", "secret"))[0])
        self.assertEqual(250, self.rcpt("somebody@elsewhere.example", login=("anna", "secret"), port=self.host.submission)[0])

    def test_local_mail_needs_nothing(self):
        self.assertEqual(250, self.rcpt("anna@example.org")[0])


class OtherRange(Relay):
    settings = {"smtp_range": "10.0.0.0/8"}

    def test_an_address_outside_may_not(self):
        self.assertEqual((550, "5.7.1"), self.rcpt("somebody@elsewhere.example"))


if __name__ == "__main__":
    unittest.main()
