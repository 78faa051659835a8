import contextlib
import re
import unittest

from support import place
from support.authority import Authority
from support.mailhost import MailHost


class ServerNames(unittest.TestCase):
    """Which certificate openssl sees for which name, and whose own certificate is taken."""

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.folder = stack.enter_context(place.folder())
            cls.authority, cls.other = Authority(cls.folder / "ca"), Authority(cls.folder / "other")
            own, one, wild = (cls.authority.issue(name) for name in ("mail.example.org", "one.example.net", "wild.example.net"))
            cls.submissions = place.free_port()
            cls.own = own
            cls.hosts = [f"one.example.net,uno.example.net;{one[0]};{one[1]}", f"*.wild.example.net;{wild[0]};{wild[1]}"]
            cls.host = MailHost(cls.folder, *own, tls_host=cls.hosts, tls_client_cert="ask", tls_client_ca=cls.authority.cert,
                                submissions_port=cls.submissions)
            stack.enter_context(cls.host)
            cls.addClassCleanup(stack.pop_all().close)

    def talks(self, port, *more, said="QUIT\n"):
        return place.run("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", self.authority.cert, "-ign_eof", "-crlf",
                         *more, input=said)

    def shown(self, port, *more):
        result = self.talks(port, *more)
        self.assertEqual(0, result.returncode, result.stdout)
        return re.search(r"subject=CN = (\S+)", result.stdout).group(1)

    def test_the_name_that_is_asked_for_chooses_the_certificate_on_every_kind_of_port(self):
        for port, *more in ((self.host.smtp, "-starttls", "smtp"), (self.host.smtps,), (self.submissions,),
                            (self.host.submission, "-starttls", "smtp"), (self.host.pop, "-starttls", "pop3"), (self.host.pop3s,)):
            for name, expected in (("one.example.net", "one.example.net"), ("UNO.example.net", "one.example.net"),
                                   ("any.wild.example.net", "wild.example.net"), ("two.any.wild.example.net", "mail.example.org"),
                                   ("other.example.net", "mail.example.org")):
                with self.subTest(port=port, name=name):
                    self.assertEqual(expected, self.shown(port, "-servername", name, *more))
            self.assertEqual("mail.example.org", self.shown(port, "-noservername", *more))

    def test_tls_1_2_and_1_3_choose_alike(self):
        for version in ("-tls1_2", "-tls1_3"):
            self.assertEqual("one.example.net", self.shown(self.host.smtps, "-servername", "one.example.net", version))

    def test_a_session_of_one_name_is_not_resumed_under_another(self):
        with place.folder() as folder:
            kept = folder / "session"
            with MailHost(folder, *self.own, tls_host=self.hosts) as host:
                self.shown(host.smtps, "-servername", "one.example.net", "-tls1_2", "-sess_out", kept)
                self.assertIn("Reused, TLSv1.2", self.talks(host.smtps, "-servername", "one.example.net", "-tls1_2", "-sess_in", kept).stdout)
                said = self.talks(host.smtps, "-servername", "a.wild.example.net", "-tls1_2", "-sess_in", kept).stdout
                self.assertIn("New, TLSv1.2", said)
                self.assertIn("subject=CN = wild.example.net", said)

    def test_a_certificate_is_asked_for_and_any_that_is_shown_leaves_the_session_as_it_is(self):
        good, bad = self.authority.issue("client", use="clientAuth"), self.other.issue("stranger", use="clientAuth")
        for cert, key in (good, bad):
            said = self.talks(self.host.smtps, "-cert", cert, "-key", key)
            self.assertIn("221", said.stdout)
        self.assertIn("Requested Signature Algorithms", said.stdout)

    def test_the_submissions_port_wants_a_login_before_mail(self):
        said = self.talks(self.submissions, said="EHLO client.example.net\nMAIL FROM:<a@example.net>\nQUIT\n").stdout
        self.assertIn("530 5.7.0", said)
        self.assertNotIn("STARTTLS", said)

    def test_where_one_is_required_nobody_gets_in_without(self):
        with place.folder() as folder:
            own = self.authority.issue("mail.example.org")
            good, bad = self.authority.issue("client", use="clientAuth"), self.other.issue("stranger", use="clientAuth")
            with MailHost(folder, *own, tls_client_cert="require", tls_client_ca=self.authority.cert) as host:
                for version in ("-tls1_2", "-tls1_3"):
                    self.assertIn("221", self.talks(host.smtps, version, "-cert", good[0], "-key", good[1]).stdout)
                    for more in ((), ("-cert", bad[0], "-key", bad[1])):
                        self.assertNotIn("220 ", self.talks(host.smtps, version, *more).stdout)
                host.logs("no TLS: the client shows no certificate", "no TLS: the client's certificate is not good")


if __name__ == "__main__":
    unittest.main()
