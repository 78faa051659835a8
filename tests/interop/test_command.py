"""The command with a mail host that it runs: the queue from another process, and who may come to its socket."""

import contextlib
import json
import os
import pty
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import termios
import threading
import unittest

from support import place
from support.dns import Nsd

PROGRAM = place.OUT / "bin" / "mailmodule"
MESSAGE = "From: ann@example.org\nTo: later@far.example\nSubject: queued\n\ntext\n"

# Another user's process: what it gets from the socket.
STRANGER = """
import os, socket, sys
os.setgid(65534); os.setuid(65534)
with socket.socket(socket.AF_UNIX) as s:
    s.settimeout(60)
    try:
        s.connect(sys.argv[1])
        print(s.recv(8).hex())
    except PermissionError:
        print("no right")
"""


def command(*words, given=""):
    return subprocess.run([PROGRAM, *words], input=given, capture_output=True, text=True, timeout=60)


class Host:
    """mailmodule serve in a folder."""

    def __init__(self, folder, *before, settings=""):
        self.folder, self.config = folder, folder / "test.cfg"
        self.smtp, self.pop3 = place.free_port(), place.free_port()
        self.write(settings)
        with open(folder / "log", "a") as log:
            self.process = subprocess.Popen([*before, PROGRAM, "serve", self.config], stdout=subprocess.PIPE, stderr=log, text=True)
        self.ready = self.process.stdout.readline()

    @property
    def socket(self):
        return self.folder / "mail" / "control"

    def write(self, settings):
        self.config.write_text(f"mail_root={self.folder}/mail smtp_name=example.org smtp_bind=127.0.0.1 pop_bind=127.0.0.1\n"
                               f"smtp_port={self.smtp} pop_port={self.pop3} smtpproxy=127.0.0.1:1 queue_retry=3600\n"
                               f"user=ann;secret;;PS\n{settings}\n")
        self.config.chmod(0o600)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(place.PATIENCE)
        return code

    def log(self):
        return (self.folder / "log").read_text()


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(place.folder())
        self.hosts = []

    def tearDown(self):
        for host in self.hosts:
            if host.process.poll() is None:
                host.end(signal.SIGKILL)
            host.process.stdout.close()

    def serve(self, *before, settings=""):
        host = Host(self.folder, *before, settings=settings)
        self.hosts.append(host)
        self.assertEqual(f"ready smtp={host.smtp} pop3={host.pop3}\n", host.ready, host.log())
        return host

    def ran(self, *words, given="", code=0):
        result = command(*words, given=given)
        self.assertEqual(code, result.returncode, (words, result.stdout, result.stderr))
        return result.stdout

    def queue(self, *words, code=0):
        said = self.ran("queue", *words, "--json", "-c", self.folder / "test.cfg", code=code)
        return json.loads(said)

    def send(self, *recipients, code=0, given=MESSAGE):
        said = self.ran("send", "--json", "-c", self.folder / "test.cfg", *recipients, given=given, code=code)
        return json.loads(said)["recipients"]

    def run_raw(self, *words, given=b""):
        return subprocess.run([PROGRAM, *words], input=given, stdout=subprocess.PIPE, timeout=60, check=True).stdout

    def state_of(self, id):
        return self.queue("show", id)[0]["to"][0]["state"]

    def deferred(self, id):
        self.assertTrue(place.wait_until(lambda: self.state_of(id) == "deferred"))


class Queue(CommandTest):
    def test_another_process_sees_and_steers_it(self):
        self.serve()
        id = self.send("later@far.example")[0]["id"]
        self.deferred(id)
        message = self.queue("list")[0]
        self.assertEqual((id, "ann@example.org", 1), (message["id"], message["sender"], message["open"]))
        shown = self.queue("show", id, "--content")[0]
        self.assertEqual("later@far.example", shown["to"][0]["address"])
        self.assertIn("Subject: queued\n", shown["content"])
        self.assertEqual(1, self.queue("counts")["deferred"])
        self.queue("hold", id)
        self.assertEqual("held", self.state_of(id))
        self.queue("release", id)
        self.deferred(id)
        self.assertEqual([{"id": None, "action": "retried"}], self.queue("retry", "--all"))
        self.deferred(id)
        new = self.queue("redirect", id, "other@far.example")[0]["new_id"]
        self.assertEqual([new], [one["id"] for one in self.queue("list")])
        self.assertEqual([{"id": new, "action": "removed"}], self.queue("remove", new))
        self.assertEqual([], self.queue("list"))
        self.assertEqual([], self.queue("hold", "nobody", code=65))

    def test_mail_by_smtp_stands_in_it(self):
        host = self.serve()
        result = place.run("swaks", "--server", "127.0.0.1", "--port", host.smtp, "--from", "ann@example.org", "--to", "later@far.example")
        self.assertEqual(0, result.returncode, result.stdout)
        self.assertEqual("ann@example.org", self.queue("list")[0]["sender"])

    def test_what_its_sender_has_held_for_a_mailbox_stands_in_it(self):
        host = self.serve(settings="future_release_max=3600 control=1")
        with smtplib.SMTP("127.0.0.1", host.smtp, timeout=20) as smtp:
            smtp.sendmail("ann@example.org", ["ann@example.org"], MESSAGE, ["HOLDFOR=600"])
        (message,) = self.queue("list")
        shown = self.queue("show", message["id"], "--content")[0]
        self.assertEqual(("ann@example.org", "deferred"), (shown["to"][0]["address"], shown["to"][0]["state"]))
        self.assertIn("Subject: queued\n", shown["content"])
        self.assertEqual((1, 1), (self.queue("counts")["messages"], self.queue("counts")["deferred"]))
        self.assertEqual([], self.queue("hold", message["id"], code=69))
        self.queue("remove", message["id"])
        self.assertEqual([], self.queue("list"))

    def test_what_is_sent_reaches_mailboxes_and_says_who_is_nobody(self):
        self.serve()
        results = self.send("ann@example.org", "nobody@example.org", code=67)
        self.assertEqual(["queued", "failed"], [one["state"] for one in results])
        self.assertEqual(550, results[1]["reply_code"])
        new = self.folder / "mail" / "users" / "ann" / "Maildir" / "new"
        self.assertTrue(place.wait_until(lambda: new.exists() and list(new.iterdir())))

    def test_odd_addresses_and_odd_octets_are_json_all_the_same(self):
        host = self.serve()
        quoted = r'"a, b\"c\\d"@far.example'
        id = self.send(quoted, "dora@f\u00e4r.example")[0]["id"]
        self.assertEqual(quoted, self.queue("show", id)[0]["to"][0]["address"])
        self.assertEqual([], self.queue("redirect", id, quoted, "--recipient", "later@far.example", code=65))
        odd = b"\x7f \xff \xc0\x80 \xe0\x80\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xc3\xa4 \xe2\x9c\x93 \xf0\x9f\x98\x80 \xf0"
        at = ("--json", "-c", host.config)
        id = json.loads(self.run_raw("send", *at, "-f", "", "later@far.example", given=b"X: y\n\n" + odd + b"\n"))["recipients"][0]["id"]
        content = json.loads(self.run_raw("queue", "show", *at, "--content", id))[0]["content"]
        self.assertTrue(content.endswith("\n" + odd.decode(errors="replace") + "\n"), content)
        self.assertIn(odd, self.run_raw("queue", "show", "--content", "-c", host.config, id))

    def test_the_settings_say_where_it_is(self):
        """Relative paths count from the file they stand in, the default from the working directory."""
        (self.folder / "inner").mkdir()
        (self.folder / "inner" / "more.cfg").write_text("mail_root=mail\n")
        for settings, root in (("@inner/more.cfg", "inner/mail"), ("mail_root=mail", "mail"), ("", "at/mailmodule")):
            (self.folder / "at").mkdir(exist_ok=True)
            config = self.folder / "some.cfg"
            config.write_text(f"{settings}\nsmtp_name=example.org smtp_port={place.free_port()} smtp_bind=127.0.0.1 smtpproxy=127.0.0.1:1\n")
            host = subprocess.Popen([PROGRAM, "serve", "--no-pop3", "--log-level=error", "../some.cfg"], stdout=subprocess.PIPE, cwd=self.folder / "at")
            self.addCleanup(host.stdout.close)
            host.stdout.readline()
            try:
                self.assertTrue((self.folder / root / "control").exists(), root)
                found = subprocess.run([PROGRAM, "queue", "counts", "-c", "../some.cfg"], cwd=self.folder / "at", stdout=subprocess.PIPE, timeout=60)
                self.assertEqual(0, found.returncode, (settings, found))
            finally:
                host.terminate()
                host.wait(place.PATIENCE)

    def test_many_at_once_do_not_hinder_each_other(self):
        self.serve()
        threads = [threading.Thread(target=self.send, args=(f"later{i}@far.example",)) for i in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(20, self.queue("counts")["messages"])

    def test_without_an_engine_a_message_waits_in_the_spool_for_one(self):
        host = self.serve()
        host.end()
        self.ran("queue", "list", "-c", host.config, code=69)
        id = self.send("later@far.example")[0]["id"]
        self.assertTrue(id)
        threads = [threading.Thread(target=self.send, args=(f"later{i}@far.example",)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.serve()
        self.assertEqual(5, len(self.queue("list")))
        self.assertEqual(id, self.queue("list")[0]["id"])


    @unittest.skipUnless(place.is_root(), "needs root")
    def test_what_root_puts_into_the_spool_of_another_user_is_that_users(self):
        other = 65534
        root = self.folder / "mail"
        root.mkdir(mode=0o700)
        os.chown(root, other, other)
        self.folder.chmod(0o711)
        (self.folder / "test.cfg").write_text(f"mail_root={root} smtp_name=example.org smtpproxy=127.0.0.1:1\n")
        for _ in range(2):  # the first makes the spool
            self.send("later@far.example")
            owners = {path: path.stat().st_uid for path in root.rglob("*")}
            self.assertTrue(any(path.suffix == ".wal" for path in owners), owners)
            self.assertEqual({other}, set(owners.values()), owners)


class Serve(CommandTest):
    def test_it_ends_in_order_and_takes_its_socket_away(self):
        host = self.serve()
        self.assertTrue(host.socket.exists())
        self.assertEqual(0, host.end())
        self.assertFalse(host.socket.exists())
        host = self.serve()
        self.assertEqual(0, host.end(signal.SIGINT))

    def test_a_log_that_was_closed_goes_into_no_file(self):
        host = self.serve("sh", "-c", 'exec "$@" 2>&-', "sh")
        self.assertEqual("/dev/null", os.readlink(f"/proc/{host.process.pid}/fd/2"))
        self.assertEqual("queued", self.send("ann@example.org")[0]["state"])
        self.assertEqual(0, host.end())

    def test_a_reload_brings_users_and_one_that_is_wrong_changes_nothing(self):
        host = self.serve()
        host.write("user=bert;hidden;;PS")
        host.process.send_signal(signal.SIGHUP)
        self.assertTrue(place.wait_until(lambda: "was read again" in host.log()))
        self.assertEqual("queued", self.send("bert@example.org")[0]["state"])
        host.write("user=carl;x;;PS\nsmtp_max=0")
        host.process.send_signal(signal.SIGHUP)
        self.assertTrue(place.wait_until(lambda: "smtp_max" in host.log()))
        self.ran("send", "--control", host.socket, "carl@example.org", given=MESSAGE, code=67)

    def test_what_keeps_it_from_its_start_is_an_exit_code(self):
        host = self.serve()
        self.ran("serve", self.folder / "none.cfg", code=66)
        wrong = self.folder / "wrong.cfg"
        wrong.write_text("smtp_port=0")
        self.ran("serve", wrong, code=78)
        second = command("serve", host.config)
        self.assertEqual(75, second.returncode, second.stderr)
        self.assertIn(f"in process {host.process.pid}", second.stderr)
        wrong.write_text(f"mail_root={self.folder}/other smtp_name=example.org smtp_bind=127.0.0.1 smtp_port={host.smtp}")
        self.ran("serve", wrong, code=77)

    @unittest.skipUnless(place.is_root() and place.run("unshare", "-pf", "true").returncode == 0, "no process namespace can be made")
    def test_as_the_first_process_it_waits_for_orphans_and_ends_as_asked(self):
        host = self.serve("unshare", "--pid", "--fork", "--kill-child")
        first = int(place.run("ps", "-o", "pid=", "--ppid", host.process.pid).stdout)
        result = place.run("nsenter", "-t", first, "-p", "sh", "-c", "sleep 0.1 & exec true")
        self.assertEqual(0, result.returncode, result.stdout)

        def children():
            return place.run("ps", "-o", "stat=,comm=", "--ppid", first).stdout.split("\n")

        self.assertTrue(place.wait_until(lambda: not any("sleep" in line or line.startswith("Z") for line in children())))
        self.assertTrue(any("mailmodule" in line for line in children()))
        os.kill(first, signal.SIGTERM)
        self.assertEqual(0, host.process.wait(place.PATIENCE))


class Socket(CommandTest):
    def raw(self, host):
        s = self.enterContext(socket.socket(socket.AF_UNIX))
        s.settimeout(20)
        s.connect(str(host.socket))
        self.assertEqual(b"MMCTL\1\0\0", s.recv(8))
        return s

    def test_its_mode_is_0600_whatever_the_umask(self):
        umask = os.umask(0)
        try:
            host = self.serve()
        finally:
            os.umask(umask)
        mode = host.socket.lstat().st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(0o600, stat.S_IMODE(mode))
        self.assertEqual(0o700, stat.S_IMODE(host.socket.parent.stat().st_mode))

    def test_one_that_a_killed_process_left_is_replaced(self):
        host = self.serve()
        id = self.send("later@far.example")[0]["id"]
        host.end(signal.SIGKILL)
        self.assertTrue(host.socket.exists())
        self.ran("queue", "list", "-c", host.config, code=69)
        self.serve()
        self.assertEqual([id], [one["id"] for one in self.queue("list")])

    @unittest.skipUnless(place.is_root(), "needs root")
    def test_another_user_is_refused_even_where_the_file_lets_him_in(self):
        host = self.serve()

        def stranger():
            return place.run(sys.executable, "-c", STRANGER, host.socket).stdout.strip()

        self.assertEqual("no right", stranger())
        host.socket.parent.chmod(0o711)
        self.assertEqual("no right", stranger())
        host.socket.chmod(0o666)
        self.assertEqual(b"MMCTL\1\2\0".hex(), stranger())
        self.assertTrue(place.wait_until(lambda: "another user's process was refused" in host.log()), host.log())

    def test_garbage_and_silence_hinder_nobody(self):
        host = self.serve()
        silent = [self.raw(host) for _ in range(10)]
        for octets in (b"\0", b"EHLO x\r\n", b"\xff" * 100, b"\0\0\0\1\x63", b"\0\0\0\0", os.urandom(5000)):
            s = self.raw(host)
            s.sendall(octets)
            s.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while s.recv(4096):
                    pass
        self.assertEqual(0, self.queue("counts")["messages"])
        self.assertEqual("queued", self.send("ann@example.org")[0]["state"])
        self.assertEqual(0, host.end())
        for s in silent:
            self.assertEqual(b"", s.recv(1))

    def test_the_client_too_many_is_asked_to_come_again(self):
        host = self.serve()
        for _ in range(64):
            self.raw(host)
        self.ran("queue", "counts", "--control", host.socket, code=75)
        self.ran("send", "--control", host.socket, "later@far.example", given=MESSAGE, code=75)
        self.assertEqual(0, host.end())

    def test_a_client_of_something_else_says_so(self):
        path = self.folder / "other"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen()

            def greet():
                with listening.accept()[0] as peer:
                    peer.sendall(b"220 smtp.example ESMTP\r\n")

            talk = threading.Thread(target=greet)
            talk.start()
            self.ran("queue", "list", "--control", path, code=76)
            talk.join()
        self.ran("queue", "list", "--control", path, code=69)
        self.ran("queue", "list", "--control", self.folder / "none", code=69)


class OtherWays(CommandTest):
    def test_the_documented_files_pass_the_check(self):
        result = command("check", "--json", place.ROOT / "samples" / "mailmodule.cfg")
        self.assertEqual([], [one for one in json.loads(result.stdout) if one["severity"] == "error" and "temp_sert.pem" not in one["text"]])

    def test_mx_tells_hosts_in_order_and_why_there_are_none(self):
        (self.folder / "dns").mkdir()
        lines = ["two MX 20 b.two", "two MX 10 a.two", "a.two A 127.0.1.1", "a.two A 127.0.1.2", "b.two A 127.0.1.3", "null MX 0 ."]
        dns = Nsd(self.folder / "dns", lines)
        dns.start()
        self.addCleanup(dns.stop)
        at = ("mx", "--dns", dns.setting)
        hosts = json.loads(self.ran(*at, "--json", "two.test"))
        self.assertEqual([(10, "a.two.test"), (20, "b.two.test")], [(host["preference"], host["name"]) for host in hosts])
        self.assertEqual(["127.0.1.1", "127.0.1.2"], sorted(hosts[0]["addresses"]))
        self.assertIn("20 b.two.test 127.0.1.3\n", self.ran(*at, "two.test"))
        self.ran(*at, "null.test", code=69)
        self.ran(*at, "absent.test", code=68)

    def test_who_ends_it_at_the_prompt_gets_his_terminal_back(self):
        process, terminal = pty.fork()
        if process == 0:
            os.execv(PROGRAM, [PROGRAM, "password"])

        def has_echo():
            return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)

        self.assertEqual(b"password: ", os.read(terminal, 100))
        self.assertFalse(has_echo())
        os.write(terminal, b"\x03")
        self.assertTrue(place.wait_until(has_echo))
        self.assertEqual(signal.SIGINT, os.WTERMSIG(os.waitpid(process, 0)[1]))
        os.close(terminal)

    def test_a_password_in_each_form_logs_in(self):
        forms = ("scram-sha-256", "pbkdf2-sha256", "plain", "scram-sha-1")
        stored = [self.ran("password", "-f", form, given="pa ss\"w\u00f6rd\n").strip() for form in forms]
        host = self.serve(settings="\n".join(f"user='{form};{one};;PS'" for form, one in zip(forms, stored)))
        password = self.folder / "password"
        for text, code in (("pa ss\"w\u00f6rd", 0), ("pa ss", 69)):
            password.write_text(text)
            for form in forms:
                self.ran("send", "--server", f"127.0.0.1:{host.smtp}", "--user", form, "--password-file", password, "-f", "", "ann@example.org",
                         given=MESSAGE, code=code)

    def test_a_password_from_a_file_logs_in(self):
        host = self.serve()
        password = self.folder / "password"
        password.write_text("secret\n")
        at = ("--server", f"127.0.0.1:{host.smtp}", "--user", "ann", "-f", "ann@example.org", "ann@example.org")
        self.ran("send", *at, "--password-file", password, given=MESSAGE)
        password.write_text("wrong\n")
        self.ran("send", *at, "--password-file", password, given=MESSAGE, code=69)
