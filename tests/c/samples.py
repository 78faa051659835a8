"""The samples together: samples.py FOLDER_OF_PROGRAMS FOLDER_OF_MESSAGES [COMMAND...].

mailhost serves, send, oldsend, queue, smtp_verbs and send_mail send, pop3 fetches, SIGTERM ends; then engine serves by an
engine of its own; smtp_cancel is cancelled; archive looks into messages; smtp_openssl speaks TLS by itself where
OpenSSL's headers were there. COMMAND runs a program of another system here, such as wine. On Windows it is the end of its
input that ends mailhost.
"""

import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from programs import Programs


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(programs, folder, smtp, pop, settings=""):
    folder.mkdir(exist_ok=True)
    config, root = folder / "mailhost.cfg", programs.path(folder / "mail")
    config.write_text(f"mail_root={root} smtp_name=example.org smtp_bind=127.0.0.1 pop_bind=127.0.0.1\n"
                      f"smtp_port={smtp} pop_port={pop}\nuser=anna;secret;;PS\n{settings}")
    host = programs.start("mailhost", config)
    line = host.stdout.readline()
    assert "serves" in line, line
    return host


def send(programs, folder, smtp, source):
    """The same message by every way that a sample shows."""
    for program in ("send", "oldsend"):
        said = programs.run(program, "127.0.0.1", smtp, "bert@example.net", "anna@example.org", source)
        assert "anna@example.org: taken" in said, said
    config, root = folder / "queue.cfg", programs.path(folder / "queue")
    config.write_text(f"mail_root={root} smtp_name=example.net smtpproxy=127.0.0.1:{smtp}\n")
    said = programs.run("queue", config, "bert@example.net", "anna@example.org", source)
    assert "anna@example.org: queued" in said and "anna@example.org: delivered by 127.0.0.1" in said, said


def send_verb_by_verb(programs, smtp, source):
    said = programs.run("smtp_verbs", "127.0.0.1", smtp, "bert@example.net", "anna@example.org", source)
    assert "XFOO is answered with 500" in said and "anna@example.org: taken" in said, said


def send_in_one_call(programs, smtp):
    for login in ([], ["anna", "secret"]):
        said = programs.run("send_mail", "127.0.0.1", smtp, "bert@example.net", "anna@example.org", "Hello", "Text.", *login)
        assert "anna@example.org: taken" in said, said


def cancel(programs, smtp):
    """One that waits for a greeting is told to stop; another comes to its end before."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with programs.start("smtp_cancel", "127.0.0.1", silent.getsockname()[1]) as program:
            connection = silent.accept()[0]
            said = program.communicate("stop\n", timeout=30)[0]
            assert program.returncode == 3 and "cancelled by the host" in said, (program.returncode, said)
            connection.close()
    with programs.start("smtp_cancel", "127.0.0.1", smtp) as program:
        assert program.stdout.readline() == "done\n"
        program.communicate("", timeout=30)
        assert program.returncode == 0, program.returncode


def own_tls(programs, folder):
    """A server with a certificate of its own, and a client that brings OpenSSL."""
    if not (programs.folder / "smtp_openssl").exists() or not shutil.which("openssl"):
        return print("smtp_openssl is left out: there are no headers of OpenSSL, or no program openssl")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "own.key", "-out", folder / "own.pem"],
                   check=True, capture_output=True)
    smtp, pop = free_port(), free_port()
    settings = f"smtp_tls=1 tls_cert_file={folder}/own.pem tls_key_file={folder}/own.key\n"
    host = start(programs, folder / "tls", smtp, pop, settings)
    try:
        said = programs.run("smtp_openssl", "localhost", smtp, folder / "own.pem")
        assert re.search("EHLO under TLSv1.[23] is answered with 250", said), said
        programs.end(host)
    finally:
        host.kill()
        host.wait()


def serve_by_an_engine(programs, folder, source):
    """A sample of an engine of its own: takes a message, and shows it."""
    with programs.start("engine", folder / "engine", "example.com", "dora;secret;;PS") as engine:
        try:
            smtp, pop = re.search(r"SMTP on (\d+), POP3 on (\d+)", engine.stdout.readline()).groups()
            said = programs.run("send", "127.0.0.1", smtp, "bert@example.net", "dora@example.com", source)
            assert "dora@example.com: taken" in said, said
            fetch(programs, folder, pop, 1, "dora")
        finally:
            engine.stdin.close()
        assert engine.wait(30) == 0


def archive(programs, folder, sources):
    """What each message holds is told, and what is attached is saved."""
    letter, saved = folder / "letter.eml", folder / "archive"
    saved.mkdir()
    letter.write_bytes(b"From: Ann <ann@example.org>\r\nDate: Sat, 28 Nov 2026 19:00:00 +0000\r\nSubject: =?utf-8?q?two?=\r\n"
                       b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
                       b"Content-Disposition: attachment; filename=../x.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                       b"AAEC\r\n--b--\r\n")
    said = programs.run("archive", saved, letter, *sources)
    assert "from ann@example.org at 1795892400000: two" in said, said
    assert said.count("from ") == 1 + len(sources), said
    assert (saved / "1.2.x.bin").read_bytes() == bytes([0, 1, 2]), list(saved.iterdir())


def fetch(programs, folder, pop, count, user="anna"):
    """Delivery follows the answer to SMTP: asks until all is there."""
    for _ in range(200):
        got = folder / "got"
        got.mkdir(exist_ok=True)
        if f"{count} messages" in programs.run("pop3", "127.0.0.1", pop, user, "secret", got):
            return [(got / f"{n + 1}.eml").read_bytes() for n in range(count)]
        time.sleep(0.05)
    raise AssertionError("not delivered")


def main(programs, messages, *command):
    programs, sources = Programs(programs, command), sorted(pathlib.Path(messages).glob("*.eml"))
    assert len(sources) >= 3
    with tempfile.TemporaryDirectory() as name:
        folder, smtp, pop = pathlib.Path(name), free_port(), free_port()
        host = start(programs, folder, smtp, pop)
        try:
            for source in sources:
                send(programs, folder, smtp, source)
                send_verb_by_verb(programs, smtp, source)
            send_in_one_call(programs, smtp)
            cancel(programs, smtp)
            got = fetch(programs, folder, pop, 4 * len(sources) + 2)
            for source in sources:
                wire = source.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                assert sum(message.endswith(wire) for message in got) == 4, source
            said = programs.end(host)
            message = "message from <bert@example.net> for anna@example.org"
            for event in (message, "login of anna", "anna reads message 1", "stopped"):
                assert event in said, (event, said)
        finally:
            host.kill()
            host.wait()
        serve_by_an_engine(programs, folder, sources[0])
        archive(programs, folder, sources)
        own_tls(programs, folder)


main(*sys.argv[1:])
