"""kill -9 while the queue delivers: every recipient of every message that got 250 has it in the end, unchanged; and a second copy comes only where a
kill lay between the first one and our note of it."""

import os
import random
import smtplib
import threading
import time
import unittest

from ledger import TOKEN, message
from support import place
from support.dns import Nsd
from support.mailhost import MailHost
from support.rogue import Rogue, always, say

SENDERS = 4
DOMAINS = ("one", "two", "three", "four")
LOST = (OSError, smtplib.SMTPException)


class Account:
    """What clients were told, and what the sinks got. Safe to use from many threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.sent, self.accepted, self.got, self.kills, self.changed = {}, set(), {}, [], []

    def new(self, recipients):
        with self.lock:
            self.sent[len(self.sent)] = recipients
            return len(self.sent) - 1

    def accept(self, number):
        with self.lock:
            self.accepted.add(number)

    def take(self, number, recipients, text):
        with self.lock:
            if text != message(number):
                self.changed.append(number)
            for recipient in recipients:
                self.got.setdefault((number, recipient), []).append((time.monotonic(), len(self.kills)))

    def missing(self):
        with self.lock:
            return [(n, r) for n in self.accepted for r in self.sent[n] if (n, r) not in self.got]

    def counts(self):
        """How many copies came of each message for each recipient that has one."""
        with self.lock:
            return {key: len(times) for key, times in self.got.items()}

    def copies(self):
        """The pairs of following copies of one message for one recipient; each with its time and after how many kills it was sent."""
        with self.lock:
            return [(key, first, second) for key, times in self.got.items() for first, second in zip(times, times[1:])]


class Load:
    """Clients that hand over messages until the server is gone."""

    def __init__(self, host, account, seed):
        self.host, self.account = host, account
        self.threads = [threading.Thread(target=self.send, args=(random.Random(f"{seed} {n}"),), daemon=True) for n in range(SENDERS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def end(self):
        for thread in self.threads:
            thread.join(30)

    def send(self, rnd):
        try:
            with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=10) as smtp:
                while True:
                    recipients = [f"r{n}@{rnd.choice(DOMAINS)}.test" for n in range(rnd.choice((1, 1, 1, 2, 5)))]
                    number = self.account.new(recipients)
                    smtp.sendmail("sender@example.net", recipients, message(number))
                    self.account.accept(number)
        except LOST:
            pass


class KillDelivery(unittest.TestCase):
    def setUp(self):
        self.rounds = int(os.environ.get("KILL_ROUNDS", "8"))
        self.seed = int(os.environ.get("KILL_SEED", str(random.randrange(1 << 30))))
        self.account = Account()

    def sink(self, address, port, moody):
        """Takes all, or puts every tenth recipient off."""
        def record(session, line):
            text = place.without_trace(session.finished.text)
            self.account.take(int(TOKEN.search(text).group(1)[5:]), session.finished.to, text)
            session.finished.text = None
            session.reply("250 2.0.0 taken")

        def choose(session, line):
            if moods.random() < 0.1:
                session.reply("451 4.2.1 in a moment")
            else:
                session.good_rcpt(line)
        moods = random.Random(self.seed)
        return Rogue(address, port, dot=always(record), **({"rcpt": always(choose)} if moody else {}))

    def test_what_got_250_reaches_each_recipient_and_is_repeated_only_over_a_kill(self):
        rnd, port = random.Random(self.seed), place.free_port()
        zone = [line for n, name in enumerate(DOMAINS) for line in (f"{name} MX 10 mx.{name}", f"mx.{name} A 127.0.0.{10 + n}")]
        with place.folder() as folder, Nsd(folder / "nsd", zone) as nsd:
            self.sinks = [self.sink(f"127.0.0.{10 + n}", port, moody=n == 3).start() for n in range(len(DOMAINS))]
            host = MailHost(folder, smtp_dns=nsd.setting, smtp_mx_port=port, inner_mx="allow", queue_retry=1)
            try:
                for _ in range(self.rounds):
                    self.kill_under_load(host, rnd)
                self.ends_well(host)
            finally:
                host.kill()
                for sink in self.sinks:
                    sink.stop()
        self.tell()

    def kill_under_load(self, host, rnd):
        host.start()
        load = Load(host, self.account, rnd.random())
        load.start()
        time.sleep(rnd.uniform(0.02, 1.2))  # at a random moment: that is the test
        killed = time.monotonic()
        host.kill()
        load.end()
        # what was on its way is still read: it was sent before the kill
        self.assertTrue(place.wait_until(lambda: all(sink.is_idle() for sink in self.sinks), step=0.01))
        self.account.kills.append(killed)

    def ends_well(self, host):
        host.start()
        place.wait_until(lambda: not self.account.missing(), 60, 0.2)
        missing = self.account.missing()
        self.assertEqual([], missing[:10], f"{len(missing)} of {len(self.account.accepted)} missing; seed {self.seed}; mailhost said:\n{host.said()}")
        self.settles()
        self.assertEqual(0, host.stop(), host.said())
        self.assertTrue(place.wait_until(lambda: all(sink.is_idle() for sink in self.sinks)))
        before = self.account.counts()
        host.start()
        place.wait_until(lambda: False, 2)  # after an orderly end nothing is sent again; what nobody has yet may come
        after = self.account.counts()
        self.assertEqual(before, {key: after[key] for key in before}, f"seed {self.seed}")
        self.assertEqual(0, host.stop(), host.said())
        self.assertEqual([], self.account.changed[:10])

    def settles(self):
        """What a kill has made come twice comes before the orderly end, which repeats nothing."""
        before = -1
        while before != self.heard():
            before = self.heard()
            place.wait_until(lambda: self.heard() != before, 4)  # what is put off comes again after a second

    def heard(self):
        return sum(len(sink.lines) for sink in self.sinks)

    def tell(self):
        copies, kills = self.account.copies(), self.account.kills
        unexplained = [key for key, (_, before), (_, then) in copies if before == then]
        lags = [kills[before] - at for _, (at, before), _ in copies if before < len(kills)]
        recipients = sum(len(times) for times in self.account.got.values())
        print(f"     {self.rounds} rounds, seed {self.seed}: {len(self.account.accepted)} messages got 250, {recipients} deliveries, {len(copies)} of them "
              f"second copies; their first ones came at most {max(lags, default=0) * 1000:.0f} ms before the kill", flush=True)
        self.assertEqual([], unexplained[:10], "copies without a kill between them")
        self.assertGreater(recipients, 0)
