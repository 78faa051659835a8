import os
import re

from retrieving import Retrieving
from support import place


class CurlPop3(Retrieving):
    """curl, which takes or deletes one message with each URL; all of a run are on one connection, and QUIT ends it."""

    program = "curl"

    def fetch(self, port, scheme="pop3", *tls):
        url = f"{scheme}://localhost:{port}"
        common = ["curl", "--silent", "--show-error", "--max-time", "60", "--user", "bert:hidden", "--cacert", self.cert, *tls]
        listing = place.run(*common, url)
        self.said = listing.stdout
        numbers = re.findall(r"^(\d+) \d+\s*$", listing.stdout, re.M)
        if listing.returncode or not numbers:
            return listing.returncode == 0
        run, config = os.urandom(4).hex(), self.box.with_suffix(".curlrc")
        common = f'user = "bert:hidden"\ncacert = "{self.cert}"\n' + ("ssl-reqd\n" if tls else "")
        config.write_text("\nnext\n".join(
            f'{common}url = "{url}/{number}"\n{what}\n' for number in numbers
            for what in (f'output = "{self.box}/new/{run}-{number}"', 'request = "DELE"\nhead\noutput = "/dev/null"')))
        taken = place.run("curl", "--silent", "--show-error", "--fail-early", "--max-time", "60", "-K", config)
        self.said += taken.stdout
        return taken.returncode == 0

    # curl 7.88 takes the end of a connection for that of a message, and goes on with the next URL on another one.
    test_a_connection_that_breaks_deletes_nothing = None

    def test_after_stls(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop, "pop3", "--ssl-reqd")
        self.assertEqual([wanted], self.got())

    def test_over_pop3s(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop3s, "pop3s")
        self.assertEqual([wanted], self.got())


del Retrieving
