"""Where the session of a client that is lost is cut."""

import socket
import struct

NO_SECONDS = struct.pack("ii", 1, 0)


def points(steps):
    """Before and behind each step, within it, and within ends of lines; with how many steps are whole then."""
    at = 0
    for number, step in enumerate(steps):
        yield at, number
        inner = {1, len(step) // 2, len(step) - 1, *(end + n for end in range(len(step)) if step[end:end + 2] == b"\r\n" for n in (1, 2))}
        yield from ((at + n, number) for n in sorted(inner) if 0 < n < len(step))
        at += len(step)
    yield at, len(steps)


def reset(s):
    """Closes a socket in such a way that the other side's connection is reset."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_SECONDS)
    s.close()
