"""The header's numbers as enumerations. Their members are called as there, without what all of one have in front."""
from __future__ import annotations

from enum import IntEnum, IntFlag

ABI_VERSION = 1
"""What this package is written for: a library with at least this mm_abi_version() has all that it calls."""

PORT_ANY = -1
"""In place of a server's port: one that is free, which the system chooses."""

PORT_NONE = -2
"""In place of a server's port: a server that listens nowhere; its sessions are those that the host gives it."""

QUEUE_ID_SIZE = 32
"""Octets that are enough for a queued message's id and its NUL."""


class _Open(IntEnum):
    """A later library may have more members than this package: such a number is called by itself."""

    @classmethod
    def _missing_(cls, value: object) -> _Open | None:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_, member._value_ = f"UNKNOWN_{value}", value
        return member


class ErrorCode(_Open):
    """Every reason for failure (MM_E_...)."""

    OK = 0
    ARGUMENT = -1
    HANDLE = -2
    STATE = -3
    MEMORY = -4
    FULL = -5
    IO = -6
    LOCKED = -7
    NOT_FOUND = -8
    NOT_SUPPORTED = -9
    CONFIG = -10
    BIND = -11
    DNS = -12
    CONNECT = -13
    CLOSED = -14
    TIMEOUT = -15
    TLS = -16
    PROTOCOL = -17
    REFUSED_TEMPORARY = -18
    REFUSED_PERMANENT = -19
    CANCELLED = -20
    LIMIT = -21
    INTERNAL = -22
    CERTIFICATE_NAME = -23


class LogLevel(_Open):
    """How much a line of the log matters; lower matters more (MM_LOG_...)."""

    ERROR = 1
    WARNING = 2
    INFO = 3
    DEBUG = 4


class Action(IntFlag):
    """What a request callback is asked about (ACTION_...)."""

    POP_LOGIN = 1
    POP_GETMSG = 2
    POP_DELMSG = 4
    SMTP_CONNECT = 8
    SMTP_SENDMSG = 16
    ALL = 0x7FFFFFFF


class SendState(_Open):
    """Where a message, or one of its recipients, has got to (MM_SEND_STATE_...)."""

    NEW = 0
    FIND_HOST = 1
    CONNECTING = 2
    DIALOG = 3
    SENDING = 4
    DONE = 5
    QUEUED = 6
    FAILED = 7
    FINISHED = 8


class Route(_Open):
    """Which way a message takes (MM_SEND_ROUTE_...)."""

    QUEUE = 0
    DIRECT = 1
    SERVER = 2


class Tls(_Open):
    """TLS to the server (MM_TLS_...)."""

    SETTINGS = 0
    NONE = 1
    OPPORTUNISTIC = 2
    REQUIRED = 3
    IMPLICIT = 4


class TlsCheck(_Open):
    """Whether the server's certificate must be right (MM_TLS_CHECK_...)."""

    SETTINGS = 0
    NEVER = 1
    ALWAYS = 2


class Return(_Open):
    """How much of a message a report of its failure brings back (MM_SEND_RETURN_...)."""

    DEFAULT = 0
    FULL = 1
    HEADERS = 2


class Notify(IntFlag):
    """When a report about a recipient is wanted (MM_SEND_NOTIFY_...); NEVER stands alone."""

    DEFAULT = 0
    NEVER = 1
    SUCCESS = 2
    FAILURE = 4
    DELAY = 8


class FetchFlag(IntFlag):
    """How a mailbox elsewhere is fetched from (MM_FETCH_...)."""

    KEEP = 1
    APOP = 2
    CLEAR_PASSWORD = 4


class ImportFlag(IntFlag):
    """How mail of the old module is taken over (MM_IMPORT_...)."""

    DRY_RUN = 1
    UNSTUFFED = 2


class QueueState(_Open):
    """Where a recipient of a queued message is (MM_QUEUE_STATE_...)."""

    READY = 1
    ACTIVE = 2
    DEFERRED = 3
    HELD = 4
    FAILED = 5
    DONE = 6
    RELAYED = 7


class MailboxOpening(IntFlag):
    """How a mailbox is opened (enum mm_mailbox_flags)."""

    SHARED = 1
    CREATE = 2


class MailboxFlag(IntFlag):
    """What is known of a message in a mailbox (enum mm_mailbox_message_flags)."""

    DELETED = 1
    SEEN = 2
    FLAGGED = 4
    ANSWERED = 8


class QueueEventKind(_Open):
    """What happened to a recipient in the queue, or to a mailbox (MM_QUEUE_EVENT_...)."""

    QUEUED = 1
    DEFERRED = 2
    DELIVERED = 3
    BOUNCED = 4
    REMOVED = 5
    QUOTA = 6


class Again(_Open):
    """What a transport returns that can do nothing now (MM_AGAIN...)."""

    AGAIN = 1
    READ = 2
    WRITE = 3


class Ready(IntFlag):
    """What a wait is for, and what it has found (MM_READY_...)."""

    INPUT = 1
    ROOM = 2


class CertificateProblem(IntFlag):
    """What is wrong with a server's certificate (MM_CERTIFICATE_...)."""

    NAME = 1
    TIME = 2
    SELF_SIGNED = 4
    UNTRUSTED = 8
    MISSING = 16
    OTHER = 32


class Layer(_Open):
    """Where in the library's layers something failed (MM_LAYER_...)."""

    NONE = 0
    USE = 1
    RESOLVE = 2
    CONNECT = 3
    PROXY = 4
    TLS = 5
    NETWORK = 6
    PROTOCOL = 7
    HOST = 8


class Stage(_Open):
    """What was being done when something failed (MM_STAGE_...)."""

    NONE = 0
    RESOLVE = 1
    CONNECT = 2
    GREETING = 3
    HELLO = 4
    TLS = 5
    AUTH = 6
    MAIL = 7
    RCPT = 8
    DATA = 9
    CONTENT = 10
    END_OF_DATA = 11
    OTHER = 12


class TraceDirection(_Open):
    """Which way a line of a dialogue goes (MM_TRACE_...)."""

    SENT = 1
    RECEIVED = 2
    EVENT = 3


class ConnectFlags(IntFlag):
    """How SmtpClient connects (enum mm_smtp_connect_flags)."""

    NO_GREETING = 1
    TLS = 2
    GREETING = 4


class Pop3Status(_Open):
    """What a POP3 server has answered (enum mm_pop3_status)."""

    NONE = 0
    OK = 1
    ERR = 2
    CHALLENGE = 3


class Pop3ConnectFlags(IntFlag):
    """How Pop3Client connects (enum mm_pop3_connect_flags)."""

    NO_GREETING = 1
    TLS = 2
    GREETING = 4


class Pop3LoginFlags(IntFlag):
    """What a login of Pop3Client may not use (enum mm_pop3_login_flags)."""

    NO_SASL = 1
    NO_APOP = 2
    NO_USER = 4
    CLEAR_PASSWORD = 8


class Pop3Answer(_Open):
    """What the answer to a command of the host's own looks like (enum mm_pop3_answer)."""

    ONE_LINE = 0
    MANY_LINES = 1
    KNOWN = 2


class WriteFlags(IntFlag):
    """Which piece of a content it is (enum mm_smtp_write_flags)."""

    FIRST = 1
    LAST = 2
    CONVERT_EOL = 4


class Severity(_Open):
    """How much a finding of config_check matters (MM_CONFIG_...)."""

    ERROR = 1
    WARNING = 2


class PasswordForm(_Open):
    """In which form a password is stored (MM_PASSWORD_...)."""

    SCRAM_SHA_256 = 1
    PBKDF2_SHA256 = 2
    PLAIN = 3
    SCRAM_SHA_1 = 4


class DkimAlgorithm(_Open):
    """How a key signs messages (MM_DKIM_...)."""

    RSA_SHA256 = 1
    ED25519_SHA256 = 2


class SmtpProtocol(_Open):
    """Which protocol an SMTP server speaks on its port (MM_SMTP_PROTOCOL_...)."""

    SMTP = 0
    SUBMISSION = 1
    LMTP = 2


class Verdict(_Open):
    """What a handler of a server answers; or a reply code (MM_VERDICT_...)."""

    CONTINUE = 0
    ACCEPT = 1
    REJECT = 2
    CLOSE = 3
    DONE = 4
    PENDING = 5
    LOCAL = 6
    FORWARD = 7
    AMBIGUOUS = 8
    ERROR = 9


class Chunk(IntFlag):
    """Which piece of a message's content a chunk is (MM_CHUNK_...)."""

    FIRST = 1
    LAST = 2


class CheckResult(_Open):
    """What a check has found out about a client (MM_CHECK_...)."""

    NOT_LISTED = 0
    LISTED = 1
    OUT_OF_RANGE = 2
    DOWN = 3
    REFUSED = 4
    UNKNOWN = 5


class AuthResult(_Open):
    """What a check of a message says, in the words of RFC 8601 (MM_AUTH_...)."""

    NONE = 0
    PASS = 1
    FAIL = 2
    SOFTFAIL = 3
    NEUTRAL = 4
    POLICY = 5
    TEMPERROR = 6
    PERMERROR = 7


class AuthFlag(IntFlag):
    """More about a result (MM_AUTH_FLAG_...)."""

    HELO = 1
    TESTING = 2
    BODY_LONGER = 4
    SPF_ALIGNED = 8
    DKIM_ALIGNED = 16


class DmarcPolicy(_Open):
    """What a domain asks for where its name is used without proof (MM_DMARC_...)."""

    NONE = 0
    QUARANTINE = 1
    REJECT = 2


class Wants(_Open):
    """What a session that is stepped waits for (MM_WANTS_...)."""

    READ = 1
    WRITE = 2
    WAIT = 3
    TLS = 4
    CLOSE = 5


class MessageFlag(IntFlag):
    """How a message is opened (MM_MESSAGE_...)."""

    IN_PLACE = 1
    CUT = 2


class MessageLimit(IntFlag):
    """Which limits a message has passed (MM_MESSAGE_LIMIT_...)."""

    HEADER = 1
    PARTS = 2
    DEPTH = 4
    PARAMETERS = 8


class PartFlag(IntFlag):
    """What a part of a message is (MM_PART_...)."""

    MULTIPART = 1
    MESSAGE = 2
    TEXT = 4
    ATTACHMENT = 8
    NOT_ENDED = 16
    CUT = 32
    OTHER_CHARSET = 64
    OTHER_ENCODING = 128


class ContentForm(_Open):
    """In which form a content is read (MM_CONTENT_...)."""

    DECODED = 0
    TEXT = 1
    RAW = 2
    WHOLE = 3
