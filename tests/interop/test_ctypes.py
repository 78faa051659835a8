import sys
import unittest

from support import place
from support.mailhost import MailHost


class Ctypes(unittest.TestCase):
    def test_a_python_program_runs_the_library_itself(self):
        """embed.py loads the library, serves and sends, and answers callbacks; a process of its own, so that a crash is seen."""
        with place.folder() as folder:
            host = MailHost(folder)
            result = place.run(sys.executable, place.ROOT / "tests" / "interop" / "embed.py", place.LIBRARY, host.config, host.smtp, host.pop,
                               cwd=folder, seconds=300)
        self.assertEqual(0, result.returncode, result.stdout)
        self.assertTrue(result.stdout.rstrip().endswith("done"), result.stdout)
