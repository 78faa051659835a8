"""The library beside other mail servers, in one run, as one table.

  ./build.sh bench [ROW...] [--quick] [--runs N] [--seconds S] [--write] [--list]
  ./build.sh bench --against COMMIT [ROW...] [--quick] [--runs N] [--seconds S] [--list]

  ROW        a row's name, or the beginning of several; all by default
  --quick    3 runs in place of 5, or of 7 with --against
  --seconds  how long a run is, about: 1.2 by default
  --write    puts the table into docs/performance.md as well
  --against  this tree beside that commit in place of other servers; exit status 1 if a row is slower

Each row starts its servers, then runs the load on them in turn (ours, peer, ours, peer ...), and shows medians. CPU is
the server's, a message (a session for logins, a question for look-ups), in microseconds. Server and load share the
machine, so ratios are what counts.

--against builds that commit's library and its bench/host.c, by its own scripts, in out/against; load tools and settings
are this tree's. Three processes run in turn: this, that, and that once more ("itself"). Each round gives the ratios
this/that and itself/that. The noise of a figure is how far the middle half of itself/that lies from 1. A row is slower
if the median of this/that, in rate, CPU, memory or time, is worse by more than 3 % beyond the noise. A row that looks
slower is measured once more with processes of its own, and judged by all rounds. A row whose noise is above 10 % says
little, and is named at the end: repeat it when the machine is quiet.
"""

import argparse
import contextlib
import pathlib
import resource
import smtplib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

import disk  # noqa: E402
import report  # noqa: E402
from against import HEAD, Against  # noqa: E402
from rows import ROWS, SINGLE  # noqa: E402
from singles import Singles  # noqa: E402
from subjects import Subjects, run_length, try_out  # noqa: E402
from support import place  # noqa: E402

OTHER_HOST = place.OUT / "against" / "out" / "bench" / "host"  # scripts/bench.sh puts it there


def measure(subjects, row, options):
    """Ours in all variants and the peer, in turn: the medians of each, and (messages, syncs) of the spool."""
    with contextlib.ExitStack() as stack:
        ours = {variant: subjects.ours(row, variant, stack) for variant in row.ours}
        turns = {variant: run for variant, (_, run) in ours.items()} | {row.peer: subjects.peer(row, stack)}
        counts = {name: run_length(row, try_out(run, row), options.seconds) for name, run in turns.items()}
        runs = {name: [] for name in turns}
        for _ in range(options.runs):
            for name, run in turns.items():
                runs[name].append(run(counts[name]))
    medians = {name: {key: statistics.median(run[key] for run in of) for key in of[0]} for name, of in runs.items()}
    return medians, ours["spool"][0].syncs() if row.kind == "durable" else None


def chosen(names, patterns):
    """A whole name chooses that row alone; the beginning of names all of them."""
    return [n for n in names if not patterns or any(n == p or (p not in names and n.startswith(p)) for p in patterns)]


def options():
    parser = argparse.ArgumentParser(prog="./build.sh bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--against", metavar="COMMIT")
    found = parser.parse_args()
    found.runs = found.runs or (3 if found.quick else 7 if found.against else 5)
    if found.against and (found.write or found.runs < 2):
        parser.error("--against writes no page, and needs two runs or more")
    return found


def beside_peers(page, subjects, singles, given):
    def row(name):
        found = next((r for r in ROWS if r.name == name), None)
        if found:
            page.row(found, *measure(subjects, found, given))
        else:
            page.single(getattr(singles, name.replace("-", "_"))())
    return row


def each(names, measure_row, fault):
    """1 if one of them could not be measured."""
    failed = 0
    for name in names:
        try:
            measure_row(name)
        except (RuntimeError, OSError, KeyError, smtplib.SMTPException, subprocess.TimeoutExpired) as e:
            failed = 1
            fault(name, e)
    return failed


def main():
    given = options()
    names = chosen(Against.names() if given.against else [row.name for row in ROWS] + SINGLE, given.rows)
    if given.list:
        print("\n".join(names))
        return 0
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with place.folder() as folder, disk.journaled(folder) as (where, disk_is):
        subjects = Subjects(where)
        singles = Singles(folder, subjects)
        if given.against:
            against = Against(subjects, singles, OTHER_HOST, given)
            print(f"this: this tree; that: {given.against}; durable rows on {disk_is}\n\n{HEAD}", flush=True)
            return each(names, against.row, against.fault) | against.end()
        page = report.Report(given, disk_is)
        failed = each(names, beside_peers(page, subjects, singles, given), page.fault)
        page.end(write=given.write)
        return failed


if __name__ == "__main__":
    sys.exit(main())
