import sys
import unittest

from support import place

NETWORK = """set -e
ip link set lo up
for n in 2 3 4; do ip -6 addr add fd00::$n/128 dev lo nodad; done
ip tuntap add vanish mode tun
ip link set vanish up
ip addr add 10.9.0.1/24 dev vanish
ip -6 addr add fd09::1/64 dev vanish nodad
"""


def has_network():
    return place.is_root() and place.run("unshare", "-n", "sh", "-c", NETWORK).returncode == 0


class NetworkOfItsOwn(unittest.TestCase):
    @unittest.skipUnless(has_network(), "no network namespace can be made; test_walk has the cases that need none")
    def test_without_ways_and_answers(self):
        result = place.run("unshare", "-n", "sh", "-c", NETWORK + 'exec "$@"', "-", sys.executable, place.ROOT / "tests" / "interop" / "apart.py", seconds=900)
        self.assertEqual(0, result.returncode, result.stdout)
        self.assertRegex(result.stdout, r"Ran \d+ tests")
