import os

from client import ClientTest
from support import place


class Mpop(ClientTest):
    program = "mpop"

    def fetches(self, port, *tls):
        self.host.empty("anna")
        letters = [self.message()[1] for _ in range(5)]
        for letter in letters:
            self.put(letter)
        box = self.folder / ("box-" + os.urandom(4).hex())
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        config = self.folder / "mpoprc"
        config.write_text("\n".join([
            "account default", "host 127.0.0.1", f"port {port}", "user anna", "passwordeval echo secret", "auth user",
            "keep off", "received_header off", "timeout 20", f"uidls_file {box}.uidls", f"delivery maildir {box}", *tls]) + "\n")
        config.chmod(0o600)
        self.ran("mpop", f"--file={config}", "--quiet")
        got = [place.without_trace(place.crlf((box / "new" / name).read_bytes())) for name in os.listdir(box / "new")]
        self.assertEqual(sorted(place.crlf(m) for m in letters), sorted(got))
        self.assertEqual([], self.host.read("anna"))

    def test_fetches_and_deletes_pipelined(self):
        self.fetches(self.host.pop, "tls off", "pipelining on")

    def test_fetches_without_pipelining(self):
        self.fetches(self.host.pop, "tls off", "pipelining off")

    def test_fetches_after_stls(self):
        self.fetches(self.host.pop, "tls on", "tls_starttls on", f"tls_trust_file {self.cert}")

    def test_fetches_over_pop3s(self):
        self.fetches(self.host.pop3s, "tls on", "tls_starttls off", f"tls_trust_file {self.cert}")
