"""The table as Markdown: printed row by row, and kept in docs/performance.md when asked."""

import datetime
import os
import pathlib
import platform
import re

from support import place

PAGE = place.ROOT / "docs" / "performance.md"
NEXT = "\n## "  # what is written by hand begins with its first heading
HEAD = ("| row | ours | rate/s | p50/p99 µs | CPU µs | peer | rate/s | p50/p99 µs | CPU µs | rate × | CPU × | target |\n"
        "|---|---|---:|---:|---:|---|---:|---:|---:|---:|---:|---|")


class Report:
    def __init__(self, options, disk_is):
        self.options, self.disk_is = options, disk_is
        self.table, self.notes = [], []

    def row(self, row, medians, syncs):
        if not self.table:
            print(HEAD, flush=True)
        peer = medians[row.peer]
        for variant in row.ours:
            ours = medians[variant]
            rate, cpu = ours["rate"] / peer["rate"], ours["cpu"] / peer["cpu"]
            line = (f"| {row.name} | {variant} | {self.figures(ours)} | {row.peer} | {self.figures(peer)} "
                    f"| {rate:.2f} | {cpu:.2f} | {self.target(row, variant, rate, cpu)} |")
            self.table.append(line)
            print(line, flush=True)
        if row.kind == "durable":
            self.note(f"{row.name}: ours with the delivery to Maildirs behind it {medians['spool']['cpu_delivered']:.1f} µs a message"
                      + (f"; {syncs[0]:,} messages in {syncs[1]:,} syncs" if syncs else "; the log names no syncs"))

    @staticmethod
    def figures(of):
        return f"{of['rate']:,.0f} | {of['p50']:,.0f}/{of['p99']:,.0f} | {of['cpu']:,.1f}"

    @staticmethod
    def target(row, variant, rate, cpu):
        said = []
        if row.rate:
            said.append(f"rate ≥ {row.rate:g}" + ("" if rate >= row.rate else " **missed**"))
        if variant in row.cpu:
            said.append(f"CPU ≤ {row.cpu[variant]:g}" + ("" if cpu <= row.cpu[variant] else " **missed**"))
        return ", ".join(said)

    def single(self, text):
        self.note(text)

    def fault(self, name, error):
        self.note(f"{name}: FAILED: {error}")

    def note(self, text):
        self.notes.append(text)
        print(text, flush=True)

    def end(self, write):
        if write:
            _, heading, by_hand = PAGE.read_text().partition(NEXT)
            PAGE.write_text(self.page() + heading + by_hand)
            print(f"written: {PAGE.relative_to(place.ROOT)}")

    def page(self):
        return "\n".join([
            "# Performance", "",
            "What `./build.sh bench` measured last. Ratios are ours over the peer's in the same run; absolute figures belong to the "
            "machine.", "",
            f"{datetime.date.today().isoformat()}; {machine()}; durable rows on {self.disk_is}. Load and servers share the machine, over "
            f"loopback. Medians of {self.options.runs} alternating runs of about {self.options.seconds:g} s.", "",
            *peers(), "", HEAD, *self.table, "", *(f"- {n}" for n in self.notes), ""])


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} × {cpu.group(1) if cpu else platform.machine()}, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


def peers():
    postfix = place.run("postconf", "-d", "-h", "mail_version").stdout.strip()
    dovecot = place.run("dovecot", "--version").stdout.split()[0]
    return [
        f"- smtp-sink (Postfix {postfix}): one process, 20,000 sessions.",
        "- clear: ours, inline, in clear text. What the TLS rows show is what TLS costs; each connection begins by STARTTLS.",
        "- without: ours, without handlers. What the rows of handlers show is what they cost: one for every step, which all continue, inline or on their pool.",
        f"- postfix-hold (Postfix {postfix}): at most 200 processes, TLS in the rows of that name alone, no DNS, no log; each message is queued with one fsync and held.",
        "- postfix-maildir: the same, delivered by virtual(8) to one Maildir; until the last file is in place.",
        "- postfix-queue: postfix-hold released, and its queue flushed; 20 connections to one host, its default. Flush rows: all messages of a run (4,000 of 1 KiB, 10,000 of "
        "4 KiB) wait durably and are released at once; until the last is at bench/sink.c; CPU until the queue has forgotten them.",
        f"- dovecot ({dovecot}): two login and two POP3 processes that serve any number of sessions; 16 Maildirs of 1,000 messages of 4 KiB.",
        "- libesmtp, libcurl: bench/esmtp_send.c (one session, pipelined by the library), bench/curl_send.c (one transfer after the other); ours: "
        "bench/client_send.c (mm_smtp_send_all). 10,000 messages of 1 KiB over one connection to bench/sink.c; CPU is the client's.",
        "- ours: bench/host.c. worker: a callback below 0 on a worker thread; inline: `callback_inline`; spool: 250 after the sync, "
        "delivery to 16 Maildirs goes on behind it; maildir: until the last file is in place.",
    ]
