"""HAProxy in front of a server, as an instance of its own on loopback."""

import pathlib
import shutil
import subprocess

from . import place


class HaProxy:
    """Passes connections on, from an address of its own, with a PROXY header in front of each."""

    def __init__(self, folder, server, source="127.0.0.9", header="send-proxy-v2"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = place.free_port()
        self.config = self.folder / "haproxy.cfg"
        self.config.write_text("\n".join((
            "global", "  log stderr local0", "defaults", "  mode tcp", "  timeout connect 10s", "  timeout client 60s",
            "  timeout server 60s", "listen mail", f"  bind 127.0.0.1:{self.port}", f"  source {source}",
            f"  server one 127.0.0.1:{server} {header}", "")))
        self.process = None

    @staticmethod
    def is_there():
        return shutil.which("haproxy") is not None

    def __enter__(self):
        with open(self.folder / "haproxy.log", "ab") as log:
            self.process = subprocess.Popen(["haproxy", "-db", "-f", str(self.config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if not place.wait_until(lambda: self.process.poll() is not None or place.listens(self.port)) or self.process.poll() is not None:
            self.__exit__()
            raise RuntimeError("haproxy does not start:\n" + (self.folder / "haproxy.log").read_text(errors="replace"))
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
