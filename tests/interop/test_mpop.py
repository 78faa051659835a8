from retrieving import Retrieving
from support import place


class Mpop(Retrieving):
    program = "mpop"
    pipelining = "off"
    seconds = 100

    def fetch(self, port, *tls):
        config = self.box.with_suffix(".mpoprc")
        config.write_text("\n".join([
            "account default", "host 127.0.0.1", f"port {port}", "user bert", "passwordeval echo hidden", "auth user",
            "keep off", "received_header off", "timeout 20", f"uidls_file {self.box}.uidls", f"delivery maildir {self.box}",
            f"pipelining {self.pipelining}", *(tls or ("tls off",))]) + "\n")
        config.chmod(0o600)
        result = place.run("timeout", str(self.seconds), "mpop", f"--file={config}", "--quiet")
        self.said = result.stdout
        return result.returncode == 0

    def test_a_connection_that_breaks_deletes_nothing(self):
        self.seconds = 5  # in the middle of a message mpop 1.4 takes the end of the connection for lines without end
        super().test_a_connection_that_breaks_deletes_nothing()

    def test_after_stls(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop, "tls on", "tls_starttls on", f"tls_trust_file {self.cert}")
        self.assertEqual([wanted], self.got())

    def test_over_pop3s(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop3s, "tls on", "tls_starttls off", f"tls_trust_file {self.cert}")
        self.assertEqual([wanted], self.got())


class PipeliningMpop(Mpop):
    pipelining = "on"


del Retrieving
