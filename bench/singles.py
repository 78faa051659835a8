"""What is not a rate beside a peer: memory of idle sessions, the first use, look-ups, one very large message, cancels."""

import contextlib
import pathlib
import socket
import ssl
import statistics
import time

import meter
from servers import HOST, DnsServer, Ours
from subjects import load
from support import place
from support.peers import SmtpSink

IDLE = 5000
SERVED = 50000


class Singles:
    def __init__(self, folder, subjects):
        self.folder, self.fresh, self.sends = folder, subjects.fresh, subjects.sends

    def idle_smtp(self):
        with SmtpSink(self.fresh("idle-sink")) as sink:
            return (f"{IDLE:,} idle SMTP sessions: **{self.idle_kib():.2f} KiB each** (smtp-sink {idle(sink):.1f}); "
                    "target below 4, goal 2")

    def idle_smtp_tls(self):
        return f"{IDLE:,} idle SMTP sessions after STARTTLS: **{self.idle_tls_kib():.1f} KiB each**"

    def idle_pop3(self):
        fresh, greeted = (self.idle_pop3_kib(session) for session in (pop3, pop3_greeted))
        return (f"{IDLE:,} idle POP3 sessions after login: **{fresh:.2f} KiB each** in a server that begins, {self.idle_pop3_settled():.2f} in one that serves, "
                f"{greeted:.2f} before login; target below 4")

    def idle_pop3_kib(self, session):
        with Ours(self.fresh("idle-pop3"), keep=True, users=IDLE) as ours:
            return idle(ours, session=session)

    def idle_pop3_settled(self):
        """KiB each, among logins that come and go, which have given the collector its space for what is young (decision 0072) and bring it to
        go over the idle ones: what the sessions hold, without what their logins left behind."""
        with Ours(self.fresh("idle-pop3"), keep=True, users=IDLE + 8) as ours:
            def serve():
                load("pop3_load", ours.pop, "--sessions", SERVED, "--conns", 8, "--users", 8, "--user", f"user{IDLE // 10}%d", "--retr", 0)
                return meter.rss_kb(ours.pid)
            serve()
            before = serve()
            held = [pop3(ours, None, number) for number in range(IDLE)]
            more = serve() - before
            for s in held:
                s.close()
            return more / IDLE

    def idle_pop3_tls(self):
        with Ours(self.fresh("idle-pop3-tls"), keep=True, users=IDLE, cert=place.certificate(self.folder)) as ours:
            return f"{IDLE:,} idle POP3 sessions after STLS and login: **{idle(ours, any_certificate(), session=pop3):.1f} KiB each**"

    def idle_kib(self, host=HOST):
        with Ours(self.fresh("idle"), host=host) as ours:
            return idle(ours)

    def idle_tls_kib(self, host=HOST):
        with Ours(self.fresh("idle-tls"), cert=place.certificate(self.folder), host=host) as ours:
            return idle(ours, any_certificate())

    def first_use_ms(self, host=HOST):
        with Ours(self.fresh("first-use"), host=host) as ours:
            return ours.first_use_ms

    def first_use(self):
        times = [self.first_use_ms() for _ in range(7)]
        return (f"first use, from the first call to both servers listening: **{statistics.median(times):.1f} ms** "
                f"({min(times):.1f} to {max(times):.1f}); target below 20")

    @staticmethod
    def find_mx_cpu(threads, lookups, host):
        """Microseconds a question; bench/find_mx.c is beside the host."""
        with DnsServer() as server:
            said = place.run(pathlib.Path(host).with_name("find_mx"), server.port, threads, lookups, seconds=120).stdout
        return float(dict(word.split("=") for word in said.split())["cpu"])

    def find_mx_t1(self, host=HOST):
        return self.find_mx_cpu(1, 5000, host)

    def find_mx_t16(self, host=HOST):
        return self.find_mx_cpu(16, 15000, host)

    def find_mx(self):
        one, many = zip(*[(self.find_mx_t1(), self.find_mx_t16()) for _ in range(7)])
        return (f"FindMX, CPU a question: 1 thread **{statistics.median(one):.1f} µs**, "
                f"16 threads **{statistics.median(many):.1f} µs**; target: no more with 16 than with 1")

    def dkim_key(self):
        """The file of an RSA key of 2048 bits, and the text of its record."""
        file = self.folder / "dkim.pem"
        if not file.exists():
            place.run("openssl", "genrsa", "-out", file, 2048)
        public = place.run("openssl", "pkey", "-in", file, "-pubout").stdout
        return file, "v=DKIM1; p=" + "".join(line for line in public.splitlines() if not line.startswith("-"))

    def dkim_signed(self, count=500):
        """A signed message of 10 KiB, and the CPU of its signature: ours, and OpenSSL's alone; and of verifying it by OpenSSL alone."""
        file, _ = self.dkim_key()
        message = self.folder / "signed.eml"
        said = place.run(place.OUT / "bench" / "dkim_sign", file, "example.net", "bench", count, message, seconds=60).stdout
        return message, *(float(word.split("=")[1]) for word in said.split())

    def dkim_sign(self):
        ours, alone, _ = zip(*[self.dkim_signed()[1:] for _ in range(7)])
        ratio = statistics.median(one / other for one, other in zip(ours, alone))
        return (f"a DKIM signature of 2048 bits, message of 10 KiB: **{ratio:.3f}** times the CPU of OpenSSL's signature alone "
                f"({statistics.median(ours):.0f} and {statistics.median(alone):.0f} µs); target at most 1.2")

    def dkim_verify(self):
        """What the check adds to receiving: two servers in turn, one that verifies and one that checks nothing. The thread that delivers what was
        received is not counted: it does the same for both, and costs more than either."""
        message = self.dkim_signed(10)[0]
        with DnsServer(self.dkim_key()[1]) as dns, contextlib.ExitStack() as stack:
            off = {"spf": 0, "arc": 0, "dmarc": "off", "log": "", "loglevel": "error"}

            def receiving(verify):
                server = stack.enter_context(Ours(self.fresh("dkim-" + verify), keep=True, smtp_range="", smtp_dns=f"127.0.0.1:{dns.port}",
                                                  dkim_verify=int(verify == "on"), **off))
                return server, self.sends(server, ("--conns", 64, "--message", message), drain=True)

            def cpu(server, send, count=3000):
                began = meter.threads_cpu(server.pid, without="mailmodule-mbox")
                send(count)
                return (meter.threads_cpu(server.pid, without="mailmodule-mbox") - began) * 1e6 / count
            (server, checked), (other, unchecked) = receiving("on"), receiving("off")
            more, alone = [], []
            for run in range(14):
                both = cpu(server, checked) - cpu(other, unchecked)
                more += [both] if run > 0 else []  # the first warms up
                alone.append(self.dkim_signed(100)[3])
            load("smtp_load", server.port, "--msgs", 1, "--to", "user0@example.org", "--message", message)
            place.wait_until(server.delivered, 10)
            found = any(b"dkim=pass" in path.read_bytes() for path in server.delivered())
        return (f"verifying DKIM of a signed message of 10 KiB, 64 connections: **{statistics.median(more):.1f} µs** of CPU beyond receiving it "
                f"({min(more):.1f} to {max(more):.1f}), {statistics.median(alone):.1f} of them OpenSSL's where nothing runs beside it; "
                "target at most 60" + ("" if found else "; NOT VERIFIED"))

    def client_cancel(self):
        said = place.run(place.OUT / "bench" / "client_cancel", seconds=60).stdout
        waits = [word.split("=") for word in said.split()]
        times = ", ".join(f"{name} {ms}" for name, ms in waits)
        most = max(float(ms) for _, ms in waits)
        return f"mm_smtp_cancel ends each wait of a client within **{most:.1f} ms** ({times}); target at most 50"

    def one_gib(self):
        parts = []
        for name, keep in (("discarded", False), ("kept and delivered", True)):
            with Ours(self.fresh("gib"), keep=keep) as ours:
                parts.append(name + self.one_large(ours, keep, "--size", 1 << 30))
        return "a message of 1 GiB: " + "; ".join(parts) + "; target below 64 MiB"

    def one_gib_auth(self):
        """A large message of a stranger whose signature is checked, and one of ours that is signed and, for it is 8-bit text, encoded first."""
        file, record = self.dkim_key()
        signed, ours_alone = self.dkim_signed(10)[0], self.folder / "own.eml"
        ours_alone.write_bytes(b"From: <load@example.net>\r\nTo: <user@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                               b"Content-Transfer-Encoding: 8bit\r\n\r\n" + ("ä" * 38 + "\r\n").encode() * 1000)
        parts = []
        with DnsServer(record) as dns:
            checked = {"smtp_range": "", "smtp_dns": f"127.0.0.1:{dns.port}"}
            for name, message, settings, field in (("checked", signed, checked, b"dkim=fail"),
                                                   ("signed", ours_alone, {"dkim": f"example.net;bench;{file}"}, b"DKIM-Signature: ")):
                with Ours(self.fresh("gib"), keep=True, **settings) as ours:
                    parts.append(name + self.one_large(ours, True, "--message", message, "--size", 1 << 30, field=field))
        return "a message of 1 GiB: " + "; ".join(parts) + "; target below 64 MiB"

    def one_large(self, ours, keep, *message, field=b""):
        load("smtp_load", ours.port, "--msgs", 20, "--to", "user0@example.org")
        before = meter.rss_kb(ours.pid)
        got = load("smtp_load", ours.port, "--msgs", 1, *message, "--to", "user0@example.org", "--timeout", 200)
        if got.get("msgs") != 1:
            raise RuntimeError(f"a message of 1 GiB: {got}")
        large = []
        if keep:
            place.wait_until(lambda: large.extend(p for p in ours.delivered() if p.stat().st_size > 1 << 29) or large, 60)
            with open(large[0], "rb") as f:
                found = field in f.read(8192)
        more = (meter.peak_kb(ours.pid) - before) / 1024
        ours.clear()
        return f" **{more:.1f} MiB** more at the peak, {got['seconds']:.1f} s" + ("" if not keep or found else f", WITHOUT {field.decode()}")


def any_certificate():
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return tls


def idle(server, tls=None, session=None):
    """KiB that each of so many sessions after EHLO, or what another protocol has for it, adds to the server's resident memory: the slope of the line through what it has after every
    hundred of them, for a heap grows by steps of hundreds of KiB. The first hundred are not counted: what the first ones need is there only once."""
    held, counts, sizes = [], [], []
    while len(held) < IDLE:
        held += [(session or hello)(server, tls, len(held) + n) for n in range(100)]
        counts.append(len(held))
        sizes.append(meter.rss_kb(server.pid))
    for s in held:
        s.close()
    return statistics.linear_regression(counts, sizes).slope


def hello(server, tls, _):
    s = socket.create_connection(("127.0.0.1", server.port), 20)
    answer(s)
    ask(s, b"EHLO idle.example.net\r\n")
    if tls:
        ask(s, b"STARTTLS\r\n")
        s = tls.wrap_socket(s)
        ask(s, b"EHLO idle.example.net\r\n")
    return s


def pop3_greeted(server, *_):
    s = socket.create_connection(("127.0.0.1", server.pop), 20)
    pop3_ask(s, b"")
    return s


def pop3(server, tls, number):
    """A session that holds the mailbox of a user of its own."""
    s = socket.create_connection(("127.0.0.1", server.pop), 20)
    pop3_ask(s, b"")
    if tls:
        pop3_ask(s, b"STLS\r\n")
        s = tls.wrap_socket(s)
    pop3_ask(s, b"USER user%d\r\n" % number)
    pop3_ask(s, b"PASS secret\r\n")
    return s


def pop3_ask(s, command):
    s.sendall(command)
    text = b""
    while not text.endswith(b"\n"):
        piece = s.recv(4096)
        if not piece:
            break
        text += piece
    if not text.startswith(b"+OK"):
        raise RuntimeError(f"{command!r}: {text!r}")


def ask(s, command):
    s.sendall(command)
    return answer(s)


def answer(s):
    text = b""
    while not (text.endswith(b"\n") and text.splitlines()[-1][3:4] == b" "):
        piece = s.recv(4096)
        if not piece:
            raise RuntimeError("closed: " + repr(text))
        text += piece
    return text
