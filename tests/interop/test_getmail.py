import shutil

from retrieving import Retrieving
from support import place


class Getmail(Retrieving):
    """getmail6, with the limits of Python's poplib: see longest_line. It writes no mail as root."""

    program = "getmail"
    longest_line = (1 << 20) - 2  # with its CRLF

    def fetch(self, port, kind="SimplePOP3Retriever", more=""):
        config, user = self.box.with_suffix(".getmailrc"), ""
        if place.is_root():
            user = "user = nobody"
            self.folder.chmod(0o755)
            for folder in (self.box, *self.box.iterdir()):
                shutil.chown(folder, "nobody")
        config.write_text(f"""[retriever]
type = {kind}
server = 127.0.0.1
port = {port}
username = bert
password = hidden
timeout = 20
{more}
[destination]
type = Maildir
path = {self.box}/
{user}
[options]
delete = true
read_all = true
received = false
delivered_to = false
verbose = 1
""")
        config.chmod(0o600)
        result = place.run("getmail", f"--getmaildir={self.folder}", f"--rcfile={config}")
        self.said = result.stdout
        return result.returncode == 0

    def test_over_pop3s(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop3s, "SimplePOP3SSLRetriever", f"ca_certs = {self.cert}\n")
        self.assertEqual([wanted], self.got())


del Retrieving
