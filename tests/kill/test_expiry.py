import os
import poplib
import random
import smtplib
import threading
import time
import unittest

from support import place
from support.mailhost import USERS, MailHost

OLD = 60  # messages that have expired, put into the mailbox in each round
DAY = 86400


class Expiry(unittest.TestCase):
    """kill -9 while a login deletes what has expired: nothing else is gone, and what a login has told is so."""

    def test_only_what_has_expired_goes_whenever_the_host_dies(self):
        rounds = int(os.environ.get("KILL_ROUNDS", "50"))
        seed = int(os.environ.get("KILL_SEED", str(random.randrange(1 << 30))))
        rnd, told = random.Random(seed), 0
        with place.folder() as folder:
            host = MailHost(folder, pop_expire=30)
            try:
                for turn in range(rounds):
                    told += self.kill_in_login(host, rnd, turn)
                host.start()
                place.wait_until(lambda: sum(map(self.is_new, host.files("anna"))) >= rounds)
                found = sorted(self.turns(host.read("anna")))
                self.assertEqual(list(range(rounds)), found, f"seed {seed}")
                self.assertEqual(rounds, len(host.files("anna")))
                self.assertEqual(0, host.stop(), host.said())
            finally:
                host.kill()
        print(f"     {rounds} rounds, seed {seed}: {told} logins were answered before the end", flush=True)

    def kill_in_login(self, host, rnd, turn):
        """True if the login was answered; then nothing old may be there."""
        host.start()
        with smtplib.SMTP("127.0.0.1", host.smtp, timeout=20) as smtp:
            smtp.sendmail("sender@example.net", ["anna@example.org"], f"Subject: new-{turn}\r\n\r\ntext\r\n")
        place.wait_until(lambda: any(self.is_new(path) for path in host.files("anna")), step=0.02)
        self.put_old(host, turn)
        answers = []
        client = threading.Thread(target=self.log_in, args=(host, answers))
        client.start()
        time.sleep(rnd.uniform(0, 0.1))  # at a random moment: that is the test
        host.kill()
        client.join(30)
        old = [path.name for path in host.files("anna") if not self.is_new(path)]
        if answers:
            self.assertEqual([], old, f"round {turn}")
        return bool(answers)

    @staticmethod
    def is_new(path):
        return int(path.name.split(".")[0]) > time.time() - DAY

    @staticmethod
    def put_old(host, turn):
        then = int(time.time()) - 40 * DAY
        for number in range(OLD):
            name = f"{then + number}.old{turn}x{number}.h,S=15,W=18"
            (host.maildir("anna") / "new" / name).write_bytes(b"Subject: old\n\nx")

    @staticmethod
    def log_in(host, answers):
        try:
            pop = poplib.POP3("127.0.0.1", host.pop, timeout=20)
            pop.user("anna")
            answers.append(pop.pass_(USERS["anna"]))
        except (OSError, poplib.error_proto, EOFError):
            pass

    @staticmethod
    def turns(messages):
        for message in messages:
            subject = next(line for line in message.split(b"\r\n") if line.startswith(b"Subject: "))
            yield int(subject.rsplit(b"-", 1)[1])
