"""A host that has its connections itself, by the Python package: hosted.py adopt|step FOLDER.

Each connection it accepts is one of a POP3 server that listens nowhere: given away, or stepped here, octets in and
octets out. Its store has the files of the folder; what a client deletes is gone when it quits. It says its port, and
serves until its input ends.
"""

import pathlib
import socket
import sys
import threading

import mailmodule
from mailmodule import Verdict, Wants


class Store(mailmodule.Pop3Handlers):
    def __init__(self, folder):
        self.folder = folder

    def auth(self, session, login):
        return Verdict.ACCEPT if login.password == "sesame" else Verdict.REJECT

    def open(self, session, name, folder):
        for file in sorted(self.folder.iterdir()):
            session.add_message(file.stat().st_size, file.name)
        return Verdict.ACCEPT

    def retr(self, session, message):
        session.values["rest"] = (self.folder / message.id).read_bytes()
        return Verdict.ACCEPT

    def read(self, session, room):
        rest = session.values["rest"]
        session.write(rest[:room])
        session.values["rest"] = rest[room:]
        return Verdict.CONTINUE if len(rest) > room else Verdict.DONE

    def remove(self, session, message):
        (self.folder / message.id).unlink()
        return Verdict.DONE

    def noop(self, session, text):
        owed = session.defer(20)
        threading.Timer(0.05, owed.answer, (Verdict.ACCEPT,)).start()
        return Verdict.PENDING


def step(server, connection):
    """Carries one session to its end on this thread."""
    woken = threading.Event()
    with connection, mailmodule.SteppedSession(server, client=connection.getpeername()[0], wake=woken.set) as session:
        given = session.step()
        while True:
            connection.sendall(given.output)
            if given.wants == Wants.CLOSE:
                return
            octets = b""
            if given.wants == Wants.READ:
                octets = connection.recv(4096)
                if not octets:
                    return
            elif given.wants == Wants.WAIT:
                woken.wait()
                woken.clear()
            given = session.step(octets)


def accept(way, server, listener):
    while True:
        connection, _ = listener.accept()
        if way == "adopt":
            server.adopt(connection)
        else:
            threading.Thread(target=step, args=(server, connection), daemon=True).start()


def main(way, folder):
    folder = pathlib.Path(folder)
    settings = {"mail_root": folder / "mail", "smtp_name": "example.org"}
    with mailmodule.Engine(settings) as engine:
        server = mailmodule.Pop3Server(engine, mailmodule.PORT_NONE, handlers=Store(folder / "letters"))
        with server, socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=accept, args=(way, server, listener), daemon=True).start()
            print(listener.getsockname()[1], flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
