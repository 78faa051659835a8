import poplib
import smtplib
import ssl

from client import ClientTest
from support import place


class Python(ClientTest):
    def tls(self):
        return ssl.create_default_context(cafile=str(self.cert))

    def sends(self, smtp, message, token, to="anna@example.org"):
        smtp.sendmail("sender@example.net", [to], place.crlf(message))
        smtp.quit()
        self.arrives(token, message)

    def test_smtplib_sends_in_the_clear(self):
        token, message = self.message()
        self.sends(smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20), message, token)

    def test_smtplib_sends_after_starttls_and_login(self):
        token, message = self.message()
        smtp = smtplib.SMTP("localhost", self.host.smtp, timeout=20, source_address=("127.0.0.1", 0))
        smtp.starttls(context=self.tls())
        smtp.login("anna", "secret")
        self.sends(smtp, message, token)

    def test_smtplib_sends_over_smtps(self):
        token, message = self.message()
        self.sends(smtplib.SMTP_SSL("localhost", self.host.smtps, timeout=20, context=self.tls()), message, token)

    def test_smtplib_offers_what_the_server_can(self):
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            smtp.ehlo()
            for word in ("size", "8bitmime", "pipelining", "enhancedstatuscodes", "smtputf8", "starttls", "auth"):
                self.assertTrue(smtp.has_extn(word), word)

    def test_smtplib_sends_eight_bits_and_utf8_addresses(self):
        token, message = self.message(body="Grüße aus Köln\n".encode())
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            smtp.sendmail("jörg@example.net", ["anna@example.org"], place.crlf(message), mail_options=["SMTPUTF8", "BODY=8BITMIME"])
        self.arrives(token, message)

    def test_smtplib_learns_each_refused_recipient(self):
        token, message = self.message()
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            refused = smtp.sendmail("sender@example.net", ["anna@example.org", "nobody@example.org", "bert@example.org"], place.crlf(message))
        self.assertEqual(["nobody@example.org"], list(refused))
        self.arrives(token, message)
        self.arrives(token, message, "bert")

    def test_smtplib_sends_a_large_message(self):
        line = b"0123456789abcdef" * 4 + b"\n"
        token, message = self.message(body=line * (20 * 1024 * 1024 // len(line)))
        self.sends(smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=60), message, token)

    def reads(self, pop):
        _, message = self.message()
        self.put(message, "carl")
        pop.user("carl")
        pop.pass_("silent")
        count, octets = pop.stat()
        sizes = [int(line.split()[1]) for line in pop.list()[1]]
        self.assertEqual((count, octets), (len(sizes), sum(sizes)))
        ids = [line.split()[1] for line in pop.uidl()[1]]
        self.assertEqual(count, len(set(ids)))
        got = b"".join(line + b"\r\n" for line in pop.retr(count)[1])
        self.assertEqual(sizes[-1], len(got))
        self.assertEqual(place.crlf(message), place.without_trace(got))
        top = b"".join(line + b"\r\n" for line in pop.top(count, 2)[1])
        self.assertTrue(got.startswith(top), top)
        pop.dele(count)
        pop.rset()
        self.assertEqual(count, pop.stat()[0])
        pop.quit()

    def test_poplib_reads_in_the_clear(self):
        self.reads(poplib.POP3("127.0.0.1", self.host.pop, timeout=20))

    def test_poplib_reads_after_stls(self):
        pop = poplib.POP3("localhost", self.host.pop, timeout=20)
        pop.stls(context=self.tls())
        self.reads(pop)

    def test_poplib_reads_over_pop3s(self):
        self.reads(poplib.POP3_SSL("localhost", self.host.pop3s, timeout=20, context=self.tls()))

    def test_poplib_deletes_only_at_quit(self):
        self.host.empty("carl")
        for _ in range(3):
            self.put(self.message()[1], "carl")
        pop = self.host.login("carl")
        ids = [line.split()[1] for line in pop.uidl()[1]]
        pop.dele(2)
        pop.close()  # without QUIT
        pop = self.host.login("carl")
        self.assertEqual(3, pop.stat()[0])
        pop.dele(2)
        pop.quit()
        pop = self.host.login("carl")
        self.assertEqual([ids[0], ids[2]], [line.split()[1] for line in pop.uidl()[1]])
        pop.quit()
