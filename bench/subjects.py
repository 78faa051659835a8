"""What a row measures: its servers, started as the row wants them, and a function that runs messages against each."""

import time

import meter
from servers import HOST, USERS, Ours, Sink, make_mailboxes
from support import place
from support.peers import Dovecot, Postfix, SmtpSink


def load(tool, port, *arguments):
    """One run of a load tool; its figures."""
    result = place.run(place.OUT / "bench" / tool, "--port", port, *arguments, seconds=300)
    pairs = (word.split("=", 1) for word in result.stdout.split() if "=" in word)
    return {key: float(value) for key, value in pairs}


class Subjects:
    """Each kind of row has an ours_…, which gives (server, run), and a peer_…, which gives run. run(count) loads the
    server with so many messages and gives figures; the stack stops the server."""

    def __init__(self, where):
        self.where, self.count, self.boxes = where, 0, {}

    def fresh(self, name):
        """A folder on the journaled disk."""
        self.count += 1
        path = self.where / f"{self.count}-{name}"
        path.mkdir()
        path.chmod(0o755)
        return path

    def ours(self, row, variant, stack, host=HOST):
        """The library in the program `host`."""
        return getattr(self, "ours_" + row.kind)(row, variant, stack, host)

    def peer(self, row, stack):
        return getattr(self, "peer_" + row.kind)(row, stack)

    def ours_receive(self, row, variant, stack, host):
        server = stack.enter_context(Ours(self.fresh(variant), inline=variant == "inline", host=host))
        return server, self.sends(server, row.load)

    def peer_receive(self, row, stack):
        return self.sends(stack.enter_context(SmtpSink(self.fresh("smtp-sink"))), row.load)

    def ours_receive_tls(self, row, variant, stack, host):
        folder = self.fresh(variant + "-tls")
        server = stack.enter_context(Ours(folder, inline=variant == "inline", cert=place.certificate(folder), host=host))
        return server, self.sends(server, (*row.load, "--tls", 1))

    def peer_receive_tls(self, row, stack):
        """The library itself, in clear text: no server that takes mail and forgets it speaks TLS."""
        return self.sends(stack.enter_context(Ours(self.fresh("clear"), inline=True)), row.load)

    def ours_durable(self, row, variant, stack, host):
        server = stack.enter_context(Ours(self.fresh(variant), keep=True, host=host))
        return server, self.sends(server, row.load, drain=True)

    def peer_durable(self, row, stack):
        postfix = stack.enter_context(Postfix(self.fresh("postfix"), mode="hold"))
        return self.sends(postfix, row.load, "user%d@example.net", after=postfix.clear)

    def ours_durable_tls(self, row, variant, stack, host):
        folder = self.fresh(variant + "-tls")
        server = stack.enter_context(Ours(folder, keep=True, cert=place.certificate(folder), host=host))
        return server, self.sends(server, (*row.load, "--tls", 1), drain=True)

    def peer_durable_tls(self, row, stack):
        folder = self.fresh("postfix")
        postfix = stack.enter_context(Postfix(folder, mode="hold", certificate=place.certificate(folder)))
        return self.sends(postfix, (*row.load, "--tls", 1), "user%d@example.net", after=postfix.clear)

    def ours_handled(self, row, variant, stack, host):
        server = stack.enter_context(Ours(self.fresh(variant), handled=True, inline=variant == "inline", host=host))
        return server, self.sends(server, row.load, drain=True)

    def peer_handled(self, row, stack):
        """The library itself, without handlers."""
        return self.sends(stack.enter_context(Ours(self.fresh("without"), keep=True)), row.load, drain=True)

    def ours_delivered(self, row, variant, stack, host):
        server = stack.enter_context(Ours(self.fresh(variant), keep=True, host=host))
        return server, self.sends(server, row.load, "user0@example.org", drain=True, until_drained=True)

    def peer_delivered(self, row, stack):
        postfix = stack.enter_context(Postfix(self.fresh("postfix"), mode="maildir"))
        return self.sends(postfix, row.load, "user0@example.net", drain=True, until_drained=True)

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
                got["cpu" if until_drained else "cpu_delivered"] = (meter.cpu(server.pid) - cpu) * 1e6 / count
                server.clear()
            after()
            return got
        return run

    def ours_flush(self, row, variant, stack, host):
        port = place.free_port()
        server = stack.enter_context(Ours(self.fresh(variant), hold=True, host=host, smtp_range="127.0.0.0/8",
                                          smtp_mx_port=port, inner_mx="allow", log="", loglevel="error"))
        return server, self.flushes(server, port, row)

    def peer_flush(self, row, stack):
        port = place.free_port()
        return self.flushes(stack.enter_context(Postfix(self.fresh("postfix"), mode="hold", out=port)), port, row)

    def flushes(self, server, port, row):
        """All of the row's messages wait in the queue, and are then released at once: from that moment until the last
        one is at the sink. CPU: until the queue has forgotten them as well."""
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
                return {"rate": row.most / (ended - began), "cpu": (meter.cpu(server.pid) - cpu) * 1e6 / row.most,
                        "p50": 0, "p99": 0, "conns": conns}
        return run

    def ours_client(self, row, variant, stack, host):
        return None, self.client("client_send", row)

    def peer_client(self, row, stack):
        tool = {"libesmtp": "esmtp_send", "libcurl": "curl_send"}[row.peer]
        return self.client(tool, row)

    def client(self, tool, row):
        """All of the row's messages over one connection to the sink; the CPU is the client's own."""
        def run(_):
            port = place.free_port()
            with Sink(port, row.most) as sink:
                got = load(tool, port, "--msgs", row.most, *row.load)
                sink.ended(10)
            if got.get("msgs") != row.most:
                raise RuntimeError(f"{tool}: {row.most} messages to be sent, {got}")
            return got
        return run

    def mailboxes(self, name, **form):
        """1,000 messages of 4 KiB for each of 16 users, or in another form; some for Dovecot alone, which writes its own files beside them."""
        key = (name, *form.items())
        if key not in self.boxes:
            self.boxes[key] = make_mailboxes(self.fresh("boxes-" + name), **form)
            if place.is_root() and name == "dovecot":
                place.run("chown", "-R", "nobody:nogroup", self.boxes[key])
        return self.boxes[key]

    def ours_retrieve(self, row, _, stack, host):
        server = stack.enter_context(Ours(self.fresh("pop3"), keep=True, homes=self.mailboxes("ours"), host=host))
        return server, self.reads(server, server.pop, row)

    ours_login = ours_stat = ours_retrieve

    def peer_retrieve(self, row, stack):
        dovecot = stack.enter_context(Dovecot(self.fresh("dovecot"), self.mailboxes("dovecot"), within="/Maildir"))
        return self.reads(dovecot, dovecot.port, row)

    peer_login = peer_stat = peer_retrieve

    def ours_retrieve_tls(self, row, _, stack, host):
        folder = self.fresh("pop3-tls")
        server = stack.enter_context(Ours(folder, keep=True, homes=self.mailboxes("ours"), cert=place.certificate(folder), host=host))
        return server, self.reads(server, server.pop, row, "--tls", 1)

    def peer_retrieve_tls(self, row, stack):
        folder = self.fresh("dovecot-tls")
        dovecot = stack.enter_context(Dovecot(folder, self.mailboxes("dovecot"), within="/Maildir", certificate=place.certificate(folder)))
        return self.reads(dovecot, dovecot.port, row, "--tls", 1)

    LARGE = {"messages": 100_000, "size": 200, "users": 1}

    def ours_stat_100k(self, row, _, stack, host):
        server = stack.enter_context(Ours(self.fresh("pop3"), keep=True, homes=self.mailboxes("ours", **self.LARGE), host=host))
        return server, self.reads(server, server.pop, row)

    def peer_stat_100k(self, row, stack):
        dovecot = stack.enter_context(Dovecot(self.fresh("dovecot"), self.mailboxes("dovecot", **self.LARGE), within="/Maildir"))
        return self.reads(dovecot, dovecot.port, row)

    def reads(self, server, port, row, *more):
        """Without retrievals a session is what counts: login, STAT, and LIST where the row has it."""
        messages = 0 if "--retr" in row.load else 1000
        conns = row.load[1]

        def run(count):
            sessions = max(conns, round(count / messages / conns) * conns) if messages else max(count, conns)
            cpu = meter.cpu(server.pid)
            got = load("pop3_load", port, "--sessions", sessions, "--users", USERS, *row.load, *more)
            units = got.get("msgs") if messages else got.get("sessions")
            if units != sessions * (messages or 1):
                raise RuntimeError(f"{type(server).__name__}: {sessions} sessions, {got}")
            got["cpu"] = (meter.cpu(server.pid) - cpu) * 1e6 / units
            if not messages:
                got.update(rate=got["session_rate"], p50=got["session_p50"], p99=0)
            return got
        return run


def try_out(subject, row):
    """About how many a second, from a run that warms up and one of a quarter of a second or more."""
    if row.kind == "flush":
        return row.most
    least = min(64, row.most)
    first = subject(least)
    return max(subject(max(least, min(row.most, int(first["rate"] / 4))))["rate"], 1)


def run_length(row, rate, seconds):
    return max(1, min(row.most, int(rate * seconds)))
