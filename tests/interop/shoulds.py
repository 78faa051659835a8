"""The SHOULDs that a server's session can show, said to our sample server and to Postfix: what each answered, as the table of
docs/rfc-index.md. It takes five minutes, for one rule is a time-out; it is no test. As root, since Postfix's master
needs that: `shoulds.py` prints the table, `shoulds.py --write` puts it into the document."""

import concurrent.futures
import contextlib
import pathlib
import re
import socket
import ssl
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support import place  # noqa: E402
from support.authority import Authority  # noqa: E402
from support.mailhost import MailHost  # noqa: E402
from support.receivers import DovecotLogins, PostfixHost  # noqa: E402

INDEX = place.ROOT / "docs" / "rfc-index.md"
MARK = "<!-- Made by tests/interop/shoulds.py -->\n"
HELLO, MAIL, RCPT = "EHLO client.example.net", "MAIL FROM:<sender@example.net>", "RCPT TO:<anna@example.org>"
LISTED = set("211 214 220 221 250 251 252 354 421 450 451 452 455 500 501 502 503 504 550 551 552 553 554 555".split())
IDLE = 298


class Session:
    """One connection; what it heard is in `codes`."""

    def __init__(self, address, port):
        self.socket = socket.create_connection((address, port), 20)
        self.file = self.socket.makefile("rb")
        self.codes = []
        self.greeting = self.reply()

    def reply(self):
        lines = []
        with contextlib.suppress(OSError):
            while line := self.file.readline():
                lines.append(line.decode("latin-1").rstrip("\r\n"))
                if line[3:4] != b"-":
                    break
        if not lines:
            return "closed"
        self.codes.append(lines[-1][:3])
        return "\n".join(lines)

    def say(self, line):
        try:
            self.socket.sendall(line.encode("latin-1") + b"\r\n")
        except OSError:
            return "closed"
        return self.reply()

    def all(self, *lines):
        return [self.say(line) for line in lines][-1]

    def secure(self):
        """A port where logins are needs TLS first, where it offers that."""
        if "STARTTLS" in self.say(HELLO) and self.say("STARTTLS").startswith("220"):
            self.socket = ssl._create_unverified_context().wrap_socket(self.socket)
            self.file = self.socket.makefile("rb")
            self.say(HELLO)

    def send(self, text, *recipients):
        """A whole transaction; the reply to its end."""
        self.all(HELLO, MAIL, *(f"RCPT TO:<{to}>" for to in recipients), "DATA")
        return self.say(text + "\r\n.")


class Ours:
    """Who is not trusted, who may not connect and what asks for logins: a server of its own for each."""

    name = "MailModule"

    def __init__(self, folder, certificate):
        own = {"tarpit": 0}
        self.hosts = {"smtp": self.host(folder / "ours", certificate, **own),
                      "stranger": self.host(folder / "stranger", None, smtp_range="192.0.2.1", blacklist="bad@example.net", **own),
                      "barred": self.host(folder / "barred", None, smtp_deny="127.0.0.0/8")}

    @staticmethod
    def host(folder, certificate, **settings):
        folder.mkdir()
        return MailHost(folder, *(certificate or ()), **settings)

    def __enter__(self):
        for host in self.hosts.values():
            host.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for host in self.hosts.values():
            host.stop()

    def session(self, port):
        return Session("127.0.0.1", self.hosts["smtp"].submission if port == "login" else self.hosts[port].smtp)

    def texts(self):
        return self.hosts["smtp"].peek("anna") + self.hosts["smtp"].peek("bert")


class Theirs:
    """Debian's Postfix, with a port for each case; only what a case needs differs from its defaults."""

    name = "Postfix"

    def __init__(self, folder, certificate):
        self.logins = DovecotLogins(folder / "logins", {"anna": "secret"})
        self.ports = {name: place.free_port() for name in ("stranger", "barred", "login")}
        self.services = {
            self.ports["stranger"]: {"smtpd_sender_restrictions": "check_sender_access inline:{bad@example.net=REJECT}"},
            self.ports["barred"]: {"smtpd_client_restrictions": "reject", "smtpd_delay_reject": "no"},
            self.ports["login"]: {"smtpd_sasl_auth_enable": "yes", "smtpd_sasl_type": "dovecot",
                                  "smtpd_sasl_path": f"inet:127.0.0.1:{self.logins.port}", "smtpd_delay_reject": "no",
                                  "smtpd_sender_restrictions": "permit_sasl_authenticated, reject"}}
        self.folder, self.certificate = folder, certificate

    def __enter__(self):
        self.logins.start()
        self.postfix = PostfixHost(self.folder / "postfix", "127.0.0.2", None, ["example.org"], "mail.example.org", self.certificate,
                                   services=self.services)
        self.ports["smtp"] = self.postfix.port
        self.postfix.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.logins.stop()

    def stop(self):
        self.postfix.stop()

    def session(self, port):
        return Session("127.0.0.2", self.ports[port])

    def texts(self):
        return self.postfix.texts()


def short(reply):
    """A reply's code with its enhanced code."""
    return re.match(r"\d{3}([- ]\d\.\d+\.\d+)?|.*", reply).group().replace("-", " ")


def lines(*said, before=(), port="smtp", hello=True):
    """Says lines, and shows what each was answered."""
    def ask(server):
        session = server.session(port)
        for line in ((HELLO,) if hello else ()) + tuple(before):
            session.say(line)
        return session, "; ".join(f"`{shown(line)}` {short(session.say(line))}" for line in said)
    return ask


def shown(line):
    return line if len(line) < 60 else line[:20] + "…"


def octets(server):
    session = server.session("smtp")
    session.say(HELLO)
    return session, f"`MAIL` with the octet E9 {short(session.say('MAIL FROM:<j' + chr(0xE9) + '@example.net>'))}"


def offers(keyword, port="smtp"):
    def ask(server):
        session = server.session(port)
        return session, "offered" if keyword in session.say(HELLO) else "not offered"
    return ask


def greeting(server):
    session = server.session("smtp")
    return session, f"`{re.sub(r'^220 [^ ]+ ', '', session.greeting)}`"


def barred(server):
    session = server.session("barred")
    heard = [(verb.split()[0], short(session.say(verb))) for verb in (HELLO, MAIL, "NOOP", "QUIT")]
    then = "then closed" if heard[0][1] == "closed" else "; ".join(f"`{verb}` {reply}" for verb, reply in heard)
    return session, f"greeting {short(session.greeting)}; {then}"


def blanks(server):
    session = server.session("smtp")
    session.say(HELLO)
    said = ("NOOP  ", "RSET ", MAIL + " ", RCPT + "  ", "DATA ")
    return session, "with a blank behind: " + "; ".join(f"`{line.split()[0]}` {short(session.say(line))}" for line in said)


def arguments(server):
    first, second = server.session("smtp"), server.session("smtp")
    first.all(HELLO, MAIL, RCPT)
    said = "; ".join(f"`{line}` {short(first.say(line))}" for line in ("DATA x", "RSET x"))
    second.say(HELLO)
    return first, f"{said}; `QUIT x` {short(second.say('QUIT x'))}"


def delivered(server, body, *recipients):
    """A message's outcome: the reply to its end, and the Received field on top of it where it arrives."""
    token = f"Subject: token-{time.monotonic_ns()}"
    session = server.session("smtp")
    reply = session.send(f"{token}\r\n{body}\r\n\r\ntext", *recipients)
    found = short(reply).startswith("2") and place.wait_until(
        lambda: next((t for t in server.texts() if token.encode() in t), None), 10)
    top = re.search(r"^Received:(.*?\r\n)(?=\S)", found.decode("latin-1"), re.M | re.S) if found else None
    return session, reply, " ".join(top.group(1).split()) if top else None


def source(server):
    session, _, top = delivered(server, "From: <sender@example.net>", "anna@example.org")
    return session, f"`{re.split(' by ', top)[0]}`"


ODD_HEADER = "Resent-To: x@y.example\r\nDate: 32 Foo 99999\r\nFrom: nobody\r\nFrom: twice"
ODD_TRACE = "Received: nonsense\r\nReceived: from (((\r\nReturn-Path: <<>"


def taken(body):
    def ask(server):
        session, reply, top = delivered(server, body, "anna@example.org")
        return session, f"{short(reply)}, {'delivered' if top else 'not delivered'}"
    return ask


def offset(server):
    session, _, top = delivered(server, "From: <sender@example.net>", "anna@example.org")
    return session, f"`{re.search(r'[+-]?[0-9A-Z]+( [(].*[)])?$', top).group()}`"


def return_paths(server):
    token = f"Subject: token-{time.monotonic_ns()}"
    session = server.session("smtp")
    session.send(f"Return-Path: <x@y.example>\r\n{token}\r\nReturn-Path: <z@y.example>\r\n\r\ntext", "anna@example.org")
    found = place.wait_until(lambda: next((t for t in server.texts() if token.encode() in t), None))
    fields = re.findall(rb"^Return-Path: *(\S*)", found, re.M | re.I)
    return session, f"sent with two: {', '.join(f'`{field.decode()}`' for field in fields)}"


def lost(server):
    token = f"Subject: token-{time.monotonic_ns()}"
    session = server.session("smtp")
    session.all(HELLO, MAIL, RCPT, "DATA")
    session.socket.sendall(f"{token}\r\n\r\nhalf".encode())
    session.socket.shutdown(socket.SHUT_RDWR)
    found = place.wait_until(lambda: next((t for t in server.texts() if token.encode() in t), None), 3)
    return session, f"lost in the content: {'delivered' if found else 'not delivered'}"


def wrong_logins(server):
    session = server.session("login")
    session.secure()
    return session, "; ".join(short(session.say("AUTH PLAIN AGFubmEAd3Jvbmc=")) for _ in range(3))


def logged_in(server):
    session = server.session("login")
    session.secure()
    session.say("AUTH PLAIN AGFubmEAc2VjcmV0")
    token = f"Subject: token-{time.monotonic_ns()}"
    session.all("MAIL FROM:<anna@example.org>", RCPT, "DATA")
    session.say(f"{token}\r\n\r\ntext\r\n.")
    found = place.wait_until(lambda: next((t for t in server.texts() if token.encode() in t), b""))
    return session, f"after a login under TLS: `with {re.search(rb' with ([A-Z0-9]+)', found).group(1).decode()}`"


def several(server):
    session, _, top = delivered(server, "From: <sender@example.net>", "anna@example.org", "bert@example.org")
    named = [name for name in ("anna@example.org", "bert@example.org") if name in top]
    return session, f"two recipients: Received names {' and '.join(named) or 'none'}"


def hops(server):
    trace = "\r\n".join(f"Received: from h{n}.example.net by h{n + 1}.example.net; Thu, 1 Jan 2026 00:00:00 +0000" for n in range(99))
    session, reply, top = delivered(server, trace, "anna@example.org")
    return session, f"99 Received fields: {short(reply)}, {'delivered' if top else 'not delivered'}"


def unicode_names(server):
    session = server.session("smtp")
    session.all("EHLO xn--bcher-kva.example", MAIL + " SMTPUTF8", RCPT, "DATA")
    token = f"Subject: token-{time.monotonic_ns()}"
    session.say(token + "\r\n\r\ntext\r\n.")
    found = place.wait_until(lambda: next((t for t in server.texts() if token.encode() in t), b""))
    return session, f"`EHLO xn--bcher-kva.example`: Received from `{re.search(rb'Received: from ([^ ]*)', found).group(1).decode()}`"


def too_long(server):
    session = server.session("login")
    session.secure()
    whole = short(session.say("AUTH PLAIN " + "A" * 13000))
    session = server.session("login")
    session.secure()
    return session, f"13,000 octets behind `AUTH PLAIN` {whole}; as a line of their own {short(session.all('AUTH PLAIN', 'A' * 13000))}"


def policy(server):
    session = server.session("login")
    session.secure()
    return session, "; ".join(f"`{line.split()[0]}` {short(session.say(line))}" for line in ("NOOP", "RSET", MAIL))


def idle(server):
    session = server.session("smtp")
    session.say(HELLO)
    time.sleep(IDLE)
    return session, f"`NOOP` after {IDLE} s of silence {short(session.say('NOOP'))}"


def stopped(server):
    """The last: the server is gone afterwards."""
    session = server.session("smtp")
    session.say(HELLO)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    reply = short(session.reply())
    stopping.join()
    return session, f"asked to end by SIGTERM: {reply}"


TIMED = ("5321 §4.5.3.2.7", "waits five minutes at least for a command", idle)
LAST = ("5321 §3.8", "a server that is shut down says 421 to its clients", stopped)
RULES = [
    ("5321 §2.4", "a command with octets beyond ASCII is refused", octets),
    ("5321 §2.4", "8BITMIME is supported", offers("8BITMIME")),
    ("5321 §3.1", "after a greeting of 554 all but QUIT is 503", barred),
    ("5321 §3.3", "no message is refused for defects in its header", taken(ODD_HEADER)),
    ("5321 §3.7.2", "no message is refused for the form of its trace fields", taken(ODD_TRACE)),
    ("5321 §3.3, §4.1.1.3", "a source route is ignored", lines("RCPT TO:<@a.example,@b.example:anna@example.org>", before=[MAIL])),
    ("5321 §3.5.1", "VRFY and EXPN are supported", lines("VRFY anna@example.org", "EXPN anna@example.org")),
    ("5321 §3.6.2", "relaying that policy forbids is 550", lines("RCPT TO:<x@elsewhere.example>", before=[MAIL], port="stranger")),
    ("5321 §7.9", "other policy too: here a sender that is refused", lines("MAIL FROM:<bad@example.net>", RCPT, port="stranger")),
    ("5321 §4.1.1", "blanks before the line end are tolerated", blanks),
    ("5321 §4.1.1", "DATA, RSET and QUIT have no argument", arguments),
    ("5321 §4.1.1.5", "a connection that is lost is as good as QUIT", lost),
    ("5321 §4.1.1.8", "HELP is supported", lines("HELP")),
    ("5321 §4.1.1.9", "an argument of NOOP is ignored", lines("NOOP any words")),
    ("5321 §4.1.4", "NOOP, HELP, EXPN, VRFY, RSET before EHLO are not 503",
     lines("NOOP", "HELP", "EXPN anna", "VRFY anna@example.org", "RSET", hello=False)),
    ("5321 §4.2.4", "502 is for what is known and not done, 500 for what is not known",
     lines("TURN", "SEND FROM:<a@example.net>", "FROB")),
    ("5321 §4.4", "FROM in Received has the name from EHLO and the address", source),
    ("5321 §4.4", "dates of Received have an offset, and the local time", offset),
    ("5321 §4.4", "a message that is delivered has one Return-Path", return_paths),
    ("5321 §4.5.3.1.7", "SIZE is supported where sizes have a limit", offers("SIZE")),
    ("5321 §6.3", "a loop is seen by the Received fields, 100 at least", hops),
    ("5321 §7.2", "Received does not list all recipients", several),
    ("5321 §7.5", "type and version can be known", greeting),
    ("3461 §4.5, §5.1", "parameters that stand twice are 501",
     lines("MAIL FROM:<a@b.example> RET=FULL RET=FULL", "MAIL FROM:<a@b.example> ENVID=a ENVID=b", MAIL, RCPT + " NOTIFY=NEVER NOTIFY=NEVER",
           RCPT + " ORCPT=rfc822;a@b.example ORCPT=rfc822;a@b.example")),
    ("4954 §4", "no mechanism that tells the password is offered without TLS; here to a client of this machine", offers("PLAIN", "login")),
    ("4954 §4", "535 to a login that fails; §9: the connection is not dropped before the third", wrong_logins),
    ("4954 §7", "Received tells of a login", logged_in),
    ("4954 §6", "where a login is required, 530 to others than AUTH, EHLO, HELO, NOOP, RSET, QUIT", policy),
    ("6531 §3.7.3", "in a message with SMTPUTF8, names of hosts in Received are U-labels", unicode_names),
    ("4954 §6, §8", "500 with 5.5.6 to a line of AUTH that is too long", too_long),
]


def observe(server):
    """The answers of one server, rule by rule; the one that takes minutes runs beside the others."""
    answers, codes = {}, set()

    def ask(rule):
        session, answers[rule] = rule[2](server)
        if rule[0].startswith("5321"):
            codes.update(session.codes)

    waiting = threading.Thread(target=ask, args=(TIMED,))
    waiting.start()
    for rule in RULES:
        ask(rule)
    waiting.join()
    ask(LAST)
    return answers, f"others that were heard: {', '.join(sorted(codes - LISTED)) or 'none'}"


def table():
    with place.folder() as folder:
        certificate = Authority(folder / "ca").issue("mail.example.org")

        def column(kind):
            with kind(folder, certificate) as server:
                return observe(server)

        with concurrent.futures.ThreadPoolExecutor() as both:
            columns = list(both.map(column, (Ours, Theirs)))
    version = place.run("postconf", "-d", "-h", "mail_version").stdout.strip()
    rows = [f"| rule | | ours | Postfix {version} |", "|---|---|---|---|"]
    rows += [f"| {rule[0]} | {rule[1]} | {columns[0][0][rule]} | {columns[1][0][rule]} |" for rule in [*RULES, TIMED, LAST]]
    rows.append(f"| 5321 §4.2 | of replies only those that the RFC lists | {columns[0][1]} | {columns[1][1]} |")
    return "\n".join(rows) + "\n"


def main():
    text = table()
    print(text)
    if "--write" in sys.argv:
        before, mark, after = INDEX.read_text().partition(MARK)
        if not mark:
            sys.exit(f"{INDEX} has no line {MARK}")
        INDEX.write_text(before + mark + text + after[re.match(r"(\|.*\n)*", after).end():])


if __name__ == "__main__":
    main()
