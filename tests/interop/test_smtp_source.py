import shutil

from client import ClientTest
from support import place


class SmtpSource(ClientTest):
    """Postfix's own load generator as the sender."""

    program = "smtp-source"

    def sends(self, *more):
        self.host.empty("anna")
        self.ran(shutil.which("smtp-source"), "-m", "200", "-l", "4096", "-f", "sender@example.net", "-t", "anna@example.org", *more,
                 f"127.0.0.1:{self.host.smtp}")
        arrived = place.wait_until(lambda: len(self.host.files("anna")) >= 200)
        self.assertTrue(arrived, len(self.host.files("anna")))
        self.assertEqual(200, len(self.host.read("anna")))

    def test_one_message_on_each_of_ten_connections_at_once(self):
        self.sends("-s", "10")

    def test_many_messages_on_each_connection(self):
        self.sends("-s", "10", "-d")

    def test_messages_through_a_small_window(self):
        self.sends("-s", "4", "-d", "-T", "1024")
