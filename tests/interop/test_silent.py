"""Hosts that do not answer, behind hundreds of domains: they hold up nothing that goes elsewhere, whoever chose them."""

import smtplib

from support import place
from support.rogue import Unanswered, always, hang
from world import SENDER, DeliveryTest

MANY = 400


class Silent(DeliveryTest):
    """No patience in the settings: what ends the waiting is not a time-out."""

    zone = [*[line for n in range(MANY) for line in (f"mute{n} MX 10 mx.mute{n}", f"mx.mute{n} A 127.0.0.70")],
            *[line for n in range(MANY) for line in (f"deaf{n} MX 10 mx.deaf{n}", f"mx.deaf{n} A 127.0.0.71")],
            *[line for n in range(MANY) for line in (f"quiet{n} MX 10 mx.quiet{n}", f"mx.quiet{n} A 127.0.0.73")],
            "good MX 10 mx.good", "mx.good A 127.0.0.72", "fresh MX 10 mx.fresh", "mx.fresh A 127.0.0.72"]
    settings = {"queue_retry": 60}

    def send_many(self, of):
        """What `of` makes of each number (sender, recipient, options of RCPT), on one connection."""
        _, text = self.letter()
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            for n in range(MANY):
                sender, recipient, options = of(n)
                smtp.sendmail(sender, [recipient], text, rcpt_options=options)

    def passes(self, domain, seconds):
        self.arrives(self.rogue("127.0.0.72"), self.send(f"somebody@{domain}.test"), seconds)

    def test_a_host_that_takes_connections_and_says_nothing(self):
        mute = self.rogue("127.0.0.70", greeting=always(hang))
        self.send_many(lambda n: (SENDER, f"somebody@mute{n}.test", ()))
        self.passes("good", 15)
        self.assertLessEqual(len(mute.sessions), 8)

    def test_a_host_that_answers_no_connection(self):
        with Unanswered("127.0.0.71", self.port):
            self.send_many(lambda n: (SENDER, f"somebody@deaf{n}.test", ()))
            self.passes("good", 15)

    def test_reports_to_a_host_that_says_nothing(self):
        quiet = self.rogue("127.0.0.73", greeting=always(hang))
        self.send_many(lambda n: (f"somebody@quiet{n}.test", SENDER, ["NOTIFY=SUCCESS"]))
        self.assertTrue(place.wait_until(lambda: quiet.sessions), self.logged())
        self.passes("fresh", 15)
        self.assertLessEqual(len(quiet.sessions), 8)
