import contextlib
import resource
import smtplib
import socket
import subprocess
import unittest

from support import place
from support.mailhost import MailHost
from test_kill import number_of

MEGABYTES, DESCRIPTORS = 12, 64


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


@contextlib.contextmanager
def small_disk(folder):
    """An ext4 of 12 MB on a loop device, else a tmpfs."""
    image, mount = folder / "disk.img", folder / "disk"
    mount.mkdir()
    with open(image, "wb") as f:
        f.truncate(MEGABYTES << 20)
    made = place.run("mkfs.ext4", "-q", "-F", "-m", "0", image)
    if made.returncode or place.run("mount", "-o", "loop", image, mount).returncode:
        mounted = place.run("mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "none", mount)
        if mounted.returncode:
            raise unittest.SkipTest("neither a loop device nor a tmpfs can be mounted")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)


def letter(number, size=40_000):
    head = b"From: <sender@example.net>\r\nSubject: kill-%d\r\n\r\n" % number
    return head + (b"%076d\r\n" % number) * (size // 78)


class SmallMachine(unittest.TestCase):
    """12 MB of disk and 64 descriptors: full is 452 and recovery, never loss."""

    @unittest.skipUnless(place.is_root(), "mounting a small disk needs root")
    def test_a_full_disk_is_452_then_recovery_and_nothing_is_lost(self):
        with place.folder() as folder, small_disk(folder) as disk:
            host = MailHost(folder, limits=few_descriptors, root=disk / "mail")
            with host:
                accepted = self.fill(host)
                self.all_there(host, accepted)
                host.kill()
                host.start()
                self.all_there(host, accepted)
                host.empty("anna")
                # room is there again; the spool gives its own back soon after
                self.assertTrue(place.wait_until(lambda: self.sends(host, 10_000) == 250, step=0.2), "no recovery:\n" + host.said())
                self.assertEqual(0, host.stop(), host.said())

    def fill(self, host):
        accepted, code = set(), 250
        for number in range(1000):
            code = self.sends(host, number)
            if code != 250:
                break
            accepted.add(number)
        self.assertEqual(452, code, "after " + str(len(accepted)) + " messages:\n" + host.said())
        self.assertGreater(len(accepted), 50)  # at least 2 of the 12 MB carry mail
        return accepted

    def sends(self, host, number):
        try:
            with smtplib.SMTP("127.0.0.1", host.smtp, timeout=20) as smtp:
                smtp.sendmail("sender@example.net", ["anna@example.org"], letter(number))
            return 250
        except smtplib.SMTPResponseException as e:
            return e.smtp_code
        except smtplib.SMTPRecipientsRefused as e:
            return next(iter(e.recipients.values()))[0]

    def all_there(self, host, accepted):
        place.wait_until(lambda: len(host.files("anna")) >= len(accepted))
        found = [(number_of(m), place.without_trace(m)) for m in host.read("anna")]
        self.assertEqual(sorted(accepted), sorted(n for n, _ in found))
        self.assertTrue(all(text == letter(n) for n, text in found))

    def test_more_clients_than_descriptors_wait_or_are_told_so_and_none_is_harmed(self):
        with place.folder() as folder, MailHost(folder, limits=few_descriptors) as host:
            crowd = []
            for _ in range(2 * DESCRIPTORS):
                with contextlib.suppress(OSError):
                    crowd.append(socket.create_connection(("127.0.0.1", host.smtp), 2))
            greeted = sum(self.greeting(s) for s in crowd)
            self.assertGreater(greeted, 10, host.said())
            for s in crowd:
                s.close()
            self.assertTrue(place.wait_until(lambda: self.sends_quietly(host), step=0.2), host.said())
            place.wait_until(lambda: host.files("anna"))
            self.assertEqual(1, len(host.read("anna")))
            self.assertEqual(0, host.stop(), host.said())

    @staticmethod
    def greeting(s):
        s.settimeout(0.2)
        try:
            return s.recv(100).startswith(b"220")
        except OSError:
            return False

    def sends_quietly(self, host):
        with contextlib.suppress(OSError, smtplib.SMTPException):
            return self.sends(host, 1) == 250
        return False
