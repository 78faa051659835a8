import os
import pathlib
import random
import subprocess
import sys
import time
import unittest

from ledger import ACCEPTED, DELETED, DELETING, SENT, Ledger
from support import place
from support.mailhost import MailHost
from test_kill import delete as delete_by_pop3
from test_kill import number_of

PROGRAM = pathlib.Path(__file__).with_name("mailboxuser.py")
STATES = {"give": SENT, "gave": ACCEPTED, "delete": DELETING, "deleted": DELETED}
MANY = 500


class MailboxOfHost(unittest.TestCase):
    """kill -9 while a host puts messages into a mailbox and deletes some, without SMTP and POP3."""

    def test_what_was_given_is_there_once_and_whole_and_what_was_deleted_never_comes_back(self):
        rounds = int(os.environ.get("KILL_ROUNDS", "50"))
        self.seed = int(os.environ.get("KILL_SEED", str(random.randrange(1 << 30))))
        rnd, self.ledger = random.Random(self.seed), Ledger()
        with place.folder() as folder:
            host = MailHost(folder)
            for turn in range(rounds):
                self.kill_in_use(host, rnd)
                if turn % 5 == 4:
                    self.agree(host, turn, most=MANY)
            self.agree(host, "the last")
        print(f"     {rounds} rounds, seed {self.seed}: {len(self.ledger.state)} begun, {self.ledger.count(ACCEPTED)} given, "
              f"{self.ledger.count(DELETED)} deleted, {self.ledger.count(DELETING)} in doubt", flush=True)
        self.assertGreater(self.ledger.count(DELETED), 0)

    def kill_in_use(self, host, rnd):
        first = 1 + max(self.ledger.state, default=-1)
        said, errors = host.folder / "said", host.folder / "errors"
        with open(said, "wb") as out, open(errors, "wb") as err:
            program = subprocess.Popen([sys.executable, str(PROGRAM), str(place.LIBRARY), str(host.root), str(first), str(rnd.randrange(1 << 30))],
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        try:
            self.assertTrue(place.wait_until(said.read_text, step=0.01), errors.read_text())
            time.sleep(rnd.uniform(0, 0.8))  # at a random moment: that is the test
            self.assertIsNone(program.poll(), "it has ended by itself")
        finally:
            program.kill()
            program.wait()
        self.assertEqual("", errors.read_text())
        for line in said.read_text().splitlines(keepends=True)[1:]:
            if line.endswith("\n"):
                what, *numbers = line.split()
                self.note([int(number) for number in numbers], STATES[what])

    def note(self, numbers, state):
        """Threads speak of one message out of order: it is deleted, and then it was given."""
        order = list(STATES.values())
        self.ledger.note([n for n in numbers if order.index(state) >= order.index(self.ledger.state.get(n, SENT))], state)

    def agree(self, host, turn, most=1 << 30):
        """A start brings what was given; what must not be there is not waited for. More than `most` messages are deleted."""
        host.start()
        try:
            must = self.ledger.must_be_there()
            place.wait_until(lambda: must <= {number_of(text) for text in host.peek("anna")}, step=0.1)
            found = [(number_of(text), place.without_trace(text)) for text in host.peek("anna")]
            faults = self.ledger.faults(found)
            self.assertEqual([], faults[:10], f"round {turn}, seed {self.seed}; {len(faults)} faults; mailhost said:\n{host.said()}")
            if len(found) > most:
                delete_by_pop3(host, self.ledger, lambda count: range(1, count + 1))
        finally:
            host.kill()
