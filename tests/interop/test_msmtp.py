from client import ClientTest


class Msmtp(ClientTest):
    program = "msmtp"

    def sends(self, *more, port=None):
        token, message = self.message()
        self.ran("msmtp", "--file=/dev/null", "--host=127.0.0.1", f"--port={port or self.host.smtp}", "--from=sender@example.net",
                 "--timeout=20", *more, "anna@example.org", text=False, input=message)
        self.arrives(token, message)

    def test_sends_in_the_clear(self):
        self.sends()

    def test_sends_after_starttls(self):
        self.sends("--tls=on", f"--tls-trust-file={self.cert}")

    def test_sends_over_smtps(self):
        self.sends("--tls=on", "--tls-starttls=off", f"--tls-trust-file={self.cert}", port=self.host.smtps)

    def test_logs_in_and_sends(self):
        self.sends("--tls=on", f"--tls-trust-file={self.cert}", "--auth=plain", "--user=anna", "--passwordeval=echo secret",
                   port=self.host.submission)

    def test_reads_the_server_s_extensions(self):
        text = self.ran("msmtp", "--file=/dev/null", "--host=127.0.0.1", f"--port={self.host.smtp}", "--serverinfo")
        for word in ("SIZE", "PIPELINING", "STARTTLS"):
            self.assertIn(word, text)
