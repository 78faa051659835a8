"""The samples together: samples.py FOLDER_OF_PROGRAMS FOLDER_OF_MESSAGES [COMMAND...].

mailhost serves, send, oldsend and queue send, pop3 fetches, SIGTERM ends; then engine serves by an engine of its own.
COMMAND runs a program of another system here, such as wine. On Windows it is the end of its input that ends mailhost.
"""

import pathlib
import re
import socket
import sys
import tempfile
import time

from programs import Programs


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(programs, folder, smtp, pop):
    config, root = folder / "mailhost.cfg", programs.path(folder / "mail")
    config.write_text(f"mail_root={root} smtp_name=example.org smtp_bind=127.0.0.1 pop_bind=127.0.0.1\n"
                      f"smtp_port={smtp} pop_port={pop}\nuser=anna;secret;;PS\n")
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
            got = fetch(programs, folder, pop, 3 * len(sources))
            for source in sources:
                wire = source.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                assert sum(message.endswith(wire) for message in got) == 3, source
            said = programs.end(host)
            message = "message from <bert@example.net> for anna@example.org"
            for event in (message, "login of anna", "anna reads message 1", "stopped"):
                assert event in said, (event, said)
        finally:
            host.kill()
            host.wait()
        serve_by_an_engine(programs, folder, sources[0])


main(*sys.argv[1:])
