"""What no real server does, at each stage: every class of reply and every kind of loss. Each case has a domain and a server of its
own, and all are under way at once: so none may delay or change another."""

import contextlib
import itertools

from support import place
from support.rogue import Rogue, after, always, as_usual, hang, lose, raw, reset, say
from world import DeliveryTest

STAGES = ("greeting", "ehlo", "mail", "rcpt", "data", "text", "dot", "rset", "quit")


def open_data(session, line):
    """354 whatever was refused before."""
    session.reply("354 go on")
    session.stage = "text"


# What goes wrong the first time; then the server is a good one, and the message has to arrive.
PASSING = {
    "put-off": say("451 4.3.0 not now"),
    "put-off-plain": say("450 not now"),
    "put-off-long": say("451-4.3.0 not now", "451-4.3.0 and here is why,", "451 4.3.0 in three lines"),
    "closing": after(say("421 4.3.2 shutting down"), lose),
    "lost": lose,
    "reset": reset,
    "half": after(raw(b"25"), lose),
    "half-lines": after(raw(b"250-one\r\n250-two\r\n"), lose),
    "garbled": say("what was that?"),
    "binary": after(raw(bytes(range(256)) * 20), lose),
    "hung": hang,
    "odd-class": say("199 neither yes nor no"),
}


WELL = {"greeting": b"220 hello", "ehlo": b"250-rogue\r\n250-PIPELINING\r\n250 SIZE 0", "mail": b"250 ok", "rcpt": b"250 ok", "data": b"354 go on", "dot": b"250 ok"}


class Case:
    """One domain with one server and one message."""

    def __init__(self, name, at, **stages):
        self.name, self.address, self.stages = name, f"127.3.{at // 200}.{at % 200 + 1}", stages
        self.domain = name + ".test"

    def zone(self):
        return [f"{self.name} MX 10 mx.{self.name}", f"mx.{self.name} A {self.address}"]


def passing():
    pairs = [(stage, name) for stage in STAGES for name in PASSING if (stage, name) not in NOT_SEEN]
    return [Case(f"{stage}-{name}", at, **{stage: [PASSING[name]]}) for at, (stage, name) in enumerate(pairs)]


# Before the text nobody speaks but the client; where an odd word comes then it is the answer to the dot.
NOT_SEEN = {("text", name) for name in PASSING if name not in ("lost", "reset", "hung", "closing", "put-off")}


class Passing(DeliveryTest):
    """It goes wrong once: the message waits, is tried again and arrives; whole, and once where the protocol allows to know that."""

    cases = passing()
    zone = [line for case in cases for line in case.zone()]
    settings = {"pop_timeout": 10, "queue_lifetime": 600}

    def test_each_message_arrives_in_the_end(self):
        with contextlib.ExitStack() as stack:
            for case in self.cases:
                case.server = stack.enter_context(Rogue(case.address, self.port, **case.stages))
            for case in self.cases:
                case.token = self.send("somebody@" + case.domain)
            place.wait_until(lambda: all(case.server.messages for case in self.cases), 2 * place.PATIENCE)
            for case in self.cases:
                with self.subTest(case.name):
                    self.judge(case)

    def judge(self, case):
        server, heard = case.server, f"the server heard {case.server.verbs()}"
        self.assertEqual(["somebody@" + case.domain], [to for m in server.messages for to in m.to], heard + "\n" + self.logged()[-3000:])
        self.assertTrue(case.token in server.messages[0].text and server.messages[0].text.endswith(b"..two dots\r\nlast line\r\n"), server.messages[0].text)
        if not case.name.startswith("dot-"):
            self.assertEqual(1, len(server.seen), heard)
        self.assertEqual([], self.reports(case.token))


class Lasting(DeliveryTest):
    """The server always behaves so, and the message arrives all the same."""

    zone = ["slow MX 10 mx.slow", "mx.slow A 127.0.0.20", "old MX 10 mx.old", "mx.old A 127.0.0.21", "chatty MX 10 mx.chatty", "mx.chatty A 127.0.0.22",
            "stray MX 10 mx.stray", "mx.stray A 127.0.0.26", "tab MX 10 mx.tab", "mx.tab A 127.0.0.27", "mixed MX 10 mx.mixed", "mx.mixed A 127.0.0.28",
            "wordy MX 10 mx.wordy", "mx.wordy A 127.0.0.29", "bare MX 10 mx.bare", "mx.bare A 127.0.0.23", "eager MX 10 mx.eager", "mx.eager A 127.0.0.24", "lf MX 10 mx.lf", "mx.lf A 127.0.0.25"]
    settings = {"pop_timeout": 4}

    def takes(self, domain, address, **stages):
        server = self.rogue(address, **stages)
        token = self.send(f"somebody@{domain}.test")
        self.arrives(server, token)
        self.assertEqual(1, len(server.seen))
        return server

    def test_octet_by_octet(self):
        slow = {stage: always(raw(text + b"\r\n", 1, 0.01)) for stage, text in WELL.items() if stage not in ("data", "dot", "rcpt", "mail")}
        self.takes("slow", "127.0.0.20", **slow)

    def test_ehlo_is_refused(self):
        server = self.takes("old", "127.0.0.21", ehlo=always(say("502 5.5.1 what is that?")))
        self.assertEqual(["EHLO", "HELO", "MAIL", "RCPT", "DATA"], server.verbs()[:5])
        self.assertNotIn("SIZE", server.messages[0].sender)

    def test_many_lines_everywhere(self):
        lines = [f"line {n} {'x' * 60}" for n in range(80)]

        def many(code):
            return say(*[f"{code}-{line}" for line in lines], f"{code} end")
        self.takes("chatty", "127.0.0.22", greeting=always(many(220)), ehlo=always(many(250)))

    def test_stray_lines_everywhere(self):
        """Empty lines, and lines without a code, in front of each reply and inside it; PIPELINING is offered."""
        strays = {stage: always(after(raw(b"\r\nplease wait\r\n"), as_usual)) for stage in ("greeting", "ehlo", "mail", "rcpt", "data", "dot", "quit")}
        self.takes("stray", "127.0.0.26", **strays)
        inside = {stage: always(after(raw(text[:3] + b"-one\r\n\r\ntwo\r\n"), as_usual)) for stage, text in WELL.items() if stage != "data"}
        self.takes("mixed", "127.0.0.28", **inside)

    def test_a_tab_behind_the_code(self):
        tabs = {stage: always(say(WELL[stage].decode().replace("250 ", "250\t").replace("220 ", "220\t"))) for stage in ("greeting", "ehlo")}
        self.takes("tab", "127.0.0.27", **tabs)

    def test_a_yes_of_ten_thousand_lines(self):
        def many(session, line):
            session.write(b"".join(b"250-2.0.0 line %d\r\n" % n for n in range(10_000)) + b"250-" + b"x" * 100_000 + b"\r\n")
            as_usual(session, line)
        server = self.takes("wordy", "127.0.0.29", dot=always(many))
        self.assertEqual(1, len(server.seen))

    def test_codes_without_text(self):
        self.takes("bare", "127.0.0.23", greeting=always(say("220")), ehlo=always(say("250")))

    def test_lines_end_with_lf_alone(self):
        """Not what RFC 5321 has; either taken or put off, and never a hang or a loss."""
        server = self.rogue("127.0.0.25", greeting=[raw(b"220 hello\n")], ehlo=[raw(b"250 hello\n")])
        self.arrives(server, self.send("somebody@lf.test"))


class Endless(DeliveryTest):
    """Replies without end: the connection is cut, memory stays, and the message waits for better times."""

    zone = ["line MX 10 mx.line", "mx.line A 127.0.0.30", "lines MX 10 mx.lines", "mx.lines A 127.0.0.31", "drip MX 10 mx.drip", "mx.drip A 127.0.0.32"]
    settings = {"pop_timeout": 3}

    def test_a_line_without_end(self):
        self.endless("line", "127.0.0.30", raw(b"220 " + b"x" * 30_000_000))

    def test_lines_without_end(self):
        self.endless("lines", "127.0.0.31", raw(b"220-and then\r\n" * 2_000_000))

    def test_a_drip_without_end(self):
        """An octet now and then for longer than the client's patience with one reply."""
        server = self.rogue("127.0.0.32", greeting=[raw(b"220-x\r\n" * 100, 1, 0.5)])
        self.arrives(server, self.send("somebody@drip.test"))

    def endless(self, domain, address, act):
        server = self.rogue(address, greeting=[act])
        self.arrives(server, self.send(f"somebody@{domain}.test"))
        with open(f"/proc/{self.host.process.pid}/status", encoding="ascii") as f:
            resident = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
        self.assertLess(resident, 200_000, "kB resident")


class Recipients(DeliveryTest):
    """The state is each recipient's own."""

    zone = ["mixed MX 10 mx.mixed", "mx.mixed A 127.0.0.40", "crowd MX 10 mx.crowd", "mx.crowd A 127.0.0.41", "none MX 10 mx.none", "mx.none A 127.0.0.42",
            "open MX 10 mx.open", "mx.open A 127.0.0.43", "late MX 10 mx.late", "mx.late A 127.0.0.44", "twofiveone MX 10 mx.twofiveone", "mx.twofiveone A 127.0.0.45"]

    def test_taken_put_off_and_refused_in_one_transaction(self):
        ok = say("250 2.1.5 ok")

        def choose(session, line):
            address = line[line.index("<") + 1:line.index(">")]
            said = seen.setdefault(address, 0)
            seen[address] += 1
            act = {"wait": say("451 4.2.1 mailbox busy") if not said else None, "gone": say("550-5.1.1 no such user", "550 5.1.1 nor ever was")}.get(address[:4])
            if act:
                act(session, line)
            else:
                session.message.recipients.append(line)
                ok(session, line)
        seen = {}
        server = self.rogue("127.0.0.40", rcpt=always(choose))
        token = self.send("first@mixed.test", "wait@mixed.test", "gone@mixed.test", "last@mixed.test")
        place.wait_until(lambda: len(server.messages) >= 2)
        self.assertEqual([["first@mixed.test", "last@mixed.test"], ["wait@mixed.test"]], [m.to for m in server.messages], self.logged())
        report = self.report(token)
        self.assertEqual(["gone@mixed.test"], list(report.recipients))
        gone = report.recipients["gone@mixed.test"]
        self.assertEqual(("failed", "5.1.1"), (gone["Action"], gone["Status"]))
        self.assertIn("no such user", gone["Diagnostic-Code"])
        self.assertIn("nor ever was", gone["Diagnostic-Code"])
        self.assertIn("mx.mixed.test", gone["Remote-MTA"])
        self.assertEqual(1, len(self.reports(token)))
        self.assertEqual({"first@mixed.test": 1, "wait@mixed.test": 2, "gone@mixed.test": 1, "last@mixed.test": 1}, seen)

    def test_too_many_recipients_come_in_the_next_transaction(self):
        def few(session, line):
            if len(session.message.recipients) < 3:
                return session.good_rcpt(line)
            return session.reply("452 4.5.3 too many recipients")
        server = self.rogue("127.0.0.41", rcpt=always(few))
        self.send(*[f"r{n}@crowd.test" for n in range(10)])
        place.wait_until(lambda: sum(len(m.to) for m in server.messages) >= 10)
        self.assertEqual(sorted(f"r{n}@crowd.test" for n in range(10)), sorted(to for m in server.messages for to in m.to), self.logged())

    def test_all_refused_sends_no_text(self):
        server = self.rogue("127.0.0.42", rcpt=always(say("550 5.1.1 no")))
        token = self.send("a@none.test", "b@none.test")
        self.assertEqual({"a@none.test", "b@none.test"}, set(self.report(token).recipients))
        self.assertEqual([], server.seen)

    def test_all_refused_and_data_granted_sends_an_empty_text(self):
        """RFC 2920 §3.1: a client that pipelined DATA has to end it."""
        server = self.rogue("127.0.0.43", rcpt=always(say("550 5.1.1 no")), data=always(open_data), dot=always(say("554 5.5.1 no valid recipients")))
        token = self.send("a@open.test")
        self.assertEqual({"a@open.test"}, set(self.report(token).recipients))
        self.assertEqual([b""], [m.text for m in server.seen] or [b""])

    def test_251_and_252_are_yes(self):
        def choose(session, line):
            session.message.recipients.append(line)
            session.reply("251 2.1.5 will forward" if "<a@" in line else "252 2.1.5 cannot say")
        server = self.rogue("127.0.0.45", rcpt=always(choose))
        token = self.send("a@twofiveone.test", "b@twofiveone.test")
        self.assertEqual(["a@twofiveone.test", "b@twofiveone.test"], self.arrives(server, token).to)

    def test_refused_after_the_dot_concerns_all(self):
        server = self.rogue("127.0.0.44", dot=always(say("554-5.6.0 we do not like", "554 5.6.0 what it says")))
        token = self.send("a@late.test", "b@late.test")
        report = self.report(token)
        self.assertEqual({"a@late.test", "b@late.test"}, set(report.recipients))
        for group in report.recipients.values():
            self.assertEqual(("failed", "5.6.0"), (group["Action"], group["Status"]))
            self.assertIn("what it says", group["Diagnostic-Code"])
        self.assertEqual(1, len(server.seen))


class Refused(DeliveryTest):
    """5xx at each stage is final: one report with the server's words, no second attempt."""

    stages = ("greeting", "mail", "rcpt", "data", "dot")
    zone = [line for n, stage in enumerate(stages) for line in (f"{stage} MX 10 mx.{stage}", f"mx.{stage} A 127.0.0.{50 + n}")]

    def test_each_stage(self):
        words = {stage: f"554 5.7.{n + 1} refused at {stage}" for n, stage in enumerate(self.stages)}
        servers = {stage: self.rogue(f"127.0.0.{50 + n}", **{stage: always(say(words[stage]))}) for n, stage in enumerate(self.stages)}
        tokens = {stage: self.send(f"somebody@{stage}.test") for stage in self.stages}
        for n, stage in enumerate(self.stages):
            with self.subTest(stage):
                report = self.report(tokens[stage])
                group = report.recipients[f"somebody@{stage}.test"]
                self.assertEqual("failed", group["Action"])
                self.assertEqual(f"5.7.{n + 1}", group["Status"])
                self.assertEqual(f"smtp; {words[stage]}", " ".join(group["Diagnostic-Code"].split()))
                self.assertIn(tokens[stage], report.returned)
                self.assertEqual([], servers[stage].messages)
                self.assertLessEqual(len(servers[stage].seen), 1)


class RefusedAndGone(DeliveryTest):
    """5xx and the connection ends behind it, by an end or a reset: final all the same, with the server's words and code."""

    stages = ("greeting", "ehlo", "mail", "rcpt", "data", "text", "dot")
    ends = {"lost": lose, "reset": reset}
    cases = list(itertools.product(stages, ends))
    zone = [line for n, (stage, end) in enumerate(cases) for line in (f"{stage}-{end} MX 10 mx.{stage}-{end}", f"mx.{stage}-{end} A 127.0.1.{50 + n}")]

    def test_each_stage(self):
        tokens = {}
        for n, (stage, end) in enumerate(self.cases):
            words = ["220-wait for it", "521 5.3.2 no mail here"] if stage == "greeting" else [f"554-5.7.1 refused at {stage}", "554 5.7.1 no mail here"]
            self.rogue(f"127.0.1.{50 + n}", **{stage: always(after(say(*words), self.ends[end]))})
            tokens[stage, end] = self.send(f"somebody@{stage}-{end}.test")
        for stage, end in self.cases:
            with self.subTest(f"{stage}, {end}"):
                group = self.report(tokens[stage, end]).recipients[f"somebody@{stage}-{end}.test"]
                self.assertEqual("failed", group["Action"])
                self.assertTrue(group["Diagnostic-Code"].startswith("smtp; 5"), group["Diagnostic-Code"])
                self.assertIn("no mail here", group["Diagnostic-Code"])
                self.assertIn(f"mx.{stage}-{end}.test", group["Remote-MTA"])
