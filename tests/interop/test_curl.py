import re

from client import ClientTest
from support import place


class Curl(ClientTest):
    program = "curl"

    def curl(self, url, *more):
        return ("curl", "--silent", "--show-error", "--max-time", "30", "--cacert", str(self.cert), *more, url)

    def sends(self, url, *more):
        token, message = self.message()
        # curl stuffs dots; line ends it leaves alone
        path = self.keep(place.crlf(message))
        self.ran(*self.curl(url, "--mail-from", "sender@example.net", "--mail-rcpt", "anna@example.org", "--upload-file", str(path), *more))
        self.arrives(token, message)

    def test_sends_in_the_clear(self):
        self.sends(f"smtp://127.0.0.1:{self.host.smtp}/client.example.net")

    def test_sends_after_starttls(self):
        self.sends(f"smtp://127.0.0.1:{self.host.smtp}", "--ssl-reqd")

    def test_sends_over_smtps(self):
        self.sends(f"smtps://127.0.0.1:{self.host.smtps}")

    def test_logs_in_and_sends(self):
        self.sends(f"smtps://127.0.0.1:{self.host.smtps}", "--user", "anna:secret")

    def test_several_messages_on_one_connection(self):
        letters = [self.message() for _ in range(3)]
        command = []
        for _, message in letters:
            command += ["--next"] if command else []
            command += ["--silent", "--show-error", f"smtp://127.0.0.1:{self.host.smtp}", "--mail-from", "sender@example.net",
                        "--mail-rcpt", "anna@example.org", "--upload-file", str(self.keep(place.crlf(message)))]
        self.ran("curl", *command)
        for token, message in letters:
            self.arrives(token, message)

    def test_sends_chunked_from_a_pipe(self):
        token, message = self.message()
        self.ran(*self.curl(f"smtp://127.0.0.1:{self.host.smtp}", "--mail-from", "sender@example.net", "--mail-rcpt", "anna@example.org",
                            "--upload-file", "-"), text=False, input=place.crlf(message))
        self.arrives(token, message)

    def reads(self, url, *more):
        _, message = self.message()
        token = self.put(message, "bert")
        login = ("--user", "bert:hidden", *more)
        listing = self.ran(*self.curl(url + "/", *login))
        numbers = re.findall(r"^(\d+) (\d+)", listing, re.M)
        self.assertTrue(numbers, listing)
        number, size = numbers[-1]
        got = self.ran(*self.curl(f"{url}/{number}", *login), text=False)
        self.assertEqual(int(size), len(got))
        self.assertIn(token, got)
        self.assertEqual(place.crlf(message), place.without_trace(got))

    def test_reads_in_the_clear(self):
        self.reads(f"pop3://127.0.0.1:{self.host.pop}")

    def test_reads_after_stls(self):
        self.reads(f"pop3://127.0.0.1:{self.host.pop}", "--ssl-reqd")

    def test_reads_over_pop3s(self):
        self.reads(f"pop3s://127.0.0.1:{self.host.pop3s}")

    def test_asks_for_unique_ids(self):
        self.put(self.message()[1], "carl")
        listing = self.ran(*self.curl(f"pop3://127.0.0.1:{self.host.pop}", "--user", "carl:silent", "--request", "UIDL"))
        ids = re.findall(r"^\d+ (\S+)", listing, re.M)
        self.assertTrue(ids)
        self.assertTrue(all(len(i) <= 70 for i in ids), listing)

    def test_wrong_password_is_refused(self):
        result = place.run(*self.curl(f"pop3://127.0.0.1:{self.host.pop}", "--user", "bert:wrong"))
        self.assertEqual(67, result.returncode, result.stdout)  # CURLE_LOGIN_DENIED
