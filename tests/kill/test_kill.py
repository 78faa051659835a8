import os
import poplib
import random
import smtplib
import threading
import time
import unittest

from ledger import ACCEPTED, DELETED, DELETING, TOKEN, Ledger, message
from support import place
from support.mailhost import MailHost

SENDERS = 8
MANY = 1000  # messages in the mailbox; then it is emptied, so that a round takes no longer than the last
LOST = (OSError, smtplib.SMTPException, poplib.error_proto, EOFError)


def number_of(text):
    return int(TOKEN.search(text).group(1)[5:])


def delete(host, ledger, choose):
    """One POP3 session that deletes what `choose` picks out of so many messages; the ledger follows it."""
    pop = host.login("anna")
    numbers = []
    for n in choose(pop.stat()[0]):
        numbers.append(number_of(b"\r\n".join(pop.top(n, 0)[1])))
        pop.dele(n)
    ledger.note(numbers, DELETING)
    pop.quit()
    ledger.note(numbers, DELETED)


class Load:
    """Senders and one reader that deletes, until the server is gone."""

    def __init__(self, host, ledger, seed):
        self.host, self.ledger, self.over = host, ledger, threading.Event()
        self.threads = [threading.Thread(target=self.send, daemon=True) for _ in range(SENDERS)]
        self.threads.append(threading.Thread(target=self.delete, args=(random.Random(seed),), daemon=True))

    def start(self):
        for thread in self.threads:
            thread.start()

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(30)

    def send(self):
        try:
            smtp = smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=10)
            while not self.over.is_set():
                number = self.ledger.new()
                smtp.sendmail("sender@example.net", ["anna@example.org"], message(number))
                self.ledger.note([number], ACCEPTED)
        except LOST:
            pass

    def delete(self, rnd):
        try:
            while not self.over.is_set():
                self.delete_some(rnd)
        except LOST:
            pass

    def delete_some(self, rnd):
        delete(self.host, self.ledger, lambda count: rnd.sample(range(1, count + 1), min(count, 20)))


class Kill(unittest.TestCase):
    def setUp(self):
        self.rounds = int(os.environ.get("KILL_ROUNDS", "50"))
        self.seed = int(os.environ.get("KILL_SEED", str(random.randrange(1 << 30))))
        self.ledger = Ledger()

    def test_what_got_250_is_there_once_and_what_quit_confirmed_never_comes_back(self):
        rnd = random.Random(self.seed)
        with place.folder() as folder:
            host = MailHost(folder)
            try:
                for turn in range(self.rounds):
                    self.kill_under_load(host, rnd, turn)
                self.ends_well(host)
            finally:
                host.kill()
        print(f"     {self.rounds} rounds, seed {self.seed}: {len(self.ledger.state)} sent, "
              f"{self.ledger.count(ACCEPTED) + self.ledger.count(DELETED) + self.ledger.count(DELETING)} got 250, "
              f"{self.ledger.count(DELETED)} deleted, {self.ledger.count(DELETING)} in doubt", flush=True)
        self.assertGreater(self.ledger.count(DELETED), 0)

    def kill_under_load(self, host, rnd, turn):
        host.start()
        self.agree(host, f"round {turn}")
        if len(host.files("anna")) > MANY:
            delete(host, self.ledger, lambda count: range(1, count + 1))
        load = Load(host, self.ledger, rnd.random())
        load.start()
        time.sleep(rnd.uniform(0.02, 1.2))  # at a random moment: that is the test
        host.kill()
        load.end()
        if rnd.random() < 0.2:  # and once more, in the middle of the recovery
            self.kill_while_starting(host, rnd)

    @staticmethod
    def kill_while_starting(host, rnd):
        starter = threading.Thread(target=lambda: Kill.try_start(host))
        starter.start()
        place.wait_until(lambda: host.process, 5, 0.001)
        time.sleep(rnd.uniform(0, 0.1))
        process = host.process
        if process:
            process.kill()
        starter.join()
        host.kill()

    @staticmethod
    def try_start(host):
        try:
            host.start()
        except (RuntimeError, AttributeError):
            pass

    def ends_well(self, host):
        """After an orderly end and a start, nothing more turns up than what was there; POP3 says the same as the files."""
        host.start()
        self.agree(host, "at the end")
        self.assertEqual(0, host.stop(), host.said())
        host.start()
        self.agree(host, "after an orderly end")
        faults = self.ledger.faults([self.read(m) for m in host.read("anna")])
        self.assertEqual([], faults[:10], "by POP3")
        self.assertEqual(0, host.stop(), host.said())

    def agree(self, host, when):
        """Recovery delivers in the background: what must be there is waited for, what must not be is not."""
        place.wait_until(lambda: self.ledger.must_be_there() <= self.names(host), step=0.1)
        faults = self.ledger.faults([self.read(m) for m in host.peek("anna")])
        self.assertEqual([], faults[:10], f"{when}, seed {self.seed}; {len(faults)} faults; mailhost said:\n{host.said()}")

    def names(self, host):
        if not hasattr(self, "known"):
            self.known = {}
        for path in host.files("anna"):
            if path not in self.known:
                with open(path, "rb") as f:
                    self.known[path] = number_of(f.read(4096))
        present = set(host.files("anna"))
        return {n for p, n in self.known.items() if p in present}

    @staticmethod
    def read(text):
        return number_of(text), place.without_trace(text)
