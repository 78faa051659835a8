"""The rows of the table: who is measured, under which load, against which target."""

import dataclasses


@dataclasses.dataclass
class Row:
    name: str
    kind: str  # a method of run.Bench
    ours: tuple  # variants of ours
    peer: str
    load: tuple  # arguments of the load tool
    rate: float = 0  # our rate must be at least so many times the peer's
    cpu: dict = dataclasses.field(default_factory=dict)  # by variant: our CPU a message at most this part of the peer's
    most: int = 10**9  # messages in a run


def smtp(size, conns, *more):
    return ("--size", size, "--conns", conns, *more)


# what waits for other hosts: so many messages, to so many hosts
def queued(size, hosts):
    return ("--size", size, "--conns", max(16, hosts), "--to", "user@[127.0.1.%d]", "--users", hosts)


BOTH = ("worker", "inline")

ROWS = [
    Row("discard-1k-c1", "receive", BOTH, "smtp-sink", smtp(1024, 1)),
    Row("discard-1k-c16", "receive", BOTH, "smtp-sink", smtp(1024, 16), cpu={"worker": 0.8, "inline": 0.65}),
    Row("discard-1k-c16-pipelined", "receive", BOTH, "smtp-sink", smtp(1024, 16, "--pipeline", 1), cpu={"worker": 0.8, "inline": 0.55}),
    Row("discard-1k-c128", "receive", BOTH, "smtp-sink", smtp(1024, 128)),
    Row("discard-1k-c16-one-each", "receive", BOTH, "smtp-sink", smtp(1024, 16, "--per-conn", 1)),
    Row("discard-10k-c16", "receive", BOTH, "smtp-sink", smtp(10240, 16)),
    Row("discard-1m-c16", "receive", BOTH, "smtp-sink", smtp(1 << 20, 16), rate=8, most=8000),
    Row("discard-1k-c8-tls", "receive_tls", ("inline",), "clear", smtp(1024, 8), cpu={"inline": 2.0}),
    Row("discard-1m-c8-tls", "receive_tls", ("inline",), "clear", smtp(1 << 20, 8), most=2000),
    Row("durable-1k-c1", "durable", ("spool",), "postfix-hold", smtp(1024, 1), rate=4, cpu={"spool": 0.1}),
    Row("durable-1k-c16", "durable", ("spool",), "postfix-hold", smtp(1024, 16), rate=8, cpu={"spool": 0.1}),
    Row("durable-1k-c16-pipelined", "durable", ("spool",), "postfix-hold", smtp(1024, 16, "--pipeline", 1)),
    Row("durable-1k-c128", "durable", ("spool",), "postfix-hold", smtp(1024, 128), rate=15, cpu={"spool": 0.1}),
    Row("durable-10k-c16", "durable", ("spool",), "postfix-hold", smtp(10240, 16)),
    Row("durable-1k-c16-tls", "durable_tls", ("spool",), "postfix-hold", smtp(1024, 16)),
    Row("durable-1k-c16-tls-one-each", "durable_tls", ("spool",), "postfix-hold", smtp(1024, 16, "--per-conn", 1), most=4000),
    Row("handlers-inline", "handled", ("inline",), "without", smtp(1024, 16), cpu={"inline": 1.3}),
    Row("handlers-pool", "handled", ("pool",), "without", smtp(1024, 16), cpu={"pool": 2}),
    Row("maildir-1k-c16", "delivered", ("maildir",), "postfix-maildir", smtp(1024, 16), rate=4),
    Row("flush-1k", "flush", ("queue",), "postfix-queue", queued(1024, 1), rate=6, cpu={"queue": 0.2}, most=4000),
    Row("flush-4k-1-host", "flush", ("queue",), "postfix-queue", queued(4096, 1), most=10000),
    Row("flush-4k-100-hosts", "flush", ("queue",), "postfix-queue", queued(4096, 100), most=10000),
    Row("client-1k-c1", "client", ("send-all",), "libesmtp", ("--size", 1024), rate=1, cpu={"send-all": 0.8}, most=10000),
    Row("client-1k-c1-curl", "client", ("send-all",), "libcurl", ("--size", 1024), rate=2, most=10000),
    Row("pop3-retr-c1", "retrieve", ("maildir",), "dovecot", ("--conns", 1), rate=1.6, cpu={"maildir": 0.5}),
    Row("pop3-retr-c16", "retrieve", ("maildir",), "dovecot", ("--conns", 16), rate=1.6, cpu={"maildir": 0.5}),
    Row("pop3-retr-c16-window16", "retrieve", ("maildir",), "dovecot", ("--conns", 16, "--window", 16), rate=1.6, cpu={"maildir": 0.5}),
    Row("pop3-retr-tls-c16", "retrieve_tls", ("maildir",), "dovecot", ("--conns", 16), rate=1.6, cpu={"maildir": 0.5}),
    Row("pop3-retr-tls-c16-window16", "retrieve_tls", ("maildir",), "dovecot", ("--conns", 16, "--window", 16), rate=1.6, cpu={"maildir": 0.5}),
    Row("pop3-stat-1000", "stat", ("maildir",), "dovecot", ("--conns", 1, "--retr", 0), rate=5),
    Row("pop3-stat-1000-c16", "stat", ("maildir",), "dovecot", ("--conns", 16, "--retr", 0), rate=5),
    Row("pop3-list-1000", "stat", ("maildir",), "dovecot", ("--conns", 1, "--retr", 0, "--list", 1)),
    Row("pop3-stat-100k", "stat_100k", ("maildir",), "dovecot", ("--conns", 1, "--retr", 0, "--list", 1), most=200),
    Row("pop3-login-c16", "login", ("maildir",), "dovecot", ("--conns", 16, "--retr", 0), rate=5),
]

# rows that are not a load beside a peer: a method each
SINGLE = ["idle-smtp", "idle-smtp-tls", "idle-pop3", "idle-pop3-tls", "first-use", "find-mx", "dkim-sign", "dkim-verify", "one-gib", "one-gib-auth", "client-cancel"]
