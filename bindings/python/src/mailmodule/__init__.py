"""MailModule for Python: a mail engine (SMTP and POP3 servers, a durable queue, sending) and an SMTP client.

    import mailmodule

    with mailmodule.Engine({"mail_root": "mail", "smtp_name": "example.org"}) as engine:
        result = mailmodule.send_mail(
            engine, "ann@example.org", "bob@example.net", subject="Hello", text="Good morning.\\n",
            options=mailmodule.SendOptions(host="mail.example.org", port=587, tls=mailmodule.Tls.REQUIRED),
        )
        result.raise_for_failure()

What stands in include/mailmodule.h holds here too: guarantees, threads, and what each call does. The shared library is
loaded at the first call that needs it.
"""
from ._abi.clients import Certificate, CertificateHandler, Token, TraceHandler
from ._abi.library import library
from ._abi.readers import Reader
from .authentication import (
    AuthFinding,
    AuthFindings,
    arc_seal,
    arc_validate,
    dkim_sign,
    dkim_verify,
    dmarc_check,
    spf_check,
    start_arc_seal,
    start_arc_validate,
    start_dkim_sign,
    start_dkim_verify,
    start_dmarc_check,
    start_spf_check,
)
from .constants import (
    ABI_VERSION,
    Action,
    AuthFlag,
    AuthResult,
    CertificateProblem,
    CheckResult,
    Chunk,
    ContentForm,
    DkimAlgorithm,
    DmarcPolicy,
    ErrorCode,
    FetchFlag,
    ImportFlag,
    Layer,
    LogLevel,
    MailboxFlag,
    MailboxOpening,
    MessageLimit,
    Notify,
    PORT_ANY,
    PORT_NONE,
    PartFlag,
    PasswordForm,
    Pop3Answer,
    Pop3LoginFlags,
    Pop3Status,
    QueueEventKind,
    QueueState,
    Ready,
    Return,
    Route,
    SendState,
    Severity,
    SmtpProtocol,
    Stage,
    Tls,
    TlsCheck,
    TraceDirection,
    Verdict,
    Wants,
)
from .engine import Engine, Settings, Value
from .errors import ErrorDetail, LibraryNotFound, MailModuleError, SendFailure, SmtpRefusal
from .fetching import Fetch, FetchAccount, FetchEventHandler, FetchResult, fetch_now, fetch_results
from .handlers import Answer, SmtpHandlers
from .importing import ImportedFile, ImportHandler, ImportResult, import_legacy
from .lookups import DkimKey, Finding, MailHost, config_check, dkim_key_make, find_mx, password_make
from .mail import Address, Mail, ReadyMessage, send_mail, start_mail
from .mailbox import Mailbox, MailboxEvent, MailboxEventHandler, MailboxMessage
from .message import Attachment, ComposedMessage, Field, FoundAddress, ParsedMessage, Part
from .pop3 import Pop3Client, Pop3Entry, Pop3Reply
from .pop3_handlers import Pop3Handlers
from .queue import Control, EngineQueue, Queue, QueueCounts, QueuedMessage, QueuedRecipient, QueueEvent
from .queue import QueueEventHandler
from .requests import CARRY_ON, TAKEN, Handler, Request, set_pop3_server, set_smtp_server
from .sending import EventHandler, Message, RecipientResult, SendEvent, SendOptions, SendResult
from .servers import Pop3Server, SmtpServer
from .session import Pending, Session, SessionCheck, SessionInfo, SessionLogin, SessionMail, SessionMessage
from .session import SessionRecipient
from .smtp import Reply, SmtpClient
from .stepped import Step, SteppedSession, Wake
from .transactions import SentHandler, SentRecipient, SmtpMessage
from .transport import Transport

__version__ = "0.1.0"


def library_version() -> str:
    """The version of the shared library, such as "0.1.0"."""
    version: bytes = library().mm_version()
    return version.decode("ascii")


def strerror(code: int) -> str:
    """The meaning of an ErrorCode in words."""
    meaning: bytes = library().mm_strerror(code)
    return meaning.decode("utf-8")


__all__ = [
    "ABI_VERSION",
    "Action",
    "Address",
    "Answer",
    "Attachment",
    "AuthFinding",
    "AuthFindings",
    "AuthFlag",
    "AuthResult",
    "CARRY_ON",
    "Certificate",
    "CertificateHandler",
    "CertificateProblem",
    "CheckResult",
    "Chunk",
    "ComposedMessage",
    "ContentForm",
    "Control",
    "DkimAlgorithm",
    "DkimKey",
    "DmarcPolicy",
    "Engine",
    "EngineQueue",
    "ErrorCode",
    "ErrorDetail",
    "EventHandler",
    "Fetch",
    "FetchAccount",
    "FetchEventHandler",
    "FetchFlag",
    "FetchResult",
    "Field",
    "Finding",
    "FoundAddress",
    "Handler",
    "ImportFlag",
    "ImportHandler",
    "ImportResult",
    "ImportedFile",
    "Layer",
    "LibraryNotFound",
    "LogLevel",
    "Mail",
    "MailHost",
    "MailModuleError",
    "Mailbox",
    "MailboxEvent",
    "MailboxEventHandler",
    "MailboxFlag",
    "MailboxMessage",
    "MailboxOpening",
    "Message",
    "MessageLimit",
    "Notify",
    "PORT_ANY",
    "PORT_NONE",
    "ParsedMessage",
    "Part",
    "PartFlag",
    "PasswordForm",
    "Pending",
    "Pop3Answer",
    "Pop3Client",
    "Pop3Entry",
    "Pop3Handlers",
    "Pop3LoginFlags",
    "Pop3Reply",
    "Pop3Server",
    "Pop3Status",
    "Queue",
    "QueueCounts",
    "QueueEvent",
    "QueueEventHandler",
    "QueueEventKind",
    "QueueState",
    "QueuedMessage",
    "QueuedRecipient",
    "Reader",
    "Ready",
    "ReadyMessage",
    "RecipientResult",
    "Reply",
    "Request",
    "Return",
    "Route",
    "SendEvent",
    "SendFailure",
    "SendOptions",
    "SendResult",
    "SendState",
    "SentHandler",
    "SentRecipient",
    "Session",
    "SessionCheck",
    "SessionInfo",
    "SessionLogin",
    "SessionMail",
    "SessionMessage",
    "SessionRecipient",
    "Settings",
    "Severity",
    "SmtpClient",
    "SmtpHandlers",
    "SmtpMessage",
    "SmtpProtocol",
    "SmtpRefusal",
    "SmtpServer",
    "Stage",
    "Step",
    "SteppedSession",
    "TAKEN",
    "Tls",
    "TlsCheck",
    "Token",
    "TraceDirection",
    "TraceHandler",
    "Transport",
    "Value",
    "Verdict",
    "Wake",
    "Wants",
    "arc_seal",
    "arc_validate",
    "config_check",
    "dkim_key_make",
    "dkim_sign",
    "dkim_verify",
    "dmarc_check",
    "fetch_now",
    "fetch_results",
    "find_mx",
    "import_legacy",
    "library_version",
    "password_make",
    "send_mail",
    "set_pop3_server",
    "set_smtp_server",
    "spf_check",
    "start_arc_seal",
    "start_arc_validate",
    "start_dkim_sign",
    "start_dkim_verify",
    "start_dmarc_check",
    "start_mail",
    "start_spf_check",
    "strerror",
]
