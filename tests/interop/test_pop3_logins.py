"""Logins at our POP3 server by other people's programs, by each way that they have."""

import base64
import hashlib
import hmac
import os
import poplib
import shutil
import ssl
import subprocess
import time
import unittest

from client import ClientTest
from support import place
from support.mailhost import MailHost
from test_sasl_server import Scram

USER, PASSWORD = "anna", "secret"


class CommandHost(MailHost):
    """A host without a request callback, which would be asked about logins: `mailmodule serve`."""

    def start(self, seconds=place.PATIENCE):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(place.OUT / "bin" / "mailmodule"), "serve", str(self.config)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        ready = place.wait_until(
            lambda: self.process.poll() is not None or (self.answers(self.smtp) and self.answers(self.pop)), seconds, 0.02)
        if not ready or self.process.poll() is not None:
            self.kill()
            raise RuntimeError("mailmodule serve does not start:\n" + self.said())
        return self


class Pop3Logins(ClientTest):
    """Passwords are plain: each way can be used."""

    kind = CommandHost

    def session(self, tls=True):
        pop = poplib.POP3("localhost", self.host.pop, timeout=20)
        self.addCleanup(pop.close)
        if tls:
            pop.stls(ssl.create_default_context(cafile=str(self.cert)))
        return pop

    def exchange(self, pop, mechanism, answer, initial=None):
        """Says AUTH; `answer` makes the client's message of each challenge."""
        pop._putcmd(f"AUTH {mechanism}" + (f" {base64.b64encode(initial).decode()}" if initial else ""))
        while True:
            line, _ = pop._getline()
            if not line.startswith(b"+ "):
                break
            pop._putline(base64.b64encode(answer(base64.b64decode(line[2:]))))
        self.assertTrue(line.startswith(b"+OK"), line)
        self.assertEqual(line.split()[1], str(pop.stat()[0]).encode())
        pop.quit()

    def reads(self, command):
        """A program reads the messages of a mailbox, of which one is new."""
        token, message = self.message()
        self.put(message)
        self.assertIn(token, self.ran(*command, text=False))

    def test_all_are_offered(self):
        offer = self.session().capa()
        self.assertEqual(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"],
                         offer["SASL"])
        for word in ("UTF8", "LANG", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "IMPLEMENTATION"):
            self.assertIn(word, offer)
        self.assertEqual(["NEVER"], offer["EXPIRE"])
        self.assertNotIn("LOGIN-DELAY", offer)

    def test_poplib_by_apop(self):
        pop = self.session(tls=False)
        pop.apop(USER, PASSWORD)
        pop.stat()
        pop.quit()

    def test_poplib_after_utf8(self):
        pop = self.session()
        pop.utf8()
        pop.user(USER)
        pop.pass_(PASSWORD)
        pop.quit()

    def test_a_wrong_digest_and_a_name_of_nobody_are_refused_alike(self):
        said = []
        for user, password in ((USER, "wrong"), ("nobody", PASSWORD)):
            with self.assertRaises(poplib.error_proto) as caught:
                self.session(tls=False).apop(user, password)
            said.append(caught.exception.args[0])
        self.assertEqual([b"-ERR [AUTH] authentication failed"] * 2, said)

    def test_plain_login_and_cram_md5_by_the_book(self):
        self.exchange(self.session(), "PLAIN", None, f"\0{USER}\0{PASSWORD}".encode())
        self.exchange(self.session(), "PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        answers = {b"Username:": USER.encode(), b"Password:": PASSWORD.encode()}
        self.exchange(self.session(), "LOGIN", answers.__getitem__)
        self.exchange(self.session(), "CRAM-MD5",
                      lambda asked: f"{USER} {hmac.new(PASSWORD.encode(), asked, 'md5').hexdigest()}".encode())

    def test_scram_by_the_book(self):
        for digest, name in (("sha256", "SCRAM-SHA-256"), ("sha1", "SCRAM-SHA-1")):
            for bound in (False, True):
                pop = self.session()
                binding = hashlib.sha256(pop.sock.getpeercert(binary_form=True)).digest() if bound else None
                scram = Scram(USER, PASSWORD, digest, binding)
                self.exchange(pop, name + ("-PLUS" if bound else ""), lambda asked, scram=scram: scram(asked).encode(),
                              scram().encode())

    def test_a_folder_behind_the_name(self):
        pop = self.session()
        pop.user(USER + "/apart")
        pop.pass_(PASSWORD)
        self.assertEqual((0, 0), pop.stat())
        second = self.session(tls=False)
        second.apop(USER, PASSWORD)
        second.quit()
        pop.quit()

    def curl(self, *options):
        token, message = self.message()
        self.put(message)
        base = f"pop3://localhost:{self.host.pop}"
        command = ["curl", "--silent", "--show-error", "--max-time", "20", "--ssl-reqd", "--cacert", str(self.cert),
                   "--user", f"{USER}:{PASSWORD}", *options]
        listing = self.ran(*command, base)
        number = listing.split("\n")[-2].split()[0]
        self.assertIn(token, self.ran(*command, f"{base}/{number}", text=False))

    def test_curl(self):
        for way in ("AUTH=PLAIN", "AUTH=LOGIN", "AUTH=CRAM-MD5", "AUTH=+APOP", "AUTH=*"):
            with self.subTest(way):
                self.curl("--login-options", way)
        self.curl("--login-options", "AUTH=PLAIN", "--sasl-ir")

    def test_perl_by_apop(self):
        if place.run("perl", "-MNet::POP3", "-e", "1").returncode != 0:
            raise unittest.SkipTest("Net::POP3 is not installed")
        code = ("my $p = Net::POP3->new('127.0.0.1', Port => $ARGV[0], Timeout => 20) or die; "
                "defined $p->apop($ARGV[1], $ARGV[2]) or die $p->message; my $l = $p->list; "
                "print map { join '', @{$p->get($_)} } keys %$l; $p->quit or die;")
        self.reads(["perl", "-MNet::POP3", "-e", code, str(self.host.pop), USER, PASSWORD])

    def test_mpop(self):
        if not shutil.which("mpop"):
            raise unittest.SkipTest("mpop is not installed")
        known = self.ran("mpop", "--version")
        for way in ("plain", "login", "cram-md5", "apop", "scram-sha-256", "scram-sha-1"):
            if way.startswith("scram") and way not in known.lower():
                continue
            with self.subTest(way):
                token, message = self.message()
                self.put(message)
                box = self.folder / ("mbox-" + os.urandom(4).hex())
                config = self.folder / "mpoprc"
                config.write_text("\n".join([
                    "account default", "host localhost", f"port {self.host.pop}", f"user {USER}",
                    f"passwordeval echo {PASSWORD}", f"auth {way}", "keep off", "tls on", "tls_starttls on",
                    f"tls_trust_file {self.cert}", f"uidls_file {box}.uidls", f"delivery mbox {box}"]) + "\n")
                config.chmod(0o600)
                self.ran("mpop", f"--file={config}", "--quiet")
                self.assertIn(token, box.read_bytes())

    def test_fetchmail(self):
        if not shutil.which("fetchmail"):
            raise unittest.SkipTest("fetchmail is not installed")
        for protocol, way in (("pop3", "auth cram-md5"), ("apop", ""), ("pop3", "auth password")):
            with self.subTest(f"{protocol} {way}"):
                token, message = self.message()
                self.put(message)
                inbox = self.folder / ("inbox-" + os.urandom(4).hex())
                config = self.folder / "fetchmailrc"
                config.write_text(f'poll 127.0.0.1 service {self.host.pop} proto {protocol} {way} user "{USER}" '
                                  f'password "{PASSWORD}" is root here\n  mda "cat >> {inbox}" sslproto ""\n')
                config.chmod(0o700)
                self.ran("fetchmail", "-f", config, "--nosyslog", "--pidfile", self.folder / "fetchmail.pid", "--idfile",
                         f"{inbox}.ids", "--invisible",
                         env={**os.environ, "HOME": str(self.folder), "FETCHMAILHOME": str(self.folder)})
                self.assertIn(token, inbox.read_bytes())


class Asked(ClientTest):
    """A host whose request callback is asked about logins, and gets the password."""

    def test_only_what_tells_the_password_is_offered(self):
        pop = poplib.POP3("localhost", self.host.pop, timeout=20)
        self.addCleanup(pop.close)
        self.assertNotIn(b"<", pop.getwelcome())
        self.assertEqual(["PLAIN", "LOGIN"], pop.capa()["SASL"])
        self.assertTrue(pop._shortcmd("AUTH PLAIN " + base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode())
                        .startswith(b"+OK"))
        pop.quit()


class Expiry(ClientTest):
    kind = CommandHost
    settings = {"pop_expire": 30, "pop_login_delay": 3600}

    def test_what_is_announced_holds(self):
        box = self.host.maildir("carl")
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True, mode=0o700)
        for days in (40, 31, 29, 0):
            (box / "new" / f"{int(time.time()) - days * 86400}.{days}.h").write_text(f"Subject: {days}\n\ntext\n")
        pop = poplib.POP3("localhost", self.host.pop, timeout=20)
        self.addCleanup(pop.close)
        offer = pop.capa()
        self.assertEqual((["30"], ["3600"]), (offer["EXPIRE"], offer["LOGIN-DELAY"]))
        pop.apop("carl", "silent")
        self.assertEqual([b"Subject: 29", b"Subject: 0"], [pop.retr(number)[1][0] for number in (1, 2)])
        self.assertEqual(2, pop.stat()[0])
        pop.quit()
        self.assertEqual(2, len(self.host.files("carl")))
        again = poplib.POP3("localhost", self.host.pop, timeout=20)
        self.addCleanup(again.close)
        with self.assertRaises(poplib.error_proto) as caught:
            again.apop("carl", "silent")
        self.assertTrue(caught.exception.args[0].startswith(b"-ERR [LOGIN-DELAY]"), caught.exception.args)

