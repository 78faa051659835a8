"""The samples together: samples.py FOLDER_OF_PROGRAMS FOLDER_OF_MESSAGES [COMMAND...].

mailhost serves, send, oldsend, queue, smtp_verbs and send_mail send, pop3 fetches, SIGTERM ends; then engine serves by
an engine of its own; smtp_cancel is cancelled; gateway, archive, mailbox, sink, show and handover serve by handlers;
mailboxes has a user's mailbox without a server; fetch gets the mail of one elsewhere;
spf, dkim, dmarc and arc judge messages by a name server that is here;
smtp_openssl speaks TLS by itself where OpenSSL's headers were there. COMMAND runs a program of another system here,
such as wine. On Windows it is the end of its input that ends mailhost.
"""

import contextlib
import os
import pathlib
import random
import re
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time

from programs import Programs


HERE = pathlib.Path.cwd()


def free_port():
    """A port that nobody has, below those that the system gives to connections: one that tries whether a server is
    there could else be given the server's port, and have connected to itself."""
    while True:
        port = random.randrange(10000, 32000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def start(programs, folder, smtp, pop, settings=""):
    folder.mkdir(exist_ok=True)
    config, root = folder / "mailhost.cfg", programs.path(folder / "mail")
    config.write_text(f"mail_root={root} smtp_name=example.org smtp_bind=127.0.0.1 pop_bind=127.0.0.1\n"
                      f"smtp_port={smtp} pop_port={pop}\nuser=anna;secret;;PS\n{settings}")
    host = programs.start("mailhost", config)
    line = host.stdout.readline()
    assert "serves" in line, line
    return host


def as_sent(source):
    return source.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def send(programs, folder, smtp, source):
    """The same message by every way that a sample shows."""
    for program in ("send", "oldsend"):
        said = programs.run(program, "127.0.0.1", smtp, "bert@example.net", "anna@example.org", source)
        assert "anna@example.org: taken" in said, said
    config, root = folder / "queue.cfg", programs.path(folder / "queue")
    config.write_text(f"mail_root={root} smtp_name=example.net smtpproxy=127.0.0.1:{smtp}\n")
    said = programs.run("queue", config, "bert@example.net", "anna@example.org", source)
    assert "anna@example.org: queued" in said and "anna@example.org: delivered by 127.0.0.1" in said, said


def use_a_mailbox(programs, folder, source):
    """A message is put into a mailbox, heard of, looked at and deleted, without a server."""
    config, root = folder / "mailboxes.cfg", programs.path(folder / "mailboxes")
    config.write_text(f"mail_root={root} smtp_name=example.org\nuser=anna;secret;;PS\n")
    for _ in range(2):
        said = programs.run("mailboxes", config, "anna", source)
        assert "new mail for anna from <>: " in said and "\n0: " in said and "\n1: " not in said, said
        assert "deleted 0" in said, said


def fetch_a_mailbox(programs, folder, pop, count):
    """The mail of a mailbox elsewhere comes to a user here, once."""
    config, root = folder / "fetch.cfg", programs.path(folder / "fetch")
    config.write_text(f"mail_root={root} smtp_name=example.net\nuser=max;secret;;P\n")
    for fetched, known in ((count, 0), (0, count)):
        said = programs.run("fetch", config, "127.0.0.1", pop, "anna", "secret", "max")
        assert f"anna@127.0.0.1:{pop}: {count} messages, {fetched} fetched, {known} known, 0 left\n" in said, said
    delivered = list((folder / "fetch" / "users" / "max" / "Maildir" / "new").iterdir())
    assert len(delivered) == count, delivered


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


LETTER = (b"From: Ann <ann@example.org>\r\nDate: Sat, 28 Nov 2026 19:00:00 +0000\r\nSubject: =?utf-8?q?two?=\r\n"
          b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
          b"Content-Disposition: attachment; filename=../x.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
          b"AAEC\r\n--b--\r\n")


@contextlib.contextmanager
def served(programs, program, *arguments):
    """A sample that serves on a port until its input ends: a client of it, and what it has said then."""
    port, said = free_port(), []
    with programs.start(program, port, *arguments) as host:
        try:
            for _ in range(3000):
                try:
                    client = smtplib.SMTP("127.0.0.1", port, "client.example.net", 30)
                    break
                except OSError:
                    time.sleep(0.02)
            yield client, said
            client.quit()
            said += host.communicate("", timeout=30)[0].splitlines()
            assert host.returncode == 0, host.returncode
        finally:
            host.kill()


def refused(client, code, sender, recipient, message=b"Subject: x\r\n\r\nx\r\n"):
    try:
        client.sendmail(sender, recipient, message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as e:
        found = e.smtp_code if isinstance(e, smtplib.SMTPDataError) else e.recipients[recipient][0]
        assert found == code, e
    else:
        raise AssertionError("it is taken")


def archive(programs, folder, sources):
    """What each message holds is told, and what is attached is saved."""
    saved = folder / "archive"
    saved.mkdir()
    with served(programs, "archive", saved) as (client, said):
        for message in (LETTER, *map(as_sent, sources)):
            client.sendmail("bert@example.net", "anybody@example.com", message)
    assert "from ann@example.org at 1795892400000: two" in said, said
    assert sum(line.startswith("from ") for line in said) == 1 + len(sources), said
    assert (saved / "1.2.x.bin").read_bytes() == bytes([0, 1, 2]), list(saved.iterdir())


def gateway(programs, folder, smtp, pop, count):
    """What it does not like is refused; the rest goes on to the host behind it, which has so many messages then."""
    with served(programs, "gateway", "example.org", f"127.0.0.1:{smtp}", folder / "gateway") as (client, said):
        client.sendmail("bert@example.net", "anna@example.org", b"Subject: by the gateway\r\n\r\nx\r\n")
        refused(client, 550, "bert@example.net", "anna@example.com")
        # Here the words begin in one of its pieces, of 4 KiB, and end in the next.
        spam = b"Subject: x\r\n\r\n" + 1359 * b"x\r\n" + b"xxxbuy now\r\n"
        refused(client, 550, "bert@example.net", "anna@example.org", spam)
        got = fetch(programs, folder, pop, count)
    assert any(line.startswith("refused: ") for line in said), said
    return got


def mailbox(programs, folder):
    """Each name is a mailbox, one that is sent on, or nobody."""
    boxes = folder / "mailbox"
    (boxes / "joe").mkdir(parents=True)
    (boxes / "eve.forward").write_text("eve@example.com\n")
    with served(programs, "mailbox", "example.net", boxes) as (client, said):
        client.sendmail("bert@example.com", "joe@example.net", b"Subject: kept\r\n\r\nx\r\n")
        refused(client, 550, "bert@example.com", "nobody@example.net")
        refused(client, 550, "bert@example.com", "joe@example.org")
        assert b"<eve@example.com>" in client.verify("eve@example.net")[1]
    assert (boxes / "joe" / "mail").read_bytes() == b"Subject: kept\r\n\r\nx\r\n"
    assert "20 octets for joe@example.net" in said, said


def take_all(programs, folder):
    """The two that are like other frameworks' examples; their data are where they run."""
    os.chdir(folder)
    with served(programs, "sink") as (client, _):
        client.ehlo()
        assert client.docmd("MAIL", "FROM:<bert@example.net>") == (250, b"2.1.0 bert@example.net, sender ok")
        client.rset()
        client.sendmail("bert@example.net", "anybody@example.com", LETTER)
        client.docmd("MAIL", "FROM:<bert@example.net>")
        assert client.docmd("RCPT", "TO:<a@b.example>") == (250, b"2.1.5 a@b.example, recipient ok")
        assert client.data(LETTER) == (250, b"2.6.0 Requested mail action okay, completed.")
    with served(programs, "show") as (client, said):
        client.sendmail("bert@example.net", "anybody@example.com", LETTER)
    assert said == ["to anybody@example.com", *LETTER.decode().splitlines()], said
    os.chdir(HERE)


def hand_over(programs, folder):
    """Who has a folder gets the message, and what is no name gets nothing."""
    boxes = folder / "handover"
    for name in ("joe", "ann"):
        (boxes / name).mkdir(parents=True)
    os.chdir(boxes)
    long = b"Subject: long\r\n\r\n" + 20000 * b"some words\r\n"
    with served(programs, "handover") as (client, _):
        client.sendmail("bert@example.net", ["joe@example.org", "ann@example.org"], LETTER)
        client.sendmail("bert@example.net", "joe@example.org", long)
        for nobody in ("eve@example.org", "joe@example.net", "../joe@example.org", "x/../joe@example.org"):
            refused(client, 550, "bert@example.net", nobody)
    assert (boxes / "joe" / "mail").read_bytes() == LETTER + long
    assert (boxes / "ann" / "mail").read_bytes() == LETTER
    os.chdir(HERE)


@contextlib.contextmanager
def name_server(texts):
    """Its address: it knows TXT records, by their names, and nothing else."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve():
        while True:
            query, client = server.recvfrom(4096)
            if len(query) <= 12:
                return
            server.sendto(answer(query), client)

    def answer(query):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += query[at] + 1
        text = texts.get(".".join(labels).lower())
        found = text is not None and query[at + 2] == 16
        octets = (text or "").encode()
        parts = b"".join(bytes([len(part)]) + part for part in (octets[i:i + 255] for i in range(0, len(octets), 255)))
        record = b"\xc0\x0c\0\x10\0\1\0\0\0\x3c" + len(parts).to_bytes(2, "big") + parts if found else b""
        code = b"\x85\x80" if text is not None else b"\x85\x83"
        return query[:2] + code + b"\0\1\0" + bytes([found]) + b"\0\0\0\0" + query[12:at + 5] + record

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.sendto(b"", server.getsockname())
        thread.join()
        server.close()


def believed(programs, folder):
    """Signed, verified, judged, and sent on with a seal."""
    if not shutil.which("openssl"):
        return print("spf, dkim, dmarc and arc are left out: there is no program openssl")
    key, signed, sealed = folder / "dkim.pem", folder / "signed.eml", folder / "sealed.eml"
    subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", key], check=True, capture_output=True)
    public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout"], check=True, capture_output=True, text=True)
    record = "v=DKIM1; p=" + "".join(public.stdout.split("\n")[1:-2])
    names = {"s._domainkey.example.net": record, "s._domainkey.lists.example.org": record,
             "example.net": "v=spf1 ip4:192.0.2.0/24 -all", "_dmarc.example.net": "v=DMARC1; p=reject"}
    with name_server(names) as server:
        def run(program, *arguments, expected=0):
            ended = subprocess.run(programs.words(program, *arguments), capture_output=True, timeout=60)
            assert ended.returncode == expected, (ended.returncode, ended.stdout, ended.stderr)
            return ended.stdout

        assert b"pass by ip4:192.0.2.0/24" in run("spf", "192.0.2.1", "ann@example.net", "mx.example.net", server)
        assert b": fail by all" in run("spf", "198.51.100.1", "ann@example.net", "mx.example.net", server, expected=1)
        plain = folder / "plain.eml"
        plain.write_bytes(b"From: ann@example.net\nSubject: x\n\ntext\n")
        if programs.are_by_wine:
            return print("skipped: samples, signatures: wine has no RSA")
        signed.write_bytes(run("dkim", "sign", "example.net", "s", key, plain))
        assert b"signed by example.net, key s: right" in run("dkim", "verify", signed, server)
        assert b"not signed" in run("dkim", "verify", plain, server, expected=1)
        said = run("dmarc", "198.51.100.1", "mx.example.net", "ann@example.net", server, signed)
        assert b"example.net asks for nothing" in said and b"dmarc=pass" in said, said
        said = run("dmarc", "198.51.100.1", "mx.example.net", "ann@example.net", server, signed, plain, expected=1)
        assert b"example.net asks for reject" in said and b"dmarc=fail" in said, said
        sealed.write_bytes(run("arc", "lists.example.org", "s", key, server, signed))
        octets = sealed.read_bytes()
        assert octets.startswith(b"ARC-Seal: ") and octets.endswith(signed.read_bytes()), octets
        assert b"ARC-Authentication-Results: i=1; lists.example.org" in octets, octets
        said = run("dmarc", "198.51.100.1", "lists.example.org", "", server, sealed)
        assert b"arc=pass" in said, said


def fetch(programs, folder, pop, count, user="anna"):
    """Delivery follows the answer to SMTP: asks until all is there, and not often, for each message that is read is a
    line in a pipe of the server's that nobody empties meanwhile."""
    for _ in range(40):
        got = folder / "got"
        got.mkdir(exist_ok=True)
        if f"{count} messages" in programs.run("pop3", "127.0.0.1", pop, user, "secret", got):
            return [(got / f"{n + 1}.eml").read_bytes() for n in range(count)]
        time.sleep(0.5)
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
            got = gateway(programs, folder, smtp, pop, 4 * len(sources) + 3)
            for source in sources:
                assert sum(message.endswith(as_sent(source)) for message in got) == 4, source
            fetch_a_mailbox(programs, folder, pop, len(got))
            said = programs.end(host)
            message = "message from <bert@example.net> for anna@example.org"
            for event in (message, "login of anna", "anna reads message 1", "stopped"):
                assert event in said, (event, said)
        finally:
            host.kill()
            host.wait()
        serve_by_an_engine(programs, folder, sources[0])
        use_a_mailbox(programs, folder, sources[0])
        archive(programs, folder, sources)
        mailbox(programs, folder)
        take_all(programs, folder)
        hand_over(programs, folder)
        own_tls(programs, folder)
        believed(programs, folder)


main(*sys.argv[1:])
