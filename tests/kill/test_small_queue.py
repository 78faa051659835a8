"""The outgoing queue on a small machine: what fails, fails for now, and nothing is lost."""

import collections
import contextlib
import shutil
import smtplib
import time
import unittest

from ledger import TOKEN
from support import place
from support.dns import Nsd
from support.mailhost import MailHost
from support.rogue import Rogue, after, always, as_usual
from test_small import few_descriptors, letter, small_disk

MANY = 90  # destinations, more than a process with 64 descriptors can reach at once


def address(n):
    return f"127.0.{10 + n // 200}.{n % 200 + 1}"


class SmallMachine(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.folder, self.port = stack.enter_context(place.folder()), place.free_port()
        zone = [line for n in range(MANY) for line in (f"d{n} MX 10 mx.d{n}", f"mx.d{n} A {address(n)}")]
        self.nsd = stack.enter_context(Nsd(self.folder / "nsd", zone))
        self.stack = stack

    def mailhost(self, **more):
        host = MailHost(self.folder, smtp_dns=self.nsd.setting, smtp_mx_port=self.port, inner_mx="allow", queue_retry=1, queue_lifetime=600, **more)
        self.stack.callback(host.kill)
        return host

    def sink(self, n=0, **stages):
        server = Rogue(address(n), self.port, **stages).start()
        self.stack.callback(server.stop)
        return server

    @staticmethod
    def numbers(*sinks):
        return {int(TOKEN.search(m.text).group(1)[5:]) for sink in sinks for m in list(sink.messages)}

    @staticmethod
    def sends(host, number, domain="d0", size=40_000):
        try:
            with smtplib.SMTP("127.0.0.1", host.smtp, timeout=20) as smtp:
                smtp.sendmail("sender@example.net", [f"somebody@{domain}.test"], letter(number, size))
            return 250
        except smtplib.SMTPResponseException as e:
            return e.smtp_code
        except smtplib.SMTPRecipientsRefused as e:
            return next(iter(e.recipients.values()))[0]

    def fill(self, host):
        accepted, code = set(), 250
        for number in range(1000):
            code = self.sends(host, number)
            if code != 250:
                break
            accepted.add(number)
        self.assertEqual(452, code, f"after {len(accepted)} messages:\n{host.said()}")
        self.assertGreater(len(accepted), 50)
        return accepted

    def all_arrive(self, host, sink, accepted, twice=0):
        """All that was accepted is at the sink, unchanged; no more than `twice` second copies with it."""
        self.assertTrue(place.wait_until(lambda: accepted <= self.numbers(sink), 60, 0.2),
                        f"{len(accepted - self.numbers(sink))} of {len(accepted)} missing; mailhost said:\n{host.said()}")
        for m in list(sink.messages):
            self.assertEqual(letter(int(TOKEN.search(m.text).group(1)[5:])), place.without_trace(m.text))
        self.count(host, sink, twice)

    def count(self, host, sink, twice):
        copies = collections.Counter(int(TOKEN.search(m.text).group(1)[5:]) for m in list(sink.messages))
        again = {number: times for number, times in copies.items() if times > 1}
        self.assertLessEqual(max(again.values(), default=0), 2, f"{again}; mailhost said:\n{host.said()}")
        self.assertLessEqual(len(again), twice, f"{again}; mailhost said:\n{host.said()}")

    def ends_well(self, host, sink, disk, twice=0):
        """The disk is empty again and takes mail; after an orderly end nothing is sent again."""
        self.assertTrue(place.wait_until(lambda: self.sends(host, 2000) == 250, step=0.2), "no room again:\n" + host.said())
        self.all_arrive(host, sink, {2000}, twice)
        self.assertTrue(place.wait_until(lambda: self.free(disk) > 0.7, step=0.2),
                        f"{self.free(disk):.0%} free; mailhost said:\n{host.said()}")
        self.assertEqual(0, host.stop(), host.said())
        sent = len(sink.messages)
        host.start()
        time.sleep(1.5)  # the queue tries at once what a start finds
        self.assertEqual(sent, len(sink.messages), host.said())
        self.count(host, sink, twice)
        self.assertEqual(0, host.stop(), host.said())

    @staticmethod
    def free(disk):
        usage = shutil.disk_usage(disk)
        return usage.free / usage.total

    @unittest.skipUnless(place.is_root(), "mounting a small disk needs root")
    def test_a_disk_that_the_queue_has_filled_empties_when_the_next_host_is_back(self):
        with small_disk(self.folder) as disk:
            host = self.mailhost(root=disk / "mail").start()
            accepted = self.fill(host)
            sink = self.sink()
            self.all_arrive(host, sink, accepted)
            self.ends_well(host, sink, disk)
            said = host.log.read_text(errors="replace")
            self.assertEqual((1, 1), (said.count("messages are refused until there is space"), said.count("has space again")), said)

    @unittest.skipUnless(place.is_root(), "mounting a small disk needs root")
    def test_a_kill_while_the_disk_is_full_loses_nothing_and_repeats_nothing(self):
        self.ends_while_full(MailHost.kill)

    @unittest.skipUnless(place.is_root(), "mounting a small disk needs root")
    def test_a_stop_while_the_disk_is_full_loses_nothing_and_repeats_nothing(self):
        self.ends_while_full(lambda host: self.assertEqual(0, host.stop(), host.said()))

    def ends_while_full(self, end):
        with small_disk(self.folder) as disk:
            host = self.mailhost(root=disk / "mail").start()
            accepted = self.fill(host)
            end(host)
            host.start()
            sink = self.sink()
            self.all_arrive(host, sink, accepted)
            self.ends_well(host, sink, disk)

    @unittest.skipUnless(place.is_root(), "mounting a small disk needs root")
    def test_a_kill_while_a_full_disk_empties_repeats_only_what_was_on_its_way(self):
        self.ends_while_it_empties(MailHost.kill, twice=30)

    @unittest.skipUnless(place.is_root(), "mounting a small disk needs root")
    def test_a_stop_while_a_full_disk_empties_repeats_nothing(self):
        self.ends_while_it_empties(lambda host: self.assertEqual(0, host.stop(), host.said()), twice=0)

    def ends_while_it_empties(self, end, twice):
        with small_disk(self.folder) as disk:
            host = self.mailhost(root=disk / "mail").start()
            accepted = self.fill(host)
            sink = self.sink()
            self.assertTrue(place.wait_until(lambda: len(sink.messages) > 20, 60, 0.005), host.said())
            end(host)
            host.start()
            self.all_arrive(host, sink, accepted, twice)
            self.ends_well(host, sink, disk, twice)

    @unittest.skipUnless(place.is_root(), "mounting a small disk needs root")
    def test_a_disk_that_turns_read_only_refuses_for_now_and_keeps_what_it_has(self):
        with small_disk(self.folder) as disk:
            host = self.mailhost(root=disk / "mail").start()
            accepted = {n for n in range(20) if self.sends(host, n) == 250}
            self.assertEqual(20, len(accepted))
            with self.read_only(disk):
                codes = {self.sends(host, 100 + n) for n in range(3)}
                self.assertTrue(codes <= {421, 451, 452}, f"{codes}\n{host.said()}")
                sink = self.sink()
                place.wait_until(lambda: accepted <= self.numbers(sink), 5)  # it may deliver, or wait
            place.wait_until(lambda: accepted <= self.numbers(sink), 5)
            host.stop()
            host.start()
            self.all_arrive(host, sink, accepted)
            self.assertEqual(250, self.sends(host, 200), host.said())
            self.all_arrive(host, sink, {200})
            self.assertEqual(0, host.stop(), host.said())

    @staticmethod
    @contextlib.contextmanager
    def read_only(disk):
        """Files that are open for writing forbid a remount: then each file and folder is made immutable, which stops writing to those as well."""
        remounted = place.run("mount", "-o", "remount,ro", disk)
        if remounted.returncode and place.run("chattr", "-R", "+i", disk / "mail").returncode:
            raise unittest.SkipTest("the disk cannot be made read-only: " + remounted.stdout)
        try:
            yield
        finally:
            place.run("chattr", "-R", "-i", disk / "mail")
            place.run("mount", "-o", "remount,rw", disk)

    def test_more_destinations_than_descriptors_are_reached_in_turn(self):
        sinks = [self.sink(n, greeting=always(after(self.pause, as_usual))) for n in range(MANY)]
        host = self.mailhost(limits=few_descriptors).start()
        accepted = set()
        for n in range(MANY):
            # a client may be told to wait while the queue has the descriptors
            self.assertTrue(place.wait_until(lambda: self.sends_quietly(host, n), step=0.1), host.said())
            accepted.add(n)
        self.assertTrue(place.wait_until(lambda: accepted <= self.numbers(*sinks), 60, 0.2),
                        f"missing: {sorted(accepted - self.numbers(*sinks))}; mailhost said:\n{host.said()}")
        self.assertEqual(0, host.stop(), host.said())

    @staticmethod
    def pause(session, line):
        session.server.over.wait(0.5)

    def sends_quietly(self, host, n):
        with contextlib.suppress(OSError, smtplib.SMTPException):
            return self.sends(host, n, f"d{n}", 1000) == 250
        return False
