"""Keys that the command dkim-key makes: opendkim-testkey finds the record that was printed, and that it belongs to the file."""

import json
import subprocess
import unittest

from support import place
from support.dns import Nsd

PROGRAM = place.OUT / "bin" / "mailmodule"
ALGORITHMS = (("rsa",), ("rsa", "--bits", "4096"), ("rsa", "--bits", "3072"))


class DkimKey(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(place.folder())

    def make(self, selector, algorithm, *more):
        result = subprocess.run([PROGRAM, "dkim-key", "--json", "-a", algorithm, *more, "-o", self.folder / f"{selector}.pem", "mail.test", selector],
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(0, result.returncode, result.stderr)
        return json.loads(result.stdout)

    def judged(self, selector, server, file=None):
        # libunbound, which knows for itself that there is no zone "test"
        (self.folder / "unbound.conf").write_text(
            'server:\n  do-not-query-localhost: no\n  module-config: "iterator"\n  local-zone: "test." nodefault\n'
            f'forward-zone:\n  name: "."\n  forward-addr: {server.address}@{server.port}\n')
        config = self.folder / "opendkim.conf"
        config.write_text(f"ResolverConfiguration {self.folder}/unbound.conf\n")
        return place.run("opendkim-testkey", "-vvv", "-d", "mail.test", "-s", selector, "-k", file or self.folder / f"{selector}.pem", "-x", config)

    def test_opendkim_testkey_accepts_what_was_made(self):
        made = [self.make(f"s{number}", *words) for number, words in enumerate(ALGORITHMS)]
        other = self.make("s9", "rsa")
        with Nsd(self.folder / "nsd", [one["record"] for one in made] + [other["record"]]) as nsd:
            for number, one in enumerate(made):
                with self.subTest(ALGORITHMS[number]):
                    said = self.judged(f"s{number}", nsd)
                    self.assertEqual(0, said.returncode, said.stdout)
                    self.assertIn("key OK", said.stdout)
            wrong = self.judged("s9", nsd, self.folder / "s1.pem")
            self.assertNotEqual(0, wrong.returncode, wrong.stdout)


if __name__ == "__main__":
    unittest.main()
