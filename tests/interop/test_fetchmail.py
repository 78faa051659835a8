import os

from retrieving import Retrieving
from support import place


class Fetchmail(Retrieving):
    program = "fetchmail"
    longest_line = 8000  # longer ones it cuts

    def fetch(self, port, *options, server="uidl"):
        config = self.box.with_suffix(".fetchmailrc")
        config.write_text(f'poll 127.0.0.1 service {port} proto pop3 timeout 20 {server} user "bert" password "hidden" is root here\n'
                          f'  mda "cat > $(mktemp {self.box}/new/XXXXXXXX)" fetchall nokeep no rewrite {" ".join(options or ["sslproto", chr(34) * 2])}\n')
        config.chmod(0o700)
        result = place.run("fetchmail", "-f", config, "--nosyslog", "--pidfile", self.folder / "fetchmail.pid", "--idfile", f"{self.box}.ids",
                           "--invisible", env={**os.environ, "HOME": str(self.folder), "FETCHMAILHOME": str(self.folder)})
        self.said = result.stdout
        return result.returncode in (0, 1)  # 1: there was no mail

    def test_after_stls_by_numbers(self):
        wanted = self.lay(b".under TLS\n")
        tls = ('sslproto "TLS1.2+"', "sslcertck", f'sslcertfile "{self.cert}"', 'sslcommonname "localhost"')
        self.assertTrue(self.fetch(self.host.pop, *tls, server=""), self.said)
        self.assertEqual([wanted], self.got())

    def test_over_pop3s(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop3s, "ssl", "sslcertck", f'sslcertfile "{self.cert}"', 'sslcommonname "localhost"')
        self.assertEqual([wanted], self.got())


del Retrieving
