"""Where things are, free ports, waiting, certificates: what every test against real programs needs."""

import contextlib
import fcntl
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "out"
LIBRARY = OUT / "lib" / "libmailmodule.so.1"
SAMPLES = OUT / "samples"
MESSAGES = sorted((ROOT / "samples" / "messages").glob("*.eml"))

os.environ["PATH"] += ":/usr/sbin:/sbin"

PATIENCE = 60  # seconds for what comes in a moment, on a machine that is busy with other things; only a failure takes them


def is_root():
    return os.geteuid() == 0


@contextlib.contextmanager
def folder():
    """A folder that other users may enter (Postfix and Dovecot drop root); gone afterwards."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="mailmodule-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


_ports = []  # the locks of the ports that this process was given, held to its end


def is_ours_alone(port):
    """Whether no process of the tests was given this port before; it may take seconds until somebody listens there."""
    folder = pathlib.Path(tempfile.gettempdir()) / f"mailmodule-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    lock = open(folder / str(port), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    _ports.append(lock)
    return True


def free_port():
    """A port that nobody has, TCP or UDP, on any address of this machine; below those that the kernel gives to clients."""
    while True:
        port = random.randrange(20000, 32000)
        with contextlib.suppress(OSError), socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            for s in (tcp, udp):
                s.bind(("", port))
            if is_ours_alone(port):
                return port


def wait_until(what, seconds=PATIENCE, step=0.05):
    """What `what` gives once it is true, or its last answer after so many seconds. Fewer are for what must not come."""
    end = time.monotonic() + seconds
    while True:
        answer = what()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(step)


def listens(port, address="127.0.0.1"):
    with contextlib.suppress(OSError):
        socket.create_connection((address, port), 1).close()
        return True
    return False


def run(*command, seconds=3 * PATIENCE, text=True, **more):
    """A program's result; its output is one text, so that a failure can show it."""
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=text,
                          errors="replace" if text else None, timeout=seconds, **more)


def certificate(path):
    """A key and a certificate for localhost and 127.0.0.1 that is its own authority."""
    cert, key = path / "cert.pem", path / "key.pem"
    made = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
               "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
               "-keyout", key, "-out", cert)
    if made.returncode:
        raise RuntimeError(made.stdout)
    return cert, key


def crlf(message):
    """The wire form of a message kept with any line ends."""
    return message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def without_trace(message):
    """A delivered message as it was sent: without the Return-Path and the one Received that the server put on top."""
    lines = message.split(b"\r\n")
    at, received = 0, 0
    while at < len(lines):
        name = lines[at].lower()
        if name.startswith(b"received:") and not received:
            received = 1
        elif not name.startswith((b"return-path:", b"delivered-to:", b"x-original-to:")):
            break
        at += 1
        while at < len(lines) and lines[at][:1] in (b" ", b"\t"):
            at += 1
    return b"\r\n".join(lines[at:])
