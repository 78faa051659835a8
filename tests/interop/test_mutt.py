import os
import pty
import select
import signal
import time

from retrieving import Retrieving
from support import place


class Mutt(Retrieving):
    """mutt at a terminal, which is told to fetch and to end."""

    program = "mutt"

    def fetch(self, port, scheme="pop", *more):
        config = self.box.with_suffix(".muttrc")
        config.write_text("\n".join([
            f'set folder="{self.folder}" mbox_type=Maildir spoolfile="{self.box}" record="" header_cache=""',
            f'set pop_host="{scheme}://bert@127.0.0.1:{port}" pop_pass="hidden" pop_delete=yes pop_last=no pop_reconnect=no',
            "set move=no delete=yes quit=yes sleep_time=0 wait_key=no beep=no ssl_starttls=no ssl_force_tls=no connect_timeout=20 pop_authenticators=user",
            *more, "push '<fetch-mail><exit>'"]) + "\n")
        return self.at_terminal("mutt", "-n", "-F", str(config), "-f", str(self.box)) == 0

    def at_terminal(self, *command, seconds=place.PATIENCE):
        """The exit status; None if it had to be killed."""
        process, terminal = pty.fork()
        if process == 0:
            os.execvpe(command[0], command, {**os.environ, "TERM": "vt100", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"})
        said, deadline, status = b"", time.monotonic() + seconds, None
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    said += os.read(terminal, 65536)
                except OSError:
                    break
        done, code = os.waitpid(process, os.WNOHANG)
        if not done and time.monotonic() < deadline:
            done, code = os.waitpid(process, 0)
        if done:
            status = os.waitstatus_to_exitcode(code)
        else:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        os.close(terminal)
        self.said = said.decode(errors="replace")[-3000:]
        return status

    def test_over_pop3s(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop3s, "pops", f'set certificate_file="{self.cert}" ssl_verify_host=no')
        self.assertEqual([wanted], self.got())

    def test_after_stls(self):
        wanted = self.lay(b".under TLS\n")
        self.is_fetched(self.host.pop, "pop", f'set certificate_file="{self.cert}" ssl_starttls=yes ssl_force_tls=yes ssl_verify_host=no')
        self.assertEqual([wanted], self.got())


del Retrieving
