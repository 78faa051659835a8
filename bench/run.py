"""The library beside other mail servers, in one run, as one table.

  ./build.sh bench [ROW...] [--quick] [--runs N] [--seconds S] [--write] [--list]

  ROW        a row's name, or the beginning of several; all by default
  --quick    3 runs in place of 5
  --write    puts the table into docs/performance.md as well

Each row starts its servers, then runs the load on them in turn (ours, peer, ours, peer ...), and shows medians. CPU is the
server's, a message (a session for logins), in microseconds. Server and load share the machine, so ratios are what counts.
"""

import argparse
import contextlib
import pathlib
import resource
import smtplib
import socket
import ssl
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

import disk  # noqa: E402
import meter  # noqa: E402
import report  # noqa: E402
from rows import ROWS, SINGLE  # noqa: E402
from servers import USERS, Ours, Sink, make_mailboxes  # noqa: E402
from support import place  # noqa: E402
from support.peers import Dovecot, Postfix, SmtpSink  # noqa: E402

IDLE = 5000


def load(tool, port, *arguments):
    """One run of a load tool; its figures."""
    result = place.run(place.OUT / "bench" / tool, "--port", port, *arguments, seconds=300)
    pairs = (word.split("=", 1) for word in result.stdout.split() if "=" in word)
    return {key: float(value) for key, value in pairs}


class Bench:
    def __init__(self, folder, where, options):
        self.folder, self.where, self.options = folder, where, options
        self.count = 0
        self.boxes = {}

    def fresh(self, name):
        """A folder on the journaled disk."""
        self.count += 1
        path = self.where / f"{self.count}-{name}"
        path.mkdir()
        path.chmod(0o755)
        return path

    def measure(self, row):
        with contextlib.ExitStack() as stack:
            subjects = getattr(self, row.kind)(row, stack)
            rates = {name: row.kind != "flush" and self.try_out(subject, row) for name, subject in subjects.items()}
            runs = {name: [] for name in subjects}
            for _ in range(self.options.runs):
                for name, subject in subjects.items():
                    runs[name].append(subject(max(1, min(row.most, int(rates[name] * self.options.seconds)))))
            servers = list(self.servers)
        medians = {name: {key: statistics.median(run[key] for run in of) for key in of[0]} for name, of in runs.items()}
        return medians, servers[0].syncs() if row.kind == "durable" else None

    def try_out(self, subject, row):
        """About how many a second, from a run that warms up and one of a quarter of a second or more."""
        first = subject(64)
        return max(subject(max(64, min(row.most, int(first["rate"] / 4))))["rate"], 1)

    # Each of these starts a row's servers and gives, by name, a function that runs so many messages against one of them.

    def receive(self, row, stack):
        ours = {variant: stack.enter_context(Ours(self.fresh(variant), inline=variant == "inline")) for variant in row.ours}
        sink = stack.enter_context(SmtpSink(self.fresh("smtp-sink")))
        self.servers = list(ours.values())
        subjects = {name: self.sends(server, row.load) for name, server in ours.items()}
        return subjects | {row.peer: self.sends(sink, row.load)}

    def durable(self, row, stack):
        ours = stack.enter_context(Ours(self.fresh("spool"), keep=True))
        postfix = stack.enter_context(Postfix(self.fresh("postfix"), mode="hold"))
        self.servers = [ours]
        return {"spool": self.sends(ours, row.load, drain=True),
                row.peer: self.sends(postfix, row.load, "user%d@example.net", after=postfix.clear)}

    def delivered(self, row, stack):
        ours = stack.enter_context(Ours(self.fresh("maildir"), keep=True))
        postfix = stack.enter_context(Postfix(self.fresh("postfix"), mode="maildir"))
        self.servers = [ours]
        return {"maildir": self.sends(ours, row.load, "user0@example.org", drain=True, until_drained=True),
                row.peer: self.sends(postfix, row.load, "user0@example.net", drain=True, until_drained=True)}

    def sends(self, server, arguments, to="user%d@example.org", drain=False, until_drained=False, after=lambda: None):
        def run(count):
            cpu, began = meter.cpu(server.pid), time.monotonic()
            got = load("smtp_load", server.port, "--msgs", count, "--to", to, "--users", USERS, *arguments)
            if got.get("msgs") != count:
                raise RuntimeError(f"{type(server).__name__}: {count} messages sent, {got}")
            got["cpu"] = (meter.cpu(server.pid) - cpu) * 1e6 / count
            if drain:
                if not place.wait_until(lambda: len(server.delivered()) >= count, 120, 0.02):
                    raise RuntimeError(f"{type(server).__name__}: {len(server.delivered())} of {count} delivered")
                if until_drained:
                    got["rate"] = count / (time.monotonic() - began)
                got["cpu_delivered"] = (meter.cpu(server.pid) - cpu) * 1e6 / count
                if until_drained:
                    got["cpu"] = got["cpu_delivered"]
                server.clear()
            after()
            return got
        return run

    def flush(self, row, stack):
        port = place.free_port()
        ours = stack.enter_context(Ours(self.fresh("queue"), hold=True, smtp_range="127.0.0.0/8", smtp_mx_port=port, log="", loglevel="error"))
        postfix = stack.enter_context(Postfix(self.fresh("postfix"), mode="hold", out=port))
        self.servers = [ours]
        return {name: self.flushes(server, port, row) for name, server in (("queue", ours), (row.peer, postfix))}

    def flushes(self, server, port, row):
        """All of the row's messages wait in the queue, and are then released at once: from that moment until the last one is at the sink. CPU: until the queue has
        forgotten them as well."""
        def run(_):
            got = load("smtp_load", server.port, "--msgs", row.most, *row.load)
            if got.get("msgs") != row.most:
                raise RuntimeError(f"{type(server).__name__}: {row.most} messages to be queued, {got}")
            time.sleep(1)
            with Sink(port, row.most) as sink:
                cpu, began = meter.cpu(server.pid), time.monotonic()
                server.release()
                ended, conns = sink.ended(120)
                time.sleep(0.5)
                return {"rate": row.most / (ended - began), "cpu": (meter.cpu(server.pid) - cpu) * 1e6 / row.most, "p50": 0, "p99": 0, "conns": conns}
        return run

    def mailboxes(self, name):
        """1,000 messages of 4 KiB for each of 16 users, once for each program: Dovecot writes its own files beside them."""
        if name not in self.boxes:
            self.boxes[name] = make_mailboxes(self.fresh("boxes-" + name))
            if place.is_root() and name == "dovecot":
                place.run("chown", "-R", "nobody:nogroup", self.boxes[name])
        return self.boxes[name]

    def pop3(self, row, stack, messages):
        ours = stack.enter_context(Ours(self.fresh("pop3"), keep=True, homes=self.mailboxes("ours")))
        dovecot = stack.enter_context(Dovecot(self.fresh("dovecot"), self.mailboxes("dovecot"), within="/Maildir"))
        self.servers = [ours]
        return {"maildir": self.reads(ours, ours.pop, row.load, messages), row.peer: self.reads(dovecot, dovecot.port, row.load, messages)}

    def retrieve(self, row, stack):
        return self.pop3(row, stack, 1000)

    def login(self, row, stack):
        return self.pop3(row, stack, 0)

    def reads(self, server, port, arguments, messages):
        conns = arguments[1]

        def run(count):
            sessions = max(conns, round(count / messages / conns) * conns) if messages else max(count, conns)
            cpu = meter.cpu(server.pid)
            got = load("pop3_load", port, "--sessions", sessions, "--users", USERS, *arguments)
            units = got.get("msgs") if messages else got.get("sessions")
            if units != sessions * (messages or 1):
                raise RuntimeError(f"{type(server).__name__}: {sessions} sessions, {got}")
            got["cpu"] = (meter.cpu(server.pid) - cpu) * 1e6 / units
            if not messages:
                got.update(rate=got["session_rate"], p50=got["session_p50"], p99=0)
            return got
        return run

    # Rows without a load.

    def idle_smtp(self):
        with Ours(self.fresh("idle")) as ours, SmtpSink(self.fresh("idle-sink")) as sink:
            return (f"{IDLE:,} idle SMTP sessions: **{self.idle(ours):.2f} KiB each** (smtp-sink {self.idle(sink):.1f}); "
                    "target below 4, goal 2")

    def idle_smtp_tls(self):
        cert = place.certificate(self.folder)
        with Ours(self.fresh("idle-tls"), cert=cert) as ours:
            tls = ssl.create_default_context()
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
            return f"{IDLE:,} idle SMTP sessions after STARTTLS: **{self.idle(ours, tls):.1f} KiB each**"

    def idle(self, server, tls=None):
        """KiB that each of so many sessions after EHLO adds to the server's resident memory. One session comes before, so that
        what the first one alone needs is not counted."""
        held = [self.hello(server.port, tls)]
        before = meter.rss_kb(server.pid)
        for _ in range(IDLE):
            held.append(self.hello(server.port, tls))
        time.sleep(1)
        after = meter.rss_kb(server.pid)
        for s in held:
            s.close()
        return (after - before) / IDLE

    def hello(self, port, tls):
        s = socket.create_connection(("127.0.0.1", port), 20)
        self.answer(s)
        self.ask(s, b"EHLO idle.example.net\r\n")
        if tls:
            self.ask(s, b"STARTTLS\r\n")
            s = tls.wrap_socket(s)
            self.ask(s, b"EHLO idle.example.net\r\n")
        return s

    def ask(self, s, command):
        s.sendall(command)
        return self.answer(s)

    @staticmethod
    def answer(s):
        text = b""
        while not (text.endswith(b"\n") and text.splitlines()[-1][3:4] == b" "):
            piece = s.recv(4096)
            if not piece:
                raise RuntimeError("closed: " + repr(text))
            text += piece
        return text

    def first_use(self):
        folder = self.fresh("first-use")
        times = []
        for _ in range(7):
            with Ours(folder) as ours:
                times.append(ours.first_use_ms)
        return (f"first use, from the first call to both servers listening: **{statistics.median(times):.1f} ms** "
                f"({min(times):.1f} to {max(times):.1f}); target below 20")

    def one_gib(self):
        parts = []
        for name, keep in (("discarded", False), ("kept and delivered", True)):
            with Ours(self.fresh("gib"), keep=keep) as ours:
                load("smtp_load", ours.port, "--msgs", 20, "--to", "user0@example.org")
                before = meter.rss_kb(ours.pid)
                got = load("smtp_load", ours.port, "--msgs", 1, "--size", 1 << 30, "--to", "user0@example.org", "--timeout", 200)
                if got.get("msgs") != 1:
                    raise RuntimeError(f"one-gib, {name}: {got}")
                if keep:
                    place.wait_until(lambda: any(p.stat().st_size > 1 << 30 for p in ours.delivered()), 30)
                parts.append(f"{name} **{(meter.peak_kb(ours.pid) - before) / 1024:.1f} MiB** more at the peak, {got['seconds']:.1f} s")
                ours.clear()
        return "a message of 1 GiB: " + "; ".join(parts) + "; target below 64 MiB"


def chosen(names, patterns):
    """A whole name chooses that row alone; the beginning of names all of them."""
    return [n for n in names if not patterns or any(n == p or (p not in names and n.startswith(p)) for p in patterns)]


def options():
    parser = argparse.ArgumentParser(prog="./build.sh bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--list", action="store_true")
    found = parser.parse_args()
    found.runs = found.runs or (3 if found.quick else 5)
    return found


def main():
    given = options()
    names = chosen([row.name for row in ROWS] + SINGLE, given.rows)
    if given.list:
        print("\n".join(names))
        return 0
    failed = 0
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with place.folder() as folder, disk.journaled(folder) as (where, disk_is):
        bench, page = Bench(folder, where, given), report.Report(given, disk_is)
        for name in names:
            try:
                row = next((r for r in ROWS if r.name == name), None)
                if row:
                    page.row(row, *bench.measure(row))
                else:
                    page.single(getattr(bench, name.replace("-", "_"))())
            except (RuntimeError, OSError, KeyError, smtplib.SMTPException) as e:
                failed = 1
                page.fault(name, e)
    page.end(write=given.write)
    return failed


if __name__ == "__main__":
    sys.exit(main())
