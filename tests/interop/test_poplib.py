import poplib
import ssl

from retrieving import Retrieving


class Poplib(Retrieving):
    """Python's own, which sets a limit to lines (support.mailhost raises it)."""

    longest_line = (1 << 20) - 2  # with its CRLF

    def fetch(self, port, *tls):
        context = ssl.create_default_context(cafile=self.cert)
        try:
            pop = poplib.POP3_SSL("localhost", port, timeout=20, context=context) if "pop3s" in tls else poplib.POP3("localhost", port, timeout=20)
            if "stls" in tls:
                pop.stls(context=context)
            self.take_all(pop)
            pop.quit()
        except (OSError, poplib.error_proto) as error:
            self.said = str(error)
            return False
        return True

    def take_all(self, pop):
        pop.user("bert")
        pop.pass_("hidden")
        for number in range(1, pop.stat()[0] + 1):
            lines = pop.retr(number)[1]
            (self.box / "new" / pop.uidl(number).split()[2].decode()).write_bytes(b"".join(line + b"\r\n" for line in lines))
            pop.dele(number)

    def test_after_stls(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop, "stls")
        self.assertEqual([wanted], self.got())

    def test_over_pop3s(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop3s, "pop3s")
        self.assertEqual([wanted], self.got())


del Retrieving
