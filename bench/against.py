"""This tree beside another commit of it: --against COMMIT. The other one is measured twice, as "that" and as "itself",
by two processes: how far these two differ, though they are the same, is the noise."""

import contextlib
import dataclasses
import statistics

from rows import ROWS
from servers import HOST
from subjects import run_length, try_out

ALLOWED = 0.03  # worse by so much beyond the noise is not yet slower
LOUD = 0.10  # noise that hides what the row should show

# what is compared, where a row has it: its name in the table, and whether more is better
FIGURES = {
    "rate": ("rate/s", True),
    "cpu": ("CPU µs", False),
    "cpu_delivered": ("CPU µs, delivered", False),
    "kib": ("KiB", False),
    "ms": ("ms", False),
}

# Rows of rows.SINGLE that give one figure: the figure, and a method of Singles. one-gib is not among them: what it adds
# to the memory is next to nothing, so that its ratio says nothing.
SINGLES = {
    "idle-smtp": ("kib", "idle_kib"),
    "idle-smtp-tls": ("kib", "idle_tls_kib"),
    "first-use": ("ms", "first_use_ms"),
    "find-mx-t1": ("cpu", "find_mx_t1"),
    "find-mx-t16": ("cpu", "find_mx_t16"),
}

SUBJECTS = ("this", "that", "itself")

HEAD = ("| row | variant | figure | this | that | this/that (middle half) | itself/that (middle half) | verdict |\n"
        "|---|---|---|---:|---:|---:|---:|---|")


@dataclasses.dataclass
class Ratios:
    """One figure of one round over the same figure of another subject in the same round."""
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, upper, lower):
        each = [above / max(below, 1e-9) for above, below in zip(upper, lower)]
        low, median, high = statistics.quantiles(each, n=4, method="inclusive")
        return cls(median, low, high)

    @property
    def spread(self):
        """How far the middle half lies from 1."""
        return max(abs(self.low - 1), abs(self.high - 1))

    def __str__(self):
        return f"{self.median:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclasses.dataclass
class Compared:
    figure: str
    this: float
    that: float
    ratio: Ratios
    noise: Ratios

    @classmethod
    def of(cls, figure, rounds):
        values = {name: [r[name][figure] for r in rounds] for name in SUBJECTS}
        return cls(figure, statistics.median(values["this"]), statistics.median(values["that"]),
                   Ratios.of(values["this"], values["that"]), Ratios.of(values["itself"], values["that"]))

    @property
    def is_slower(self):
        allowed = ALLOWED + self.noise.spread
        more_is_better = FIGURES[self.figure][1]
        return self.ratio.median < 1 - allowed if more_is_better else self.ratio.median > 1 + allowed

    @property
    def is_loud(self):
        return self.noise.spread > LOUD

    def line(self, name, variant):
        verdict = "**slower**" if self.is_slower else "not slower"
        noise = f"noise {100 * self.noise.spread:.1f} %" + (": too much" if self.is_loud else "")
        return (f"| {name} | {variant} | {FIGURES[self.figure][0]} | {self.this:,.1f} | {self.that:,.1f} "
                f"| {self.ratio} | {self.noise} | {verdict} ({noise}) |")


class Against:
    def __init__(self, subjects, singles, other, options):
        self.subjects, self.singles, self.options = subjects, singles, options
        self.hosts = {"this": HOST, "that": other, "itself": other}
        self.slower, self.loud = [], []

    @staticmethod
    def names():
        # clients and handlers are of today: a commit that is looked back at may not have the calls
        return [row.name for row in ROWS if row.kind not in ("client", "handled")] + list(SINGLES)

    def row(self, name):
        """Measures a row in all its variants, and says of each figure whether it is slower."""
        row = next((r for r in ROWS if r.name == name), None)
        for variant in row.ours if row else ("",):
            self.judge(name, variant, lambda: self.rounds(row, variant) if row else self.single_rounds(name))

    def judge(self, name, variant, measure):
        rounds = measure()
        compared = compare(rounds)
        if any(c.is_slower for c in compared):
            # Perhaps it was that one process, or that one minute.
            compared = compare(rounds + measure())
        for c in compared:
            print(c.line(name, variant), flush=True)
        if any(c.is_slower for c in compared):
            self.slower.append(f"{name} {variant}".strip())
        elif any(c.is_loud for c in compared):
            self.loud.append(f"{name} {variant}".strip())

    def rounds(self, row, variant):
        with contextlib.ExitStack() as stack:
            runs = {name: self.subjects.ours(row, variant, stack, host)[1] for name, host in self.hosts.items()}
            rate = min(try_out(run, row) for run in runs.values())
            count = run_length(row, rate, self.options.seconds)
            return [{name: runs[name](count) for name in turn(i)} for i in range(self.options.runs)]

    def single_rounds(self, name):
        figure, method = SINGLES[name]
        measure = getattr(self.singles, method)
        return [{name: {figure: measure(self.hosts[name])} for name in turn(i)} for i in range(self.options.runs)]

    @staticmethod
    def fault(name, error):
        print(f"{name}: FAILED: {error}", flush=True)

    def end(self):
        print(f"\nslower: {', '.join(self.slower)}" if self.slower else "\nno row is slower")
        if self.loud:
            print(f"but the noise was too much to tell in: {', '.join(self.loud)}")
        return 1 if self.slower else 0


def turn(number):
    """Another one begins each round, so that none has always the same one before it."""
    first = number % len(SUBJECTS)
    return SUBJECTS[first:] + SUBJECTS[:first]


def compare(rounds):
    return [Compared.of(figure, rounds) for figure in FIGURES if figure in rounds[0]["this"]]
