"""What clients were told, message by message; and whether the mailbox agrees."""

import random
import re
import threading

SENT, ACCEPTED, DELETING, DELETED = "sent", "accepted", "deleting", "deleted"
TOKEN = re.compile(rb"^Subject: (kill-\d+)\r?$", re.M)


def pool():
    """Lines of all kinds to cut messages from."""
    rnd, lines = random.Random(1), []
    for _ in range(20000):
        lines.append(rnd.choice((b"", b".", b"..", b"From here", bytes(rnd.randrange(32, 127) for _ in range(rnd.randrange(1, 78))))))
    return b"\r\n".join(lines)


POOL = pool()


def message(number):
    """Message `number`, the same each time it is asked for: mostly small, some long enough for a file of their own."""
    rnd = random.Random(number)
    size = rnd.choice((100, 1000, 1000, 4000, 20000)) if rnd.random() < 0.97 else rnd.choice((300_000, 2_000_000))
    at = rnd.randrange(len(POOL))
    body = (POOL[at:] + POOL * (size // len(POOL) + 1))[:size].lstrip(b"\n").rstrip(b"\r")
    head = b"From: <sender@example.net>\r\nTo: <anna@example.org>\r\nSubject: kill-%d\r\n\r\n" % number
    return head + body + b"\r\n"


class Ledger:
    """Safe to use from many threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.state = {}

    def new(self):
        with self.lock:
            number = len(self.state)
            self.state[number] = SENT
            return number

    def note(self, numbers, state):
        with self.lock:
            for number in numbers:
                self.state[number] = state

    def must_be_there(self):
        with self.lock:
            return {n for n, s in self.state.items() if s == ACCEPTED}

    def count(self, state):
        with self.lock:
            return sum(s == state for s in self.state.values())

    def faults(self, found):
        """`found` is a list of (number, octets) of all that is in the mailbox; a list of sentences comes back."""
        said, seen = [], {}
        for number, octets in found:
            seen[number] = seen.get(number, 0) + 1
            if octets != message(number):
                said.append(f"message {number} has changed")
        said += [f"message {n} is there {k} times" for n, k in seen.items() if k > 1]
        said += [f"message {n} got 250 and is lost" for n in sorted(self.must_be_there() - set(seen))]
        said += [f"message {n} was deleted and came back" for n in seen if self.state.get(n) == DELETED]
        return said
