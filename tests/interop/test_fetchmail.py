import os

from client import ClientTest
from support import place


class Fetchmail(ClientTest):
    program = "fetchmail"

    def fetches(self, port, *options, server=""):
        self.host.empty("bert")
        letters = [self.message() for _ in range(3)]
        for _, letter in letters:
            self.put(letter, "bert")
        inbox = self.folder / ("inbox-" + os.urandom(4).hex())
        config = self.folder / "fetchmailrc"
        config.write_text(f'poll 127.0.0.1 service {port} proto pop3 {server} user "bert" password "hidden" is root here\n'
                          f'  mda "cat >> {inbox}" {" ".join(options)}\n')
        config.chmod(0o700)
        self.ran("fetchmail", "-f", config, "--nosyslog", "--pidfile", self.folder / "fetchmail.pid", "--idfile", f"{inbox}.ids",
                 "--invisible", env={**os.environ, "HOME": str(self.folder), "FETCHMAILHOME": str(self.folder)})
        text = inbox.read_bytes()
        for token, letter in letters:
            self.assertIn(token, text)
            self.assertIn(letter.split(b"\n\n", 1)[1], text)
        self.assertEqual([], self.host.read("bert"))

    def test_fetches_and_deletes(self):
        self.fetches(self.host.pop, 'sslproto ""')

    def test_fetches_after_stls(self):
        self.fetches(self.host.pop, 'sslproto "TLS1.2+"', "sslcertck", f'sslcertfile "{self.cert}"', 'sslcommonname "localhost"')

    def test_fetches_over_pop3s_by_unique_ids(self):
        self.fetches(self.host.pop3s, "ssl", "sslcertck", f'sslcertfile "{self.cert}"', 'sslcommonname "localhost"', server="uidl")
