import unittest

from client import ClientTest


class Swaks(ClientTest):
    program = "swaks"
    settings = {"smtp_range": "", "smtp6_range": ""}

    def swaks(self, message, *more, port=None, to="anna@example.org"):
        return ("swaks", "--server", "127.0.0.1", "--port", str(port or self.host.smtp), "--from", "sender@example.net", "--to", to,
                "--data", "@" + str(self.keep(message)), "--no-data-fixup", *more)

    # swaks takes the file as the wire form but for the last line, and does not stuff: that is the caller's here
    def sends(self, *more, port=None):
        token, message = self.message(body=b"No line begins with a dot.\nlast line\n")
        self.ran(*self.swaks(message.replace(b"\n", b"\r\n") + b".\r\n", *more, port=port))
        self.arrives(token, message)

    def test_sends_in_the_clear(self):
        self.sends()

    def test_sends_with_helo(self):
        self.sends("--protocol", "SMTP")

    def test_sends_pipelined(self):
        self.sends("--pipeline")

    def test_sends_after_starttls(self):
        self.sends("--tls")

    def test_sends_over_tls_from_the_first_byte(self):
        self.sends("--tls-on-connect", port=self.host.smtps)

    def test_logs_in_by_auth_plain(self):
        self.sends("--tls", "--auth", "PLAIN", "--auth-user", "anna", "--auth-password", "secret")

    def test_logs_in_by_auth_login_on_the_submission_port(self):
        self.sends("--tls", "--auth", "LOGIN", "--auth-user", "bert", "--auth-password", "hidden", port=self.host.submission)

    def refused(self, *more, code, **place_of):
        from support import place
        token, message = self.message()
        result = place.run(*self.swaks(message, *more, **place_of))
        self.assertNotEqual(0, result.returncode, result.stdout)
        self.assertRegex(result.stdout, r"<[~*-]*\*+ " + code)

    def test_wrong_password_is_refused(self):
        self.refused("--tls", "--auth", "PLAIN", "--auth-user", "anna", "--auth-password", "wrong", code="535")

    def test_submission_without_login_is_refused(self):
        self.refused("--tls", code="530", port=self.host.submission)

    def test_unknown_recipient_is_refused(self):
        self.refused(code="550", to="nobody@example.org")

    def test_foreign_recipient_is_refused(self):
        self.refused(code="55[04]", to="somebody@example.com")


if __name__ == "__main__":
    unittest.main()
