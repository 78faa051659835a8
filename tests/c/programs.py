"""Programs that a test starts, of this system or, by a command such as wine, of another."""

import pathlib
import signal
import subprocess


class Programs:
    def __init__(self, folder, command):
        self.folder, self.command = pathlib.Path(folder), command
        self.suffix = ".exe" if any(self.folder.glob("*.exe")) else ""

    @property
    def are_by_wine(self):
        return bool(self.suffix and self.command)

    def path(self, path):
        """A file's name as the programs know it: Z: is what wine calls the root."""
        return "Z:" + str(path).replace("/", "\\") if self.are_by_wine else str(path)

    def words(self, program, *arguments):
        texts = [self.path(word) if isinstance(word, pathlib.Path) else str(word) for word in arguments]
        return [*self.command, str(self.folder / (program + self.suffix)), *texts]

    def start(self, program, *arguments):
        return subprocess.Popen(self.words(program, *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, program, *arguments):
        words = self.words(program, *arguments)
        result = subprocess.run(words, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, (words, result.stdout, result.stderr)
        return result.stdout

    def fail(self, program, *arguments):
        """What it has said on standard output, when it has ended with 1."""
        words = self.words(program, *arguments)
        result = subprocess.run(words, capture_output=True, text=True, timeout=60)
        assert result.returncode == 1, (words, result.stdout, result.stderr)
        return result.stdout

    def end(self, host):
        """What it has said, when it has ended as asked."""
        if not self.suffix:
            host.send_signal(signal.SIGTERM)
        said = host.communicate(timeout=30)[0]
        assert host.returncode == 0, host.returncode
        return said
