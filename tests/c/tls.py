"""TLS with other programs: tls.py SUBJECT OPENSSL PROGRAM [COMMAND...]. Makes certificates, and runs tests/c/tls.c,
tests/c/smtp_tls.c or tests/c/pop3_tls.c.

SUBJECT: tls_server_KEY, the library serves, and Python's clients come; tls_client_KEY, it sends to a server of
Python's, as does smtp_tls_KEY, verb by verb; pop3_tls_KEY, it reads from one; tls_client_issuer, whose certificate it
must not trust. KEY is the kind of the certificate's: rsa or ec.
COMMAND runs a program of another system here, such as wine.
"""

import base64
import hashlib
import hmac
import os
import poplib
import smtplib
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading

import certificates

KEYS = {"rsa": ["rsa:2048"], "ec": certificates.EC, "issuer": certificates.EC}


def make_certificates(openssl, key):
    """As tls.c wants them, in the working directory."""
    certificates.make_authorities(openssl, key)
    certificates.issue(openssl, "server", "/CN=localhost",
                       "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n", key=key)


# ---- the library serves ----

def knock(smtp, smtps, pop, pops):
    trusted = ssl.create_default_context(cafile="ca.pem")
    with smtplib.SMTP("localhost", smtp, timeout=30) as client:
        client.ehlo()
        # mechanisms that do not tell the password are offered without TLS as well (decision 0053)
        offered = set(client.esmtp_features.get("auth", "").split())
        assert not offered & {"PLAIN", "LOGIN"}, f"a login in clear text: {offered}"
        client.starttls(context=trusted)
        client.login("ann", "secret")
    with smtplib.SMTP_SSL("localhost", smtps, timeout=30, context=trusted) as client:
        client.login("ann", "secret")
        client.sendmail("bert@example.net", ["ann@example.org"], "Subject: by Python\r\n\r\nx\r\n")
    stls = poplib.POP3("localhost", pop, timeout=30)
    stls.stls(context=trusted)
    for client in (stls, poplib.POP3_SSL("localhost", pops, timeout=30, context=trusted)):
        client.user("ann")
        client.pass_("secret")
        assert client.stat()[0] > 0
        assert b"Subject: under TLS" in client.retr(1)[1]
        client.quit()


def serve(subject, command):
    words, pipe = [*command, "serve", subject], subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as program:
        said = program.stdout.readline()
        try:
            if said.startswith("serves "):
                knock(*map(int, said.split()[1:]))
            else:
                print(said, end="")
        finally:
            program.stdin.close()
    return program.returncode


# ---- the library is the client ----

class Session(socketserver.StreamRequestHandler):
    """A server that knows ann, by SCRAM-SHA-256 (RFC 5802), CRAM-MD5 or PLAIN. asks: how its challenges begin."""

    timeout = 60

    def say(self, *lines):
        self.wfile.write("".join(line + "\r\n" for line in lines).encode())

    def word(self):
        return base64.b64decode(self.rfile.readline())

    def ask(self, octets):
        self.say(self.asks + base64.b64encode(octets).decode())

    def encrypt(self):
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def is_encrypted(self):
        return isinstance(self.connection, ssl.SSLSocket)

    def offers(self):
        """Mechanisms, each kind of TLS others."""
        return "SCRAM-SHA-256" if self.server.implicit else "CRAM-MD5 PLAIN"

    def peers(self):
        """Names in the client's certificate, if it has shown one."""
        peer = self.connection.getpeercert() if self.is_encrypted() else None
        return [name[0][1] for name in peer["subject"]] if peer else []

    def handle(self):
        try:
            if self.server.implicit:
                self.encrypt()
            self.say(self.greeting)
            while (line := self.rfile.readline().decode("latin-1")) and self.command(line.split()):
                pass
        except OSError:
            pass  # a client that does not trust us goes

    def knows(self, words):
        return {"PLAIN": self.plain, "CRAM-MD5": self.cram, "SCRAM-SHA-256": self.scram}[words[0]](words[1:])

    def plain(self, words):
        return base64.b64decode(words[0]) == b"\0ann\0secret"

    def cram(self, words):
        challenge = b"<1896.697170952@remote.example.net>"
        self.ask(challenge)
        return self.word() == b"ann " + hmac.new(b"secret", challenge, "md5").hexdigest().encode()

    def scram(self, words):
        salt, first = os.urandom(16), base64.b64decode(words[0]).split(b",", 2)[2]
        server_first = (b"r=" + first.split(b"r=")[1] + b"server,s=" + base64.b64encode(salt) + b",i=4096")
        self.ask(server_first)
        final, proof = self.word().rsplit(b",p=", 1)
        salted = hashlib.pbkdf2_hmac("sha256", b"secret", salt, 4096)
        signed = b",".join((first, server_first, final))

        def mac(key, text):
            return hmac.digest(key, text, "sha256")
        client_key = mac(salted, b"Client Key")
        signature = mac(hashlib.sha256(client_key).digest(), signed)
        if bytes(a ^ b for a, b in zip(client_key, signature)) != base64.b64decode(proof):
            return False
        self.ask(b"v=" + base64.b64encode(mac(mac(salted, b"Server Key"), signed)))
        return self.word() == b""


class SmtpSession(Session):
    """Takes whatever it is not asked for a login by."""

    asks, greeting = "334 ", "220 remote.example.net ESMTP"

    def command(self, words):
        verb = words[0].upper()
        if verb == "EHLO":
            known = [f"250-XPEER {name}" for name in self.peers()]
            self.say("250-remote.example.net", *known,
                     f"250 AUTH {self.offers()}" if self.is_encrypted() else "250 STARTTLS")
        elif verb == "STARTTLS":
            self.say("220 Go ahead")
            self.encrypt()
        elif verb == "AUTH":
            self.say("235 2.7.0 Welcome" if self.knows(words[1:]) else "535 5.7.8 no such login")
        elif verb == "DATA":
            self.say("354 Go on")
            while self.rfile.readline() not in (b".\r\n", b""):
                pass
            self.say("250 2.0.0 Taken")
        else:
            self.say("221 2.0.0 Bye" if verb == "QUIT" else "250 2.0.0 Fine")
        return verb != "QUIT"


class Pop3Session(Session):
    """Has one message, for whoever has logged in."""

    asks, greeting = "+ ", "+OK remote.example.net <1896.697170952@remote.example.net>"
    is_known = False

    def command(self, words):
        verb = words[0].upper()
        if verb == "CAPA":
            known = [f"XPEER {name}" for name in self.peers()]
            self.say("+OK", "UIDL", *known, f"SASL {self.offers()}" if self.is_encrypted() else "STLS", ".")
        elif verb == "STLS":
            self.say("+OK go ahead")
            self.encrypt()
        elif verb in ("AUTH", "APOP"):
            self.is_known = self.knows(words[1:]) if verb == "AUTH" else self.digest(words[1:])
            self.say("+OK welcome" if self.is_known else "-ERR [AUTH] no such login")
        elif verb == "QUIT":
            self.say("+OK bye")
        elif not self.is_known:
            self.say("-ERR who is there?")
        elif verb == "RETR":
            self.say("+OK", "Subject: verbs under TLS", "", "..dot", ".")
        else:
            self.say("+OK 1 32")
        return verb != "QUIT"

    def digest(self, words):
        stamp = self.greeting.split()[-1]
        return words == ["ann", hashlib.md5((stamp + "secret").encode()).hexdigest()]


def start_server(session, implicit, asks=True):
    """asks: for a client's certificate. For that it knows the authority, whose certificate it then shows with its own."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), session)
    server.daemon_threads, server.implicit = True, implicit
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain("server.pem", "server.key")
    if asks:
        server.tls.load_verify_locations("ca.pem")
        server.tls.verify_mode = ssl.CERT_OPTIONAL
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def come(subject, command):
    session = Pop3Session if subject.startswith("pop3") else SmtpSession
    if subject == "tls_client_issuer":
        return subprocess.run([*command, "issuer", str(start_server(session, True, asks=False))]).returncode
    what = "read" if session is Pop3Session else "send"
    ports = [str(start_server(session, implicit)) for implicit in (False, True)]
    return subprocess.run([*command, what, *ports]).returncode


def main(subject, openssl, program, *command):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_certificates(openssl, KEYS[subject.split("_")[-1]])
        status = (serve if "server" in subject else come)(subject, [*command, program])
        os.chdir("/")
    return status


sys.exit(main(*sys.argv[1:]))
