"""Clients, addresses and mailboxes as they are: what the grammar does not have and good servers take, and files that other programs have changed."""

import base64
import contextlib
import os
import poplib
import re
import socket
import unittest

from client import ClientTest
from world import DeliveryTest


class Conversation:
    """SMTP at a raw socket."""

    def __init__(self, port, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), 20, source_address=(source, 0))
        self.file = self.socket.makefile("rb")
        self.reply()

    def reply(self):
        lines = []
        while not lines or lines[-1][3:4] == b"-":
            lines.append(self.file.readline())
        return b"".join(lines)

    def say(self, text):
        self.socket.sendall(text.encode() + b"\r\n")
        return self.reply().decode()

    def close(self):
        self.file.close()
        self.socket.close()


class Clients(ClientTest):
    def smtp(self, source="127.0.0.1"):
        smtp = Conversation(self.host.smtp, source)
        self.addCleanup(smtp.close)
        return smtp

    def test_a_device_that_knows_neither_brackets_nor_ehlo_logs_in_and_sends(self):
        token, message = self.message()
        smtp = self.smtp()
        smtp.say("HELO scanner")
        smtp.say("AUTH LOGIN")
        smtp.say(base64.b64encode(b"ANNA@Example.Org").decode() + " ")
        self.assertRegex(smtp.say(base64.b64encode(b"secret").decode() + " "), "^235 ")
        self.assertRegex(smtp.say("MAIL FROM:scan..ner@my_office.example SIZE=100"), "^250 ")
        self.assertRegex(smtp.say("RCPT TO:anna@example.org"), "^250 ")
        smtp.say("DATA")
        stuffed = re.sub(rb"(?m)^\.", b"..", message).replace(b"\n", b"\r\n")
        smtp.socket.sendall(stuffed + b".\r\n")
        self.assertRegex(smtp.reply().decode(), "^250 ")
        got = self.arrives(token, message)
        self.assertTrue(got.startswith(b'Return-Path: <"scan..ner"@my_office.example>\r\n'), got)

    def test_what_is_no_path_stays_none(self):
        smtp = self.smtp()
        smtp.say("EHLO x")
        for path in ("", " SIZE=10", "<a@b.test", "a@b.test>", "@r.test:a@b.test", "a@b.test,c@d.test", "<a@b.test>SIZE=10", "nobody"):
            self.assertRegex(smtp.say("MAIL FROM:" + path), "^501 ", path)
        self.assertRegex(smtp.say("MAIL FROM:<>"), "^250 ")

    def test_an_authorization_identity_is_the_users_own(self):
        def login(identity, user):
            smtp = self.smtp("127.0.0.9")
            smtp.say("EHLO x")
            return smtp.say("AUTH PLAIN " + base64.b64encode(f"{identity}\0{user}\0secret".encode()).decode())[:3]
        for identity, user in (("anna", "anna"), ("anna@example.org", "ANNA"), ("Anna", "anna@EXAMPLE.org")):
            self.assertEqual("235", login(identity, user))
        self.assertEqual("535", login("bert", "anna"))

    def test_pop3_knows_a_user_however_he_is_spelled(self):
        for name in ("ANNA", "anna@example.org", "Anna@Example.ORG"):
            pop = poplib.POP3("127.0.0.1", self.host.pop, timeout=30)
            pop.user(name)
            self.assertTrue(pop.pass_("secret").startswith(b"+OK"))
            pop.quit()


class ChangedFiles(ClientTest):
    def told(self, pop, number):
        """What RETR tells, what comes, and what LIST tells then."""
        answer, lines, _ = pop.retr(number)
        came = sum(len(line) + 2 for line in lines)
        return int(answer.split()[1]), came, int(pop.list(number).split()[2])

    def test_a_size_that_is_told_is_the_size_that_comes(self):
        for body in (b"small\n", b"large line\n" * 30_000):
            for _ in range(4):
                self.put(self.message(body=body)[1], "carl")
        files = self.host.files("carl")
        for at, path in enumerate(files):
            with open(path, "ab") as file:
                file.write(b"one more line\n" * at)
        os.truncate(files[1], 40)
        pop = self.host.login("carl")
        names = pop.uidl()[1]
        for number in range(1, len(files) + 1):
            told, came, listed = self.told(pop, number)
            self.assertEqual((came, came), (told, listed))
        self.assertEqual(names, pop.uidl()[1])
        for path in self.host.files("carl"):
            self.assertEqual(path.stat().st_size, int(re.search(r",S=(\d+)", path.name).group(1)), path.name)
        for number in range(1, len(files) + 1):
            pop.dele(number)
        pop.quit()
        self.assertEqual([], self.host.files("carl"))

    def test_what_is_cut_while_it_is_sent_has_no_final_dot(self):
        self.put(self.message(body=b"line of a large message\n" * 400_000)[1], "bert")
        [path] = self.host.files("bert")
        s = socket.socket()
        self.addCleanup(s.close)
        s.settimeout(20)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", self.host.pop))
        s.sendall(b"USER bert\r\nPASS hidden\r\nRETR 1\r\n")
        got = b""
        while len(got) < 100_000:
            got += s.recv(4096)
        os.truncate(path, 300_000)
        with contextlib.suppress(ConnectionError):
            while piece := s.recv(65536):
                got = got[-100:] + piece
        self.assertFalse(got.endswith(b"\r\n.\r\n"), got[-100:])


class OddAddresses(DeliveryTest):
    zone = ["my_far MX 10 mx.my_far", "mx.my_far A 127.0.0.31"]

    def test_dots_go_out_in_quotes_and_long_local_parts_and_underscores_as_they_came(self):
        srs = "SRS0=HHH=TT=a.test=" + "x" * 120
        server = self.rogue("127.0.0.31")
        token = self.send("bob..@my_far.test", srs + "@my_far.test", sender="anna.@example.org")
        message = self.arrives(server, token)
        self.assertEqual({'"bob.."@my_far.test', srs + "@my_far.test"}, set(message.to))
        self.assertIn('"anna."@example.org', message.sender)


if __name__ == "__main__":
    unittest.main()
