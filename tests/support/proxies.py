"""Proxies on loopback. Each connects from an address of its own, by which a server can tell that its client came through it."""

import contextlib
import signal
import socket
import struct
import subprocess
import threading

from . import place
from .peers import Peer


class Proxy(Peer):
    outgoing = None

    def launch(self, *command):
        self.process = subprocess.Popen([str(c) for c in command], cwd=self.folder, stdin=subprocess.DEVNULL,
                                        stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        return self.ready()

    def stop(self):
        if self.pid:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(place.PATIENCE)
        self.pid = None


class MicroSocks(Proxy):
    """SOCKS5; with a user, only for who logs in."""

    outgoing = "127.0.0.81"

    def __init__(self, folder, user=None, password=None, port=None):
        super().__init__(folder, port)
        self.login = ["-u", user, "-P", password] if user else []

    def start(self):
        return self.launch("microsocks", "-i", self.address, "-p", self.port, "-b", self.outgoing, *self.login)


class Dante(Proxy):
    """SOCKS4, and SOCKS5 without login. It takes SOCKS4a's mark of a name for an address: see Socks4a."""

    outgoing = "127.0.0.82"

    def start(self):
        (self.folder / "danted.conf").write_text(f"""logoutput: stderr
internal: {self.address} port = {self.port}
external: {self.outgoing}
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
""")
        return self.launch("danted", "-N", "1", "-p", self.folder / "pid", "-f", self.folder / "danted.conf")


class TinyProxy(Proxy):
    """HTTP CONNECT; with a user, only for who logs in."""

    outgoing = "127.0.0.83"

    def __init__(self, folder, user=None, password=None, port=None):
        super().__init__(folder, port)
        self.login = f"BasicAuth {user} {password}\n" if user else ""

    def start(self):
        (self.folder / "tinyproxy.conf").write_text(f"Port {self.port}\nListen {self.address}\nBind {self.outgoing}\nTimeout 60\nMaxClients 100\n"
                                                    f"Allow 127.0.0.1\nLogLevel Info\n{self.login}")
        return self.launch("tinyproxy", "-d", "-c", self.folder / "tinyproxy.conf")


class Socks4a(Peer):
    """SOCKS4a as its memo has it; written here, for no server of it is among Debian's that runs without more around it."""

    outgoing = "127.0.0.84"

    def start(self):
        self.listener = socket.create_server((self.address, self.port))
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def stop(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, contextlib.suppress(OSError):
            request = client.makefile("rb", 0)
            version, verb, port, address = struct.unpack("!BBH4s", request.read(8))
            self.text(request)  # the user
            host = self.text(request) if address[:3] == b"\0\0\0" and address[3] else socket.inet_ntoa(address)
            try:
                if (version, verb) != (4, 1):
                    raise OSError
                server = socket.create_connection((host, port), source_address=(self.outgoing, 0))
            except OSError:
                return client.sendall(b"\0\x5b" + bytes(6))
            with server:
                client.sendall(b"\0\x5a" + bytes(6))
                back = threading.Thread(target=self.copy, args=(server, client), daemon=True)
                back.start()
                self.copy(client, server)
                back.join()

    @staticmethod
    def text(stream):
        octets = b""
        while (octet := stream.read(1)) not in (b"\0", b""):
            octets += octet
        return octets.decode("ascii")

    @staticmethod
    def copy(source, target):
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                target.sendall(octets)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
