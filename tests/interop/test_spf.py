"""SPF judged as python3-spf judges it: a thousand random records, served by nsd; where it departs from RFC 7208 by the names of those departures."""

import collections
import json
import pathlib
import unittest

from clients import mailmodule
from spfcases import Zone
from support import place
from support.dns import Nsd

SEED, CASES, AT_ONCE = 7208, 1000, 100
PYTHON = pathlib.Path("/usr/bin/python3")  # Debian's, which has the package


class Spf(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not pathlib.Path("/usr/lib/python3/dist-packages/spf.py").exists():
            raise unittest.SkipTest("python3-spf is not installed")

    def test_random_records(self):
        zone = Zone(SEED)
        cases = list(zone.cases(CASES))
        ran = place.run(PYTHON, pathlib.Path(__file__).with_name("pyspf.py"), SEED, CASES)
        self.assertEqual(0, ran.returncode, ran.stdout)
        results, classes = collections.Counter(), collections.Counter()
        for case, ours, theirs in zip(cases, self.judged(zone, cases), json.loads(ran.stdout), strict=True):
            results[ours[0]] += 1
            if ours == theirs[""]:
                continue
            named = [name for name, said in theirs.items() if said == ours]
            with self.subTest(case=case, record=zone.records.get(case.sender.partition("@")[2].lower())):
                self.assertTrue(named, f"we say {ours}, and python3-spf {theirs}")
                classes[min(named, key=lambda name: name == "All")] += 1
        self.assertEqual({"none", "pass", "fail", "softfail", "neutral", "temperror", "permerror"}, set(results))
        self.assertLess(classes.total(), CASES / 10, classes)

    def judged(self, zone, cases):
        lines = zone.lines()
        with place.folder() as folder, Nsd(folder / "nsd", lines.pop("test"), more=lines) as nsd:
            with mailmodule.Engine({"mail_root": folder / "mail", "smtp_name": "receiver.test", "smtp_dns": nsd.setting}) as engine:
                for at in range(0, len(cases), AT_ONCE):
                    begun = [mailmodule.start_spf_check(engine, case.client, helo=case.helo, sender=case.sender) for case in cases[at:at + AT_ONCE]]
                    for one in begun:
                        with one.result(60) as found:
                            yield [found[-1].result.name.lower(), found[-1].explanation]


if __name__ == "__main__":
    unittest.main()
