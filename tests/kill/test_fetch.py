import os
import random
import subprocess
import time
import unittest

from support import place
from support.mailhost import MailHost
from support.peers import Dovecot

MORE = 8  # messages that come to each mailbox there in each round
SIZES = (300, 3_000, 200_000)  # the last does not fit into memory here


@unittest.skipUnless(place.is_root(), "Dovecot's master needs root")
class Fetch(unittest.TestCase):
    """kill -9 while mail of a Dovecot is fetched: each message comes once, and what is gone there is here."""

    def test_each_message_comes_once_whenever_the_host_dies(self):
        rounds = int(os.environ.get("KILL_ROUNDS", "50"))
        seed = int(os.environ.get("KILL_SEED", str(random.randrange(1 << 30))))
        rnd, self.moments = random.Random(seed), 0
        with place.folder() as folder:
            os.chmod(folder, 0o755)
            self.boxes = folder / "boxes"
            with Dovecot(folder / "dovecot", self.boxes) as dovecot:
                for user in ("moved", "kept"):
                    self.make(user)
                host = MailHost(folder, fetch=[f"127.0.0.1:{dovecot.port};moved;secret;anna;1",
                                               f"127.0.0.1:{dovecot.port};kept;secret;bert;1;keep"])
                try:
                    for turn in range(rounds):
                        self.kill_in_look(host, rnd, turn)
                    host.start()
                    wanted = list(range(MORE * rounds))
                    place.wait_until(lambda: not self.waiting("moved") and len(host.files("anna")) >= len(wanted)
                                     and len(host.files("bert")) >= len(wanted), 60, 0.1)
                    time.sleep(1.5)  # one more look, which has to find nothing new
                    self.assertEqual([], self.waiting("moved"), f"seed {seed}:\n{host.said()}")
                    self.assertEqual(len(wanted), len(self.waiting("kept")), f"seed {seed}")
                    for user in ("anna", "bert"):
                        self.assertEqual(wanted, sorted(map(self.number_of, host.peek(user))), f"{user}, seed {seed}")
                    self.assertEqual(0, host.stop(), host.said())
                finally:
                    host.kill()
        print(f"     {rounds} rounds, seed {seed}: in {self.moments} a part of what was new was here when the host died", flush=True)

    def kill_in_look(self, host, rnd, turn):
        for user in ("moved", "kept"):
            for number in range(MORE * turn, MORE * (turn + 1)):
                self.put(user, number, rnd)
        before = len(host.files("anna"))
        host.start()
        time.sleep(rnd.uniform(0, 0.15))  # at a random moment: that is the test
        host.kill()
        self.moments += before < len(host.files("anna")) and len(self.waiting("moved")) > 0

    def make(self, user):
        for part in ("new", "cur", "tmp"):
            (self.boxes / user / part).mkdir(parents=True)
        subprocess.run(["chown", "-R", "nobody:nogroup", str(self.boxes / user)], check=True)
        self.owner = (self.boxes / user).stat()

    def put(self, user, number, rnd):
        name = f"{1_700_000_000 + number}.M{number}P1.host"
        text = b"Return-Path: <eve@there.example>\nSubject: fetch-%d\n\n" % number
        path = self.boxes / user / "tmp" / name
        path.write_bytes(text + b"%075d\n" % number * (rnd.choice(SIZES) // 76))
        os.chown(path, self.owner.st_uid, self.owner.st_gid)
        path.rename(self.boxes / user / "new" / name)

    def waiting(self, user):
        return [name for part in ("new", "cur") for name in os.listdir(self.boxes / user / part)]

    @staticmethod
    def number_of(message):
        head, _, body = message.partition(b"\r\n\r\n")
        subject = next(line for line in head.split(b"\r\n") if line.startswith(b"Subject: "))
        number = int(subject.rsplit(b"-", 1)[1])
        assert set(body.split(b"\r\n")) == {b"%075d" % number, b""} and len(body) // 77 in [size // 76 for size in SIZES]
        return number
