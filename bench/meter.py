"""CPU time and memory of a process and all its descendants."""

import os
import time

TICK = 1.0 / os.sysconf("SC_CLK_TCK")


def stat_fields(pid):
    with open(f"/proc/{pid}/stat") as f:
        return f.read().rpartition(")")[2].split()


def tree(root):
    """The process and its living descendants."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                children.setdefault(int(stat_fields(name)[1]), []).append(int(name))
            except (OSError, IndexError):
                pass
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu(root):
    """Seconds: those of living processes to the nanosecond, those of children that have ended and been waited for in ticks."""
    total = 0.0
    for pid in tree(root):
        try:
            fields = stat_fields(pid)
            # the kernel's clock of another process's CPU time: see clock_getcpuclockid(3)
            total += time.clock_gettime((~pid << 3) | 2) + (int(fields[13]) + int(fields[14])) * TICK
        except OSError:
            pass
    return total


def threads_cpu(pid, without):
    """Seconds that the living threads of a process have run, to the nanosecond, without those of one name."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/comm") as f:
                name = f.read().strip()
            with open(f"/proc/{pid}/task/{thread}/schedstat") as f:
                total += int(f.read().split()[0]) if name != without else 0
        except OSError:
            pass
    return total / 1e9


def status_kb(pid, key):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith(key + ":"):
                return int(line.split()[1])
    return 0


def rss_kb(root):
    """Resident memory; of several processes the shared part counts once for each, so use pss_kb for those."""
    return sum(status_kb(pid, "VmRSS") for pid in tree(root))


def peak_kb(pid):
    return status_kb(pid, "VmHWM")
