"""The samples do what they say."""
from __future__ import annotations

import poplib
import smtplib
import subprocess
import sys
from pathlib import Path

from .authority import certificate
from .place import SECONDS, Case, free_port

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


class SampleTests(Case):
    def sample(self, name: str, *arguments: object, said: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SAMPLES / f"{name}.py"), *map(str, arguments)]
        return subprocess.run(command, input=said, capture_output=True, text=True, timeout=3 * SECONDS, check=False)

    def test_send_tells_what_became_of_each_recipient(self) -> None:
        engine = self.engine()
        port = self.smtp_server(engine)
        ended = self.sample("send", "127.0.0.1", port, "carl@example.org", "anna@example.org", said="Hello.\n")
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertIn("anna@example.org: DONE 250", ended.stdout)
        ended = self.sample("send", "127.0.0.1", port, "carl@example.org", "nobody@example.org", said="Hello.\n")
        self.assertEqual(1, ended.returncode, ended.stderr)
        self.assertIn("nobody@example.org: FAILED 550", ended.stdout)
        (received,) = self.mailbox(engine)
        self.assertTrue(received.endswith(b"\n\nHello."), received)

    def test_server_takes_mail_gives_it_and_refuses_one_sender(self) -> None:
        smtp, pop3 = free_port(), free_port()
        command = [sys.executable, str(SAMPLES / "server.py"), str(self.folder), str(smtp), str(pop3)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin and server.stdout
            self.assertIn("Enter ends", server.stdout.readline())
            with smtplib.SMTP("127.0.0.1", smtp, timeout=SECONDS) as client:
                client.sendmail("carl@example.net", ["ann@example.org"], "Subject: hello\n\nHello.\n")
                with self.assertRaises(smtplib.SMTPDataError) as raised:
                    client.sendmail("spam@example.net", ["ann@example.org"], "Subject: hello\n\nHello.\n")
            self.assertEqual((550, b"5.7.1 we know you"), raised.exception.args)
            pop = poplib.POP3("127.0.0.1", pop3, timeout=SECONDS)
            pop.user("ann")
            pop.pass_("secret")
            self.assertEqual(1, pop.stat()[0])
            pop.quit()
            said, _ = server.communicate("\n", timeout=SECONDS)
        self.assertEqual(0, server.returncode)
        self.assertIn("127.0.0.1: SMTP_SENDMSG spam@example.net", said)
        self.assertIn("127.0.0.1: POP_LOGIN ann", said)

    def test_client_shows_the_dialogue_with_a_verb_of_its_own(self) -> None:
        engine = self.engine()
        port = self.smtp_server(engine)
        ended = self.sample("client", "127.0.0.1", port, "carl@example.org", "anna@example.org")
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertIn("C: XFOO bar", ended.stdout)
        self.assertIn("the server says of XFOO: 500", ended.stdout)
        self.assertEqual(1, len(self.mailbox(engine)))
        ended = self.sample("client", "127.0.0.1", free_port(), "carl@example.org", "anna@example.org")
        self.assertEqual(1, ended.returncode)
        self.assertIn("failed at CONNECT, layer CONNECT", ended.stderr)

    def test_own_tls_sends_over_pythons_tls(self) -> None:
        file, key = certificate(self.folder, "localhost", "127.0.0.1")
        engine = self.engine(tls_cert_file=file, tls_key_file=key, smtp_tls=True)
        port = self.smtp_server(engine)
        ended = self.sample("own_tls", "localhost", port, "carl@example.org", "anna@example.org", file)
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertEqual(1, len(self.mailbox(engine)))
        ended = self.sample("own_tls", "localhost", port, "carl@example.org", "anna@example.org")
        self.assertIn("SSLCertVerificationError", ended.stderr)

    def test_gateway_refuses_what_it_does_not_like_and_sends_the_rest_on(self) -> None:
        engine = self.engine()
        port, behind = free_port(), self.smtp_server(engine)
        arguments = map(str, (port, "example.org", f"127.0.0.1:{behind}", self.folder / "gateway"))
        command = [sys.executable, str(SAMPLES / "gateway.py"), *arguments]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as gateway:
            assert gateway.stdin and gateway.stdout
            self.assertIn("Enter ends", gateway.stdout.readline())
            with smtplib.SMTP("127.0.0.1", port, timeout=SECONDS) as client:
                self.assertEqual(550, client.ehlo("nobody")[0])
                client.ehlo("client.example.net")
                spam = f"Subject: hello\n\n{'x' * 65000}\n{'y' * 530} buy now\n"
                with self.assertRaises(smtplib.SMTPDataError) as raised:
                    client.sendmail("carl@example.net", ["anna@example.org"], spam)
                self.assertEqual((550, b"5.7.1 This looks like spam"), raised.exception.args)
                with self.assertRaises(smtplib.SMTPRecipientsRefused):
                    client.sendmail("carl@example.net", ["anna@far.example"], "Subject: hello\n\nHello.\n")
                client.sendmail("carl@example.net", ["anna@example.org"], "Subject: hello\n\nHello.\n")
            (message,) = self.mailbox(engine)
            self.assertIn(b"\nX-Gateway: looked at\n", message)
            said, _ = gateway.communicate("\n", timeout=SECONDS)
        self.assertEqual(0, gateway.returncode)
        self.assertIn("octets from carl@example.net", said)

    def test_each_says_how_it_is_used(self) -> None:
        for file in sorted(SAMPLES.glob("*.py")):
            with self.subTest(file.stem):
                ended = self.sample(file.stem)
                self.assertEqual(2, ended.returncode, ended.stderr)
                self.assertIn(f"python {file.name}", ended.stderr)
