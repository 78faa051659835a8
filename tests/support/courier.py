"""Courier's POP3 server: its packages exclude Dovecot's, so they are unpacked below out and laid over /usr in a mount namespace."""

import os
import pathlib
import shutil
import subprocess

from . import place
from .peers import Peer

PACKAGES = ("courier-pop", "courier-base", "courier-authdaemon", "courier-authlib", "courier-authlib-userdb", "libcourier-unicode4")

ACCOUNT = {"passwd": "courier:x:64993:64993::/nonexistent:/bin/false\n", "group": "courier:x:64993:\n"}  # TLS runs as it


def can_run():
    """As root, where /usr can have something laid over it in a mount namespace."""
    if not place.is_root():
        return False
    lay = f"mount -t overlay -o lowerdir={place.OUT}/{PACKAGES[0]}/usr:/usr none /usr"
    return subprocess.run(["unshare", "-m", "--propagation", "private", "sh", "-c", lay], stderr=subprocess.DEVNULL, check=False).returncode == 0


class Courier(Peer):
    """POP3 over boxes/USER for the users named, all with the password "secret". With STLS, and TLS from the first octet at `tls_port`."""

    def __init__(self, folder, boxes, users, certificate):
        super().__init__(folder)
        self.boxes, self.users, self.certificate, self.process = boxes, users, certificate, None
        self.tls_port = place.free_port()

    def start(self):
        etc = self.folder / "etc"
        (etc / "courier").mkdir(parents=True)
        for name in ("passwd", "group", "nsswitch.conf", "hosts", "ld.so.cache"):
            shutil.copy(f"/etc/{name}", etc)
        for name, line in ACCOUNT.items():
            with open(etc / name, "a", encoding="utf-8") as file:
                file.write(line)
        (etc / "courier" / "authdaemonrc").write_text('authmodulelist="authuserdb"\nauthmodulelistorig="authuserdb"\ndaemons=2\n'
                                                      'authdaemonvar=/run/courier/authdaemon\nDEBUG_LOGIN=0\nDEFAULTOPTIONS=""\n')
        pem = self.folder / "server.pem"
        pem.touch()
        os.chown(pem, 64993, 64993)
        pem.write_bytes(b"".join(pathlib.Path(file).read_bytes() for file in self.certificate))
        script = self.folder / "start.sh"
        script.write_text(self.script(pem))
        self.process = subprocess.Popen(["unshare", "-m", "-p", "--fork", "--kill-child", "--propagation", "private", "sh", "-e", str(script)],
                                        cwd=self.folder, stdin=subprocess.DEVNULL, stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        self.ready()
        place.wait_until(lambda: place.listens(self.tls_port, self.address))
        return self

    def stop(self):
        if self.process:
            self.process.kill()  # and with it all that it has begun, whose first process ends
            self.process.wait(place.PATIENCE)
        self.process = self.pid = None

    def script(self, pem):
        overlay = ":".join(f"{place.OUT}/{name}/usr" for name in PACKAGES)
        login = "/usr/lib/courier/courier/courierpop3login /usr/lib/courier/courier/courierpop3d Maildir"
        listen = f"/usr/sbin/couriertcpd -address={self.address} -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup"
        return f"""mount -t overlay -o lowerdir={overlay}:/usr none /usr
mount --bind {self.folder}/etc /etc
mount -t tmpfs none /run
mkdir -p /run/courier/authdaemon
hash=$(openssl passwd -5 secret)
key=$(printf 'secret\\n' | userdbpw -hmac-md5)
for user in {" ".join(self.users)}; do
  printf '%s\\tuid=65534|gid=65534|home={self.boxes}|mail={self.boxes}/%s|pop3pw=%s|hmac-md5pw=%s\\n' $user $user "$hash" "$key"
done >/etc/courier/userdb
chmod 600 /etc/courier/userdb
makeuserdb
(set -a; . /etc/courier/authdaemonrc; exec /usr/lib/courier/courier-authlib/authdaemond) &
until [ -S /run/courier/authdaemon/socket ]; do sleep 0.05; done
export POP3AUTH='PLAIN LOGIN CRAM-MD5' POP3AUTH_TLS='PLAIN LOGIN CRAM-MD5' TLS_CERTFILE={pem} TLS_VERIFYPEER=NONE
export COURIERTLS=/usr/bin/couriertls POP3_TLS_REQUIRED=0
POP3_STARTTLS=NO POP3_TLS=1 {listen} {self.tls_port} /usr/bin/couriertls -server -tcpd {login} &
POP3_STARTTLS=YES exec {listen} {self.port} {login}
"""
