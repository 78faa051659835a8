"""The samples in C++ together: samples.py FOLDER_OF_PROGRAMS FOLDER_OF_MESSAGES [COMMAND...]. serve, sink and show
serve, send sends.

COMMAND runs a program of another system here, such as wine."""

import os
import pathlib
import re
import socket
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "c"))
from programs import Programs  # noqa: E402


def main(folder, messages, *command):
    programs, message = Programs(folder, command), pathlib.Path(messages, "1-plain.eml")
    with tempfile.TemporaryDirectory() as mail:
        host = programs.start("serve", pathlib.Path(mail), "example.org", "anna;secret;;PS")
        smtp = re.search(r"SMTP on (\d+), POP3 on \d+", host.stdout.readline())[1]
        said = programs.run("send", "127.0.0.1", smtp, "bert@example.net", "anna@example.org", message)
        assert "anna@example.org: taken by 127.0.0.1" in said, said
        said = programs.fail("send", "127.0.0.1", smtp, "bert@example.net", "nobody@example.org", message)
        assert "nobody@example.org: refused with 550" in said, said
        assert programs.fail("send", "127.0.0.1", smtp, "not an address", "anna@example.org", message) == ""
        host.communicate("\n", timeout=30)
        assert host.returncode == 0, host.returncode
        kept = [file.read_text() for file in pathlib.Path(mail).rglob("new/*")]
        subject = re.search(r"^Subject: .*", message.read_text(), re.M)[0]
        assert len(kept) == 1 and subject in kept[0], kept
        sink(programs, mail, message)
        show(programs, mail, message)
    return 0


def sink(programs, mail, message):
    host = programs.start("sink", pathlib.Path(mail, "sink"))
    port = re.search(r"mail on port (\d+)", host.stdout.readline())[1]
    programs.run("send", "127.0.0.1", port, "bert@example.net", "carl@far.example", message)
    assert "refused with 550" in programs.fail("send", "127.0.0.1", port, "bert@example.net", "no@far.example", message)
    said, _ = host.communicate("\n", timeout=30)
    assert host.returncode == 0 and "octets from bert@example.net for carl@far.example" in said, said


def show(programs, folder, message):
    """A port that the system chooses: its data are where it runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.chdir(folder)
    host = programs.start("show", port)
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 30).close()
            break
        except OSError:
            time.sleep(0.02)
    programs.run("send", "127.0.0.1", port, "bert@example.net", "carl@far.example", message)
    said, _ = host.communicate("\n", timeout=30)
    os.chdir("/")
    assert host.returncode == 0 and "show: mailfrom=bert@example.net, to=carl@far.example" in said, said
    assert re.search(r"^Subject: .*", message.read_text(), re.M)[0] in said and "\npart 0: " in said, said


sys.exit(main(*sys.argv[1:]))
