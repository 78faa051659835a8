"""What handlers see of TLS: handlers_tls.py OPENSSL PROGRAM [COMMAND...]. Makes certificates, runs
tests/c/handlers_tls.c, and comes as its clients by Python's TLS.

COMMAND runs a program of another system here, such as wine.
"""

import base64
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile

import certificates

FOR_SERVERS, FOR_CLIENTS = "extendedKeyUsage=serverAuth\n", "extendedKeyUsage=clientAuth\n"
TRUSTED = {"cert": "joe"}


def make_certificates(openssl):
    certificates.make_authorities(openssl)
    for name, subject in (("server", "/CN=mail.example.org"), ("one", "/CN=one.example.net")):
        certificates.issue(openssl, name, subject, FOR_SERVERS)
    certificates.issue(openssl, "joe", "/CN=joe", FOR_CLIENTS)
    certificates.issue(openssl, "long", "/C=DE/O=Example, Inc./CN=eve", FOR_CLIENTS)
    certificates.issue(openssl, "mail", "/CN=whoever", FOR_CLIENTS + "subjectAltName=email:ann@example.org\n")
    certificates.issue(openssl, "stranger", "/CN=joe", FOR_CLIENTS, authority="other")
    certificates.issue(openssl, "nul", "/CN=joe_.example.net", FOR_CLIENTS)
    certificates.rename(openssl, "nul", b"joe_.example.net", b"joe\0.example.net")
    certificates.issue(openssl, "notclient", "/CN=joe", FOR_SERVERS)


class Client:
    """A session by TLS from the first octet, or by STARTTLS."""

    def __init__(self, ports, starttls=False, name=None, cert=None, version=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.load_verify_locations("ca.pem")
        if cert:
            self.context.load_cert_chain(f"{cert}.pem", f"{cert}.key")
        if version:
            self.context.minimum_version = self.context.maximum_version = version
        self.socket = socket.create_connection(("127.0.0.1", ports[0 if starttls else 1]), timeout=30)
        if starttls:
            self.file = self.socket.makefile("rb")
            self.greeting = self.reply()
            self.said("EHLO client.example.net")
            assert self.said("STARTTLS").startswith("220 ")
        self.socket = self.context.wrap_socket(self.socket, server_hostname=name)
        self.file = self.socket.makefile("rb")
        if not starttls:
            self.greeting = self.reply()
        self.offer = self.said("EHLO client.example.net")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.file.close()

    def reply(self):
        lines = []
        while not lines or lines[-1][3:4] == "-":
            line = self.file.readline().decode()
            assert line.endswith("\r\n"), f"the connection ends: {line!r}"
            lines.append(line.rstrip())
        return "\n".join(lines)

    def said(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.reply()

    def facts(self):
        return facts_in(self.said("NOOP"))

    def certificate(self):
        return dict(pair[0] for pair in self.socket.getpeercert()["subject"])["commonName"]

    def serial(self):
        return self.socket.getpeercert()["serialNumber"]

    def by_external(self, identity=""):
        return self.said("AUTH EXTERNAL " + (base64.b64encode(identity.encode()).decode() or "="))


def facts_in(reply):
    """TLS, name, certificate, protocol, user, mechanism, whether it is trusted."""
    return re.fullmatch(r"2\d\d (?:2\.0\.0 )?(.*)", reply)[1].split("|")


def same(expected, actual):
    assert expected == actual, f"not {expected!r}: {actual!r}"


# ---- which certificate, and what the host is told ----

def test_names(ports):
    for starttls in (False, True):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for name, shown in (("one.example.net", "one.example.net"), ("ONE.example.net", "one.example.net"),
                                ("two.example.net", "mail.example.org"), (None, "mail.example.org")):
                with Client(ports, starttls, name, version=version) as client:
                    same(shown, client.certificate())
                    kind, asked, certificate, protocol, *login = client.facts()
                    same((name or "").lower(), asked.lower())
                    same(["", "ESMTPS", "", "", "0"], [certificate, protocol, *login])
                    same(client.socket.version(), kind.split()[0])


def test_the_greeting_knows_what_is_known_by_then(ports):
    with Client(ports, name="one.example.net", **TRUSTED) as client:
        kind, *known = facts_in(client.greeting)[:4]
        same([client.socket.version(), "one.example.net", "CN=joe"], [kind.split()[0], *known[:2]])
    with Client(ports, starttls=True, name="one.example.net", **TRUSTED) as client:
        same(["", "", ""], facts_in(client.greeting)[:3])
        same("CN=joe", client.facts()[2])


def test_the_cipher_is_told(ports):
    with Client(ports, version=ssl.TLSVersion.TLSv1_3) as client:
        assert client.socket.cipher()[0] in client.facts()[0], client.facts()


def test_only_what_was_verified_has_a_subject(ports):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for cert, subject in (("joe", "CN=joe"), ("stranger", ""), ("notclient", ""), (None, ""),
                              ("long", 'CN=eve, O="Example, Inc.", C=DE')):
            with Client(ports, cert=cert, version=version) as client:
                same(subject, client.facts()[2])


# ---- EXTERNAL ----

def test_it_is_offered_to_who_can_use_it(ports):
    for cert, is_offered in (("joe", True), ("stranger", False), ("notclient", False), (None, False)):
        with Client(ports, cert=cert) as client:
            same(is_offered, " EXTERNAL" in client.offer)
            if not is_offered:
                same("504 ", client.by_external()[:4])


def test_the_host_accepts(ports):
    for starttls in (False, True):
        for identity, user in (("", "CN=joe"), ("ann", "ann"), ("joseph", "joe")):
            with Client(ports, starttls, **TRUSTED) as client:
                same(f"235 2.7.0 EXTERNAL||{identity}|CN=joe", client.by_external(identity))
                same(["CN=joe", "ESMTPSA", user, "EXTERNAL", "1"], client.facts()[2:])
                same("250 ", client.said("MAIL FROM:<joe@example.net>")[:4])
                same("250 ", client.said("RCPT TO:<far@elsewhere.example>")[:4])


def test_a_nul_in_a_name_makes_it_nobody_elses(ports):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with Client(ports, cert="nul", version=version) as client:
            same("CN=joe\\00.example.net", client.facts()[2])
            same("535 5.7.8 EXTERNAL|||CN=joe\\00.example.net", client.by_external())


def test_it_may_say_whom_to_act_as_when_it_is_asked(ports):
    with Client(ports, **TRUSTED) as client:
        same("334 ", client.said("AUTH EXTERNAL").ljust(4))
        same("235 2.7.0 EXTERNAL||ann|CN=joe", client.said(base64.b64encode(b"ann").decode()))
    with Client(ports, **TRUSTED) as client:
        client.said("AUTH EXTERNAL")
        same("235 2.7.0 EXTERNAL|||CN=joe", client.said(""))


def test_the_host_refuses(ports):
    with Client(ports, **TRUSTED) as client:
        same("454 4.7.0 EXTERNAL||later|CN=joe", client.by_external("later"))
        same("535 5.7.8 EXTERNAL||root|CN=joe", client.by_external("root"))
        same(["CN=joe", "ESMTPS", "", "", "0"], client.facts()[2:])
        same("235 ", client.by_external()[:4])
    with Client(ports, cert="long") as client:
        same('535 5.7.8 EXTERNAL|||CN=eve, O="Example, Inc.", C=DE', client.by_external())


def test_the_library_judges_by_the_certificates_addresses_where_the_host_continues(ports):
    for identity, code in (("", "235 "), ("ann@example.org", "235 "), ("bob", "535 ")):
        with Client(ports, cert="mail") as client:
            same(code, client.by_external(identity)[:4])
            same("ann" if code == "235 " else "", client.facts()[4].split("@")[0])


# ---- a certificate that is renewed ----

def replace(name):
    """The key first: a pair that does not fit is not taken, and the one before is kept."""
    for end in ("key", "pem"):
        os.replace(f"new-{name}.{end}", f"{name}.{end}")


def test_a_certificate_is_renewed_while_sessions_go_on(ports, openssl):
    with Client(ports, name="one.example.net", **TRUSTED) as one, Client(ports) as other:
        same(other.serial(), Client(ports).serial())
        for client, name, subject in ((one, "one", "one.example.net"), (other, "server", "mail.example.org")):
            certificates.issue(openssl, f"new-{name}", f"/CN={subject}", FOR_SERVERS)
            replace(name)
            for starttls in (False, True):
                with Client(ports, starttls, name=subject) as anew:
                    same(subject, anew.certificate())
                    assert client.serial() != anew.serial(), f"{subject} is as before"
            same("one.example.net", one.facts()[1])
        same("235 ", one.by_external()[:4])


def run(ports, openssl):
    test_names(ports)
    test_the_greeting_knows_what_is_known_by_then(ports)
    test_the_cipher_is_told(ports)
    test_only_what_was_verified_has_a_subject(ports)
    test_it_is_offered_to_who_can_use_it(ports)
    test_the_host_accepts(ports)
    test_a_nul_in_a_name_makes_it_nobody_elses(ports)
    test_it_may_say_whom_to_act_as_when_it_is_asked(ports)
    test_the_host_refuses(ports)
    test_the_library_judges_by_the_certificates_addresses_where_the_host_continues(ports)
    test_a_certificate_is_renewed_while_sessions_go_on(ports, openssl)


def main(openssl, *command):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_certificates(openssl)
        with subprocess.Popen([*command, "handlers_tls"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as program:
            said = program.stdout.readline()
            try:
                if said.startswith("serves "):
                    run([int(port) for port in said.split()[1:]], openssl)
                else:
                    print(said, end="")
            finally:
                program.stdin.close()
        os.chdir("/")
        return program.returncode


if __name__ == "__main__":
    openssl, program, *before = sys.argv[1:]
    sys.exit(main(openssl, *before, program))
