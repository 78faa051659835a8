"""Certificates, good and bad, as our client and its callback see them; and our own, which the server asks for."""

import pathlib
import ssl
import subprocess
import unittest

from clients import ErrorCode, Layer, Stage, TestOfClient
from mailmodule import CertificateProblem, TlsCheck
from support import place
from support.authority import Authority
from support.rogue import Rogue

NAME = "mail.example.net"
SHOWN = r"depth=0 CN = client\.example\nverify return:1"


class Certificates(TestOfClient):
    @classmethod
    def before(cls):
        stranger = Authority(cls.folder / "stranger")
        cls.middle = cls.authority.below("middle")
        leaf, key = cls.middle.issue(NAME)
        whole = cls.folder / "whole.pem"
        whole.write_bytes(leaf.read_bytes() + cls.middle.cert.read_bytes())
        cls.certificates = {
            "good": (0, cls.authority.issue(NAME)), "a whole chain": (0, (whole, key)), "another name": (CertificateProblem.NAME, cls.authority.issue("elsewhere.test")),
            "expired": (CertificateProblem.TIME, cls.authority.issue(NAME, expired=True)), "its own issuer": (CertificateProblem.SELF_SIGNED, cls.own_issuer()),
            "an unknown authority": (CertificateProblem.UNTRUSTED, stranger.issue(NAME)), "without the one between": (CertificateProblem.UNTRUSTED, (leaf, key)),
            "expired, of another name": (CertificateProblem.TIME | CertificateProblem.NAME, cls.authority.issue("elsewhere.test", expired=True)),
        }

    @classmethod
    def own_issuer(cls):
        cert, key = cls.folder / "own.pem", cls.folder / "own.key"
        Authority.did("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={NAME}",
                      "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", cert)
        return cert, key

    def ways(self, certificate):
        """With STARTTLS and from the first octet: what makes the handshake, which the client is brought to."""
        def behind_starttls(client, port):
            self.answers(220, client.connect("127.0.0.1", port))
            self.answers(250, client.ehlo())
            self.answers(220, client.starttls())
            return lambda: client.start_tls(NAME)

        def at_once(client, port):
            client.connect("127.0.0.1", port, greeting=False)
            return lambda: self.answers(220, client.start_tls(NAME, greeting=True))
        for way, implicit in ((behind_starttls, False), (at_once, True)):
            with Rogue("127.0.0.1", place.free_port(), certificate=certificate, implicit=implicit) as server:
                yield way, server

    def each(self, test):
        for name, (problems, certificate) in self.certificates.items():
            with self.subTest(name):
                for way, server in self.ways(certificate):
                    test(name, problems, certificate, way, server)

    def test_what_is_wrong_is_told_as_data(self):
        def test(name, problems, certificate, way, server):
            client = self.client()
            handshake = way(client, server.port)
            if not problems:
                handshake()
                return self.answers(250, client.ehlo())
            error = self.fails(ErrorCode.CERTIFICATE_NAME if problems == CertificateProblem.NAME else ErrorCode.TLS, handshake)
            self.assertEqual((Layer.TLS, Stage.TLS, False), (error.layer, error.stage, error.retry), error)
            self.assertEqual(problems, error.certificate & ~CertificateProblem.OTHER, error)
            self.fails(ErrorCode.STATE, client.ehlo)
            # and the handle works again
            self.answers(220, client.connect("127.0.0.1", server.port)) if not server.implicit else None
        self.each(test)

    def test_the_callback_sees_it_with_its_chain_and_accepts_it(self):
        def test(name, problems, certificate, way, server):
            seen = []
            client = self.client(on_certificate=lambda shown, would: seen.append((shown, would)) or True)
            way(client, server.port)()
            self.answers(250, client.ehlo())
            (shown, would), = seen
            self.assertEqual((problems == 0, problems), (would, shown.problems & ~CertificateProblem.OTHER), shown)
            self.assertEqual(NAME, shown.host)
            self.assertEqual(bool(problems), shown.problem_text != "")
            leaf = ssl.PEM_cert_to_DER_cert(certificate[0].read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n")
            self.assertEqual(leaf, shown.chain[0])
            self.assertEqual(2 if name == "a whole chain" else 1, len([one for one in shown.chain if one != self.root()]))
            self.assertIn("elsewhere.test" if "another name" in name else NAME, shown.names)
        self.each(test)

    def root(self):
        return ssl.PEM_cert_to_DER_cert(self.authority.cert.read_text())

    def test_the_callback_refuses_what_is_good(self):
        def test(name, problems, certificate, way, server):
            client = self.client(on_certificate=lambda shown, would: False)
            error = self.fails(ErrorCode.CERTIFICATE_NAME if problems == CertificateProblem.NAME else ErrorCode.TLS, way(client, server.port))
            self.assertEqual(Stage.TLS, error.stage)
            self.assertEqual([], [line for line in server.lines if line.startswith("MAIL")])
        self.each(test)

    def test_without_a_check_all_are_taken(self):
        def test(name, problems, certificate, way, server):
            client = self.client(tls_check=TlsCheck.NEVER)
            way(client, server.port)()
            self.answers(250, client.ehlo())
        self.each(test)

    def test_the_name_that_was_connected_to_counts_where_no_other_is_given(self):
        with Rogue("127.0.0.1", place.free_port(), certificate=self.authority.issue("localhost")) as server:
            client = self.client()
            self.answers(220, client.connect("localhost", server.port))
            self.answers(250, client.ehlo())
            self.answers(220, client.starttls())
            client.start_tls()
            self.answers(250, client.ehlo())
            error = self.fails(ErrorCode.CERTIFICATE_NAME, self.protected, server.port)  # by its address now
            self.assertEqual(CertificateProblem.NAME, error.certificate)


class OurOwn(TestOfClient):
    """openssl s_server asks for a certificate, and prints what it got."""

    def handshake(self, *options, **ours):
        """What s_server said."""
        cert, key = self.authority.issue("localhost")
        port = place.free_port()
        command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", cert, "-key", key, "-CAfile", self.authority.cert, "-naccept", "1", *options]
        with subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
            said = b""
            while b"ACCEPT" not in said:
                said += server.stdout.readline() or self.fail(f"openssl does not listen: {said}")
            client = self.client(**ours)
            try:
                client.connect("localhost", port, greeting=False)
                server.stdin.write(b"220 openssl\n")
                server.stdin.flush()
                client.start_tls(greeting=True)
            finally:
                client.close()
                said = server.communicate()[0].decode()
            return said

    def ours(self):
        certificate, key = self.authority.issue("client.example", use="clientAuth")
        return {"certificate": certificate, "key": key}

    def test_it_arrives(self):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version):
                said = self.handshake("-Verify", "1", "-verify_return_error", version, **self.ours())
                self.assertRegex(said, SHOWN)

    def test_certificate_and_key_in_one_file(self):
        ours, both = self.ours(), self.folder / "both.pem"
        both.write_bytes(ours["key"].read_bytes() + ours["certificate"].read_bytes())
        self.assertRegex(self.handshake("-Verify", "1", "-verify_return_error", "-tls1_2", certificate=both), SHOWN)

    def test_a_server_that_wants_one_sends_an_alert_that_is_told(self):
        """TLS 1.2 tells it within the handshake: handshake_failure (40); 1.3 behind it: certificate_required (116)."""
        for version, alerts in (("-tls1_2", (40,)), ("-tls1_3", (116,))):
            with self.subTest(version):
                error = self.fails(ErrorCode.TLS, self.handshake, "-Verify", "1", "-verify_return_error", version)
                self.assertIn(error.tls_alert, alerts, error)
                self.assertEqual(Layer.TLS, error.layer)

    def test_files_that_are_not_there_or_do_not_fit(self):
        ours, other = self.ours(), self.authority.issue("other.example")
        self.trace = []
        self.fails(ErrorCode.NOT_FOUND, self.client, certificate=pathlib.Path("/nowhere/at.all"))
        self.fails(ErrorCode.TLS, self.client, certificate=ours["certificate"], key=other[1])
        self.fails(ErrorCode.TLS, self.client, certificate=__file__)


if __name__ == "__main__":
    unittest.main()
