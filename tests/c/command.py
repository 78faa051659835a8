"""The command on any system: command.py PROGRAM [COMMAND...]. What it says of itself, wrong words, check, password, mx,
and a message through a server. tests/interop/test_command.py has the rest, with a server that runs.

COMMAND runs a program of another system here, such as wine.
"""

import email
import email.policy
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

COMMANDS = ("send", "queue", "import", "check", "mx", "password", "dkim-key", "serve")
MESSAGE = "From: Ann <ann@example.org>\r\nTo: \"B, C\" <bert@example.net>,\r\n carl@example.net (a, b)\r\nBcc: dora@example.net\r\n\r\nHello\r\n"


class Command:
    def __init__(self, program, before):
        self.words = [*before, program]
        self.is_wine = program.endswith(".exe") and bool(before)

    def path(self, path):
        return "Z:" + str(path).replace("/", "\\") if self.is_wine else str(path)

    def run(self, *words, given="", code=0, folder=None, **environment):
        texts = [self.path(word) if isinstance(word, pathlib.Path) else word for word in words]
        result = subprocess.run([*self.words, *texts], input=given.encode(), capture_output=True, timeout=100, cwd=folder,
                                env={**os.environ, "LC_ALL": "C.UTF-8", **environment})
        said, wrong = (text.decode().replace("\r\n", "\n") for text in (result.stdout, result.stderr))
        assert result.returncode == code, (words, result.returncode, said, wrong)
        return said, wrong


class Server:
    """An SMTP server that takes a message, and refuses whoever is named so."""

    REPLIES = {"nobody": "550 5.1.1 Nobody here", "later": "451 4.7.1 Come back later"}

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.said, self.text = [], []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            with self.listening.accept()[0] as peer, peer.makefile("rwb") as lines:
                self.talk(lines)

    def talk(self, lines):
        self.say(lines, "220 test")
        for line in iter(lines.readline, b""):
            text = line.decode().strip()
            self.said.append(text)
            verb = text[:4].upper()
            if verb == "DATA":
                self.say(lines, "354 go on")
                self.text = list(iter(lambda: lines.readline(), b".\r\n"))
            refusals = [reply for name, reply in self.REPLIES.items() if verb == "RCPT" and name in text]
            self.say(lines, refusals[0] if refusals else "250 2.0.0 fine" if verb != "QUIT" else "221 bye")

    def say(self, lines, text):
        lines.write(text.encode() + b"\r\n")
        lines.flush()


def says_what_it_is(command, folder):
    assert re.fullmatch(r"mailmodule \d+\.\d+\.\d+ \(library \d+\.\d+\.\d+\)\n", command.run("--version")[0])
    assert command.run("version") == command.run("--version")
    text = command.run("--help")[0]
    assert text.startswith("usage: mailmodule "), text
    assert command.run("help") == (text, "")
    for name in COMMANDS:
        assert f"\n  {name} " in text, name
        of_command = command.run(name, "--help")[0]
        assert of_command == command.run("help", name)[0]
        assert of_command.startswith(f"usage: mailmodule {name} ")
        for part in ("\n\noptions:\n" if name != "send" else "\n\nthe way:\n", "\n\nexit codes:\n", "\n\nexamples:\n"):
            assert part in of_command, (name, part)


def wrong_words_are_errors_with_a_hint(command, folder):
    assert "usage" in command.run(code=64)[1]
    assert "did you mean check?" in command.run("chekc", code=64)[1]
    assert "did you mean --json?" in command.run("check", "--jsno", "x", code=64)[1]
    assert "did you mean list?" in command.run("queue", "lits", code=64)[1]
    assert "takes no value" in command.run("check", "--json=1", "x", code=64)[1]
    assert "needs a value" in command.run("mx", "--dns", code=64)[1]
    for words in (("queue",), ("queue", "hold"), ("queue", "list", "x"), ("queue", "hold", "--all", "x"), ("queue", "redirect", "x"),
                  ("check",), ("check", "a", "b"), ("mx",), ("password", "x"), ("dkim-key", "x.example"), ("serve",), ("serve", "--stop-time", "x", "y"),
                  ("send",), ("send", "--mx", "--server", "x", "y"), ("send", "--tls", "none", "y"), ("send", "--text", "x", "y"),
                  ("send", "--server", "x:0", "y"), ("send", "--server", "x", "--tls", "full", "y"),
                  ("send", "--server", "x", "--user", "ann", "y")):
        command.run(*words, code=64, folder=folder)


def check_tells_what_is_wrong(command, folder):
    file = folder / "wrong.cfg"
    file.write_text("smtp_port=0\nplain_auth=always\nuser=ann;{PLAIN}secret;;PS\nsmtp_prot=1\n")
    said = command.run("check", file, code=1)[0]
    assert ":1: error: smtp_port: " in said and ":2: warning: plain_auth: " in said and "smtp_port" in said, said
    assert "secret" not in said
    found = json.loads(command.run("check", "--json", file, code=1)[0])
    assert [(one["line"], one["severity"], one["key"]) for one in found if 0 < one["line"] < 3] == [
        (1, "error", "smtp_port"), (2, "warning", "plain_auth")], found
    assert command.run("check", "--quiet", file, code=1) == ("", "")
    file.write_text("plain_auth=always\n")
    command.run("check", file)
    command.run("check", "--strict", file, code=1)
    assert "none.cfg" in command.run("check", folder / "none.cfg", code=66)[1]


def import_takes_each_file_over_once(command, folder):
    home = folder / "users/ann"
    old, queue = home / "mbox", folder / "old"
    old.mkdir(parents=True)
    queue.mkdir()
    line = b"bert@example.net (mx [192.0.2.7]) Sat, 14 Mar 2015 09:26:53 GMT"
    (old / "0000002A.msg").write_bytes(b"Received: from " + line + b"\r\nSubject: kept\r\n\r\n..dot\r\n")
    (queue / "0000002B.msg").write_bytes(b"From " + line + b" For ann@example.org \r\nSubject: queued\r\n\r\n")
    (queue / "0000002C.msg").write_bytes(b"Subject: neither\r\n\r\n")
    (folder / "import.cfg").write_text(
        f"mail_root={command.path(folder / 'import')}\nsmtp_name=example.org\nuser=ann;secret;{command.path(home)};PS\n")
    place = ("--config", folder / "import.cfg", "--queue", queue)
    said, _ = command.run("import", "--dry-run", *place, code=1)
    assert "would " in said and said.endswith("1 messages, 1 queued, 0 known, 1 failed, %d octets\n" % sum(
        (file / name).stat().st_size for file, name in ((old, "0000002A.msg"), (queue, "0000002B.msg")))), said
    assert not (home / "Maildir").exists()
    told = json.loads(command.run("import", "--json", *place, code=1)[0])
    assert [told[name] for name in ("messages", "queued", "known", "failed")] == [1, 1, 0, 1], told
    assert [file["state"] for file in told["files"]] == ["taken", "taken", "failed"], told
    said, _ = command.run("import", "--quiet", *place, code=1)
    assert "first line" in said and len(said.splitlines()) == 1, said
    assert "2 messages" not in said
    command.run("import", *place[:2], "ann")
    command.run("import", *place[:2], "nobody", code=65)
    command.run("import", *place[:2], "--queue", folder / "none", code=65)
    command.run("import", "ann", "bert", code=64)
    arrived = list((home / "Maildir/new").iterdir())
    assert len(arrived) == 2, arrived
    assert any(file.read_bytes().endswith(b"\n\n.dot\n") for file in arrived)


def password_makes_what_is_stored(command, folder):
    assert command.run("password", "--form", "plain", given="a b\n")[0] == "{PLAIN}a b\n"
    said = command.run("password", "--iterations=4096", "--json", given="secret\n")[0]
    assert re.fullmatch(r"\{SCRAM-SHA-256\}4096:\S+\$\S+:\S+", json.loads(said)["stored"]), said
    assert command.run("password", "-f", "pbkdf2-sha256", given="x")[0].startswith("{PBKDF2-SHA256}")
    command.run("password", given="\n", code=65)
    command.run("password", "-fplain", given="a;b\n", code=65)
    assert command.run("password", "-fplain", given="x" * 1023)[0] == "{PLAIN}" + "x" * 1023 + "\n"
    command.run("password", "-fplain", given="x" * 1024 + "\n", code=65)
    command.run("password", "-fplain", given="x\0y\n", code=65)
    assert "did you mean plain?" in command.run("password", "-f", "plian", given="x", code=64)[1]
    command.run("password", "--iterations", "4095", given="x", code=64)


def dkim_key_makes_a_file_and_a_record(command, folder):
    keys = folder / "keys"
    keys.mkdir()
    if command.is_wine:
        assert "RSA" in command.run("dkim-key", "Example.org", "s1", folder=keys, code=69)[1]
        keys.rmdir()  # nothing is left in it
        return print("skipped: command, dkim-key: wine has no RSA")
    said = command.run("dkim-key", "Example.org", "s1", folder=keys)[0]
    record = re.search(r'^s1\._domainkey\.Example\.org\. IN TXT \(((?: "[^"]{1,255}")+) \)$', said, re.M)
    assert record and re.fullmatch("v=DKIM1; k=rsa; p=[A-Za-z0-9+/]{392}", record[1].replace('" "', "").strip(' "')), said
    assert "\ndkim=Example.org;s1;s1.Example.org.pem\n" in said, said
    made = keys / "s1.Example.org.pem"
    assert made.read_text().startswith("-----BEGIN PRIVATE KEY-----\n"), made.read_text()[:30]
    assert os.name == "nt" or made.stat().st_mode & 0o777 == 0o600
    before = made.read_text()
    assert "s1.Example.org.pem" in command.run("dkim-key", "Example.org", "s1", folder=keys, code=74)[1]
    assert made.read_text() == before
    # the library takes what it made
    (keys / "test.cfg").write_text("dkim=Example.org;s1;s1.Example.org.pem\n")
    assert "dkim" not in command.run("check", keys / "test.cfg")[0]
    for words in (("a b", "s"), ("example.org", "s;t"), ("exa\u00fc.org", "s"), ("example.org", ""), ("x" * 400, "s"), ("..", "s")):
        command.run("dkim-key", *words, folder=keys, code=65)
    command.run("dkim-key", "--bits", "1024", "example.org", "s", folder=keys, code=64)
    command.run("dkim-key", "--bits", "2050", "example.org", "s", folder=keys, code=64)
    assert "did you mean rsa?" in command.run("dkim-key", "-a", "rsq", "example.org", "s", folder=keys, code=64)[1]
    command.run("dkim-key", "-o", keys / "none" / "x.pem", "example.org", "s", code=74)
    if os.name != "nt":
        said = json.loads(command.run("dkim-key", "--json", "-aed25519", "-o", keys / "ed.pem", "example.org", "ed")[0])
        assert re.fullmatch("v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=", said["text"]), said
        assert said["setting"] == f"dkim=example.org;ed;{keys / 'ed.pem'}" and said["name"] == "ed._domainkey.example.org", said
    assert sorted(os.listdir(keys))[-2:] == ["s1.Example.org.pem", "test.cfg"], os.listdir(keys)
    shutil.rmtree(keys)


def mx_says_why_there_is_none(command, folder):
    command.run("mx", "not a domain", code=65, folder=folder)
    command.run("mx", "--dns", "127.0.0.1:1", "example.org", code=75, folder=folder)
    command.run("mx", "--dns", "nonsense", "example.org", code=64, folder=folder)


def a_message_goes_through_a_server(command, folder):
    server = Server()
    at = ("--server", f"127.0.0.1:{server.port}", "--tls", "none")
    said = command.run("send", *at, "-t", given=MESSAGE, folder=folder)[0]
    assert [line.split(":")[0] for line in said.splitlines()] == ["bert@example.net", "carl@example.net", "dora@example.net"], said
    assert all(": sent, 127.0.0.1: 250 " in line for line in said.splitlines()), said
    text = b"".join(server.text).decode()
    assert "Bcc" not in text and "carl@example.net (a, b)" in text and text.endswith("\r\nHello\r\n"), text
    assert any(word.startswith("MAIL FROM:<ann@example.org>") for word in server.said), server.said
    said = json.loads(command.run("send", *at, "--json", "-f", "", "nobody@x.example", "a@x.example", given=MESSAGE, code=67, folder=folder)[0])
    assert [(one["state"], one["reply_code"]) for one in said["recipients"]] == [("failed", 550), ("sent", 250)], said
    assert said["exit_code"] == 67
    command.run("send", *at, "-f", "", "later@x.example", "a@x.example", given=MESSAGE, code=75, folder=folder)
    command.run("send", *at, "-f", "", "later@x.example", "nobody@x.example", given=MESSAGE, code=67, folder=folder)
    assert os.listdir(folder) == ["wrong.cfg"], os.listdir(folder)


def addresses_of_fields_are_whole_or_none(command, folder):
    """What stands in a field goes to nobody else."""
    server = Server()
    at = ("--server", f"127.0.0.1:{server.port}", "--tls", "none", "-f", "", "-t")

    def recipients(field, code=0):
        said = command.run("send", *at, "--json", given=f"To: {field}\r\n\r\n", code=code, folder=folder)[0]
        return [one["address"] for one in json.loads(said)["recipients"]]

    assert recipients('ann @ example . org, "a, b"@example.org, Dora [list] <dora@[IPv6:2001:db8::1]>, c(c)@(c)example.org') == [
        "ann@example.org", '"a, b"@example.org', "dora@[IPv6:2001:db8::1]", "c@example.org"]
    assert recipients("undisclosed:;, friends: ann@example.org, bert@example.org;") == ["ann@example.org", "bert@example.org"]
    for field in ("Ann Doe ann@example.org", "ann@example.org bert@example.org", "<ann bert@example.org>"):
        assert recipients(field, code=65) == [], field


def a_message_is_made_of_subject_and_text(command, folder):
    server = Server()
    at = ("--server", f"127.0.0.1:{server.port}", "--tls=none", "--from=ann@example.org")
    command.run("send", *at, "-s", "Done", "--text", "All is well.\n.\n", "bert@example.net", folder=folder)
    text = b"".join(server.text).decode()
    assert "Subject: Done\r\n" in text and "\r\n\r\nAll is well.\r\n..\r\n" in text and "Message-ID: " in text, text
    command.run("send", *at, "-s", "\u00fc" * 100, "bert@example.net", given="a\0b\n", folder=folder)
    assert server.text[-1] == b"ab\r\n" and all(len(line) <= 78 for line in server.text), server.text
    made = email.message_from_bytes(b"".join(server.text), policy=email.policy.default)
    assert made["Subject"] == "\u00fc" * 100, made
    command.run("send", *at, "-s", "a\r\nX: y", "--text", "x", "bert@example.net", code=65, folder=folder)
    command.run("send", *at, "no address", given=MESSAGE, code=65, folder=folder)
    command.run("send", *at, "-m", folder / "none.eml", "bert@example.net", code=66, folder=folder)
    command.run("send", "bert@example.net", given=MESSAGE, code=78, folder=folder)
    command.run("send", "--server", "127.0.0.1:1", "bert@example.net", given=MESSAGE, code=75, folder=folder)


def words_and_file_names_are_utf8(command, folder):
    server = Server()
    at = ("--server", f"127.0.0.1:{server.port}", "--tls=none", "--from=ann@example.org")
    command.run("send", *at, "-s", "*: Gr\u00fc\u00dfe \u2713", "--text", "\u2713", "bert@example.net", folder=folder)
    made = email.message_from_bytes(b"".join(server.text), policy=email.policy.default)
    assert (made["Subject"], made.get_content().strip()) == ("*: Gr\u00fc\u00dfe \u2713", "\u2713"), made
    file = folder / "\u2713 \u00fc.eml"
    file.write_bytes(MESSAGE.encode())
    command.run("send", *at, "-m", file, "bert@example.net", folder=folder)
    assert b"".join(server.text).endswith(b"\r\nHello\r\n"), server.text


def main(program, *before):
    command = Command(program, before)
    with tempfile.TemporaryDirectory() as name:
        for test in (says_what_it_is, wrong_words_are_errors_with_a_hint, check_tells_what_is_wrong, password_makes_what_is_stored,
                     dkim_key_makes_a_file_and_a_record, mx_says_why_there_is_none, a_message_goes_through_a_server, addresses_of_fields_are_whole_or_none,
                     a_message_is_made_of_subject_and_text, words_and_file_names_are_utf8):
            test(command, pathlib.Path(name))


main(*sys.argv[1:])
