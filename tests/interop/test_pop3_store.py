"""Programs that fetch, against a host with a mail store of its own (samples/c/pop3_store.c): its messages are files."""

import contextlib
import os
import poplib
import shutil
import subprocess
import unittest

from support import place

PASSWORD = "sesame"
LETTERS = {
    "1-plain": b"From: <a@example.net>\nSubject: plain\n\nGrass is green.\n",
    "2-dots": b"From: <a@example.net>\nSubject: dots\n\n.\n..two\n.three\n",
    "3-cut": b"From: <a@example.net>\r\nSubject: cut\r\n\r\nthe last line has no end",
    "4-long": b"From: <a@example.net>\nSubject: long\n\n" + b"0123456789" * 100_000 + b"\n",
    "5-many": b"From: <a@example.net>\nSubject: many\n\n" + b"line\n" * 50_000,
}


def lines(letter):
    """As a client gets it, without line ends."""
    return letter.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")


class Pop3Store(unittest.TestCase):
    def setUp(self):
        with contextlib.ExitStack() as stack:
            self.folder = stack.enter_context(place.folder())
            self.files = [self.folder / name for name in LETTERS]
            for file in self.files:
                file.write_bytes(LETTERS[file.name])
            self.port = place.free_port()
            self.host = subprocess.Popen(
                [place.SAMPLES / "pop3_store", str(self.port), PASSWORD, *self.files], stdin=subprocess.PIPE, cwd=self.folder,
                env={**os.environ, "HOME": str(self.folder)})
            stack.callback(self.end)
            self.assertTrue(place.wait_until(lambda: place.listens(self.port)), "pop3_store does not listen")
            self.addCleanup(stack.pop_all().close)

    def end(self):
        self.host.stdin.close()
        self.assertEqual(0, self.host.wait(30))

    def left(self):
        return sorted(file.name for file in self.files if file.exists())

    def ran(self, *command, **more):
        if not shutil.which(command[0]):
            self.skipTest(command[0] + " is not installed")
        result = place.run(*command, **more)
        self.assertEqual(0, result.returncode, f"{command[0]} said:\n{str(result.stdout)[-3000:]}")
        return result.stdout

    def got(self, texts, but=()):
        """Each letter's body is in one of these."""
        for name, letter in LETTERS.items():
            body = b"\n".join(lines(letter)).split(b"\n\n", 1)[1]
            self.assertTrue(name in but or any(body in text.replace(b"\r\n", b"\n") for text in texts), name)

    def client(self):
        client = poplib.POP3("127.0.0.1", self.port, timeout=30)
        client.user("anybody")
        client.pass_(PASSWORD)
        return client

    def test_poplib_reads_all_and_deletes_some(self):
        poplib._MAXLINE = 2_000_000  # pylint: disable=protected-access
        client = self.client()
        sizes = [len(b"\r\n".join(lines(letter))) + 2 for letter in LETTERS.values()]
        self.assertEqual((len(LETTERS), sum(sizes)), client.stat())
        self.assertEqual([f"{i} {size}".encode() for i, size in enumerate(sizes, 1)], client.list()[1])
        self.assertEqual([f"{i} {name}".encode() for i, name in enumerate(LETTERS, 1)], client.uidl()[1])
        for number, letter in enumerate(LETTERS.values(), 1):
            self.assertEqual(lines(letter), client.retr(number)[1])
        self.assertEqual([*LETTERS["5-many"].split(b"\n")[:3], b"line", b"line"], client.top(5, 2)[1])
        client.dele(2)
        client.dele(4)
        client.rset()
        client.dele(1)
        self.assertEqual(sorted(LETTERS), self.left())
        client.quit()
        self.assertEqual(sorted(LETTERS)[1:], self.left())

    def test_poplib_that_is_lost_deletes_nothing(self):
        client = self.client()
        for number in range(1, len(LETTERS) + 1):
            client.dele(number)
        client.close()
        with self.assertRaises(poplib.error_proto):
            other = poplib.POP3("127.0.0.1", self.port, timeout=30)
            other.user("anybody")
            other.pass_("wrong")
        self.assertEqual(sorted(LETTERS), self.left())

    def test_curl_reads_each(self):
        for number, letter in enumerate(LETTERS.values(), 1):
            text = self.ran("curl", "--silent", "--show-error", "--max-time", "30", "--user", f"anybody:{PASSWORD}",
                            f"pop3://127.0.0.1:{self.port}/{number}", text=False)
            self.assertEqual(lines(letter), lines(text))
        self.ran("curl", "--silent", "--max-time", "30", "--user", f"anybody:{PASSWORD}", "--request", "DELE 3", "--head",
                 f"pop3://127.0.0.1:{self.port}/")
        self.assertNotIn("3-cut", self.left())

    def test_net_pop3_reads_all_and_deletes(self):
        if place.run("perl", "-MNet::POP3", "-e", "1").returncode != 0:
            self.skipTest("Net::POP3 is not installed")
        out = self.folder / "perl.out"
        self.ran("perl", "-MNet::POP3", "-e", """
            my ($port, $password, $out) = @ARGV;
            my $pop = Net::POP3->new("127.0.0.1", Port => $port, Timeout => 30) or die "connect";
            my $count = $pop->login("anybody", $password);
            die "login" unless $count > 0;
            open(my $file, ">:raw", $out) or die;
            for my $number (1 .. $count) {
                my $lines = $pop->get($number) or die "get $number";
                print $file @$lines, "\\0";
                $pop->delete($number) or die "delete";
            }
            $pop->quit or die "quit";
            """, str(self.port), PASSWORD, str(out))
        self.got(out.read_bytes().split(b"\0"))
        self.assertEqual([], self.left())

    def test_getmail_fetches_and_deletes(self):
        inbox = self.folder / "inbox"
        config = self.folder / "getmailrc"
        config.write_text(
            f"[retriever]\ntype = SimplePOP3Retriever\nserver = 127.0.0.1\nport = {self.port}\nusername = anybody\npassword = {PASSWORD}\n"
            f"[destination]\ntype = MDA_external\npath = {shutil.which('dd')}\nallow_root_commands = true\n"
            f"arguments = ('of={inbox}', 'oflag=append', 'conv=notrunc', 'status=none')\n[options]\ndelete = true\nread_all = true\n")
        config.chmod(0o600)
        self.ran("getmail", f"--getmaildir={self.folder}", f"--rcfile={config}")
        self.got([inbox.read_bytes()])
        self.assertEqual([], self.left())

    def test_mpop_fetches_and_deletes(self):
        box = self.folder / "box"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        config = self.folder / "mpoprc"
        config.write_text("\n".join([
            "account default", "host 127.0.0.1", f"port {self.port}", "user anybody", f"passwordeval echo {PASSWORD}", "auth user",
            "tls off", "keep off", "timeout 30", f"uidls_file {box}.uidls", f"delivery maildir {box}"]) + "\n")
        config.chmod(0o600)
        self.ran("mpop", f"--file={config}", "--quiet")
        self.got([file.read_bytes() for file in (box / "new").iterdir()])
        self.assertEqual([], self.left())

    def test_fetchmail_fetches_and_deletes(self):
        inbox = self.folder / "inbox"
        config = self.folder / "fetchmailrc"
        config.write_text(f'poll 127.0.0.1 service {self.port} proto pop3 user "anybody" password "{PASSWORD}" is root here\n'
                          f'  mda "cat >> {inbox}" sslproto ""\n')
        config.chmod(0o700)
        self.ran("fetchmail", "-f", config, "--nosyslog", "--pidfile", self.folder / "fetchmail.pid", "--idfile", f"{inbox}.ids",
                 "--invisible", env={**os.environ, "HOME": str(self.folder), "FETCHMAILHOME": str(self.folder)})
        self.got([inbox.read_bytes()], but=["4-long"])  # it cuts lines at 8 KiB, and puts a NUL there
        self.assertEqual([], self.left())


if __name__ == "__main__":
    unittest.main()
