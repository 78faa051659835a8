"""The header's structures and callbacks, by its own names. A test compares each with the header.

Each structure begins with its size, which sized() sets."""
from __future__ import annotations

import os
from ctypes import CFUNCTYPE, POINTER, Structure, sizeof
from ctypes import c_char, c_char_p, c_int, c_int32, c_int64, c_size_t, c_ssize_t, c_uint32, c_void_p
from typing import Any, Callable, TypeVar

# A SOCKET or HANDLE on Windows, a descriptor elsewhere.
Socket = c_size_t if os.name == "nt" else c_int

_S = TypeVar("_S", bound=Structure)


def sized(structure: type[_S]) -> _S:
    """A structure of which everything but its size is 0."""
    return structure(size=sizeof(structure))


def called_by_c(kind: Any) -> Callable[[Callable[..., Any]], Any]:
    """Makes the function under it one of C's of that kind; of the kind itself, (0) makes NULL."""

    def made(function: Callable[..., Any]) -> Any:
        return kind(function)

    return made


# The arguments behind the third are variadic in C. See requests.py, which says why they may be declared here.
SMTPReqCallback = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, c_void_p, c_void_p, c_void_p)
MsgCallback = CFUNCTYPE(None, c_void_p, c_void_p, c_int, c_int)
mm_stream_closed_fn = CFUNCTYPE(None, c_void_p)
mm_log_fn = CFUNCTYPE(None, c_int, c_char_p, c_char_p, c_void_p)
mm_send_read_fn = CFUNCTYPE(c_int, c_void_p, c_size_t, POINTER(c_size_t), c_void_p)
mm_transport_read_fn = CFUNCTYPE(c_int, c_void_p, c_size_t, POINTER(c_size_t), c_void_p)
mm_transport_write_fn = CFUNCTYPE(c_int, c_void_p, c_size_t, POINTER(c_size_t), c_void_p)
mm_transport_wait_fn = CFUNCTYPE(c_int, c_int, c_int, POINTER(c_int), c_void_p)
mm_transport_interrupt_fn = CFUNCTYPE(None, c_void_p)
mm_transport_close_fn = CFUNCTYPE(None, c_void_p)
mm_trace_fn = CFUNCTYPE(None, c_int, c_char_p, c_void_p)
mm_token_fn = CFUNCTYPE(c_int, c_void_p, c_size_t, POINTER(c_size_t), c_void_p)
mm_config_fn = CFUNCTYPE(None, c_int, c_char_p, c_int, c_char_p, c_char_p, c_void_p)


class mm_send_event(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("octets", c_int64),
        ("recipient", c_int),
        ("state", c_int),
        ("error", c_int),
        ("reply_code", c_int),
    ]


mm_send_event_fn = CFUNCTYPE(None, c_void_p, POINTER(mm_send_event), c_void_p)


class mm_send_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("route", c_int),
        ("port", c_int),
        ("tls", c_int),
        ("tls_check", c_int),
        ("timeout_ms", c_int),
        ("return_content", c_int),
        ("host", c_char_p),
        ("user_name", c_char_p),
        ("password", c_char_p),
        ("hello_name", c_char_p),
        ("envelope_id", c_char_p),
        ("on_event", mm_send_event_fn),
        ("user", c_void_p),
    ]


class mm_send_result(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("address", c_char_p),
        ("status", c_char_p),
        ("reply", c_char_p),
        ("host", c_char_p),
        ("host_address", c_char_p),
        ("tls", c_char_p),
        ("queue_id", c_char_p),
        ("state", c_int),
        ("error", c_int),
        ("reply_code", c_int),
        ("attempts", c_int),
        ("tls_checked", c_int),
        ("maybe_taken", c_int),
    ]


mm_control_result_fn = CFUNCTYPE(None, c_int, POINTER(mm_send_result), c_void_p)


class mm_mail(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("from", c_char_p),
        ("to", c_char_p),
        ("cc", c_char_p),
        ("bcc", c_char_p),
        ("subject", c_char_p),
        ("text", c_char_p),
        ("message", c_void_p),
        ("message_size", c_size_t),
        ("path", c_char_p),
        ("read", mm_send_read_fn),
        ("read_user", c_void_p),
    ]


class mm_queue_counts(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("messages", c_int64),
        ("recipients", c_int64),
        ("ready", c_int64),
        ("active", c_int64),
        ("deferred", c_int64),
        ("held", c_int64),
        ("failed", c_int64),
    ]


class mm_queue_message(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("received", c_int64),
        ("expires", c_int64),
        ("length", c_int64),
        ("id", c_char_p),
        ("sender", c_char_p),
        ("recipients", c_int),
        ("open", c_int),
    ]


class mm_queue_recipient(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("last_attempt", c_int64),
        ("next_attempt", c_int64),
        ("address", c_char_p),
        ("status", c_char_p),
        ("reply", c_char_p),
        ("host", c_char_p),
        ("state", c_int),
        ("error", c_int),
        ("reply_code", c_int),
        ("attempts", c_int),
    ]


class mm_queue_event(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("sequence", c_int64),
        ("time", c_int64),
        ("next_attempt", c_int64),
        ("id", c_char_p),
        ("sender", c_char_p),
        ("recipient", c_char_p),
        ("status", c_char_p),
        ("reply", c_char_p),
        ("host", c_char_p),
        ("tls", c_char_p),
        ("kind", c_int),
        ("error", c_int),
        ("reply_code", c_int),
        ("attempts", c_int),
        ("mailbox_octets", c_int64),
        ("quota_octets", c_int64),
        ("mailbox_messages", c_int64),
        ("quota_messages", c_int64),
    ]


mm_queue_event_fn = CFUNCTYPE(None, POINTER(mm_queue_event), c_void_p)


class mm_mailbox_message(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("id", c_char_p),
        ("received", c_int64),
        ("octets", c_int64),
        ("length", c_int64),
        ("flags", c_int),
        ("reserved", c_int),
    ]


class mm_mailbox_delivery(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("name", c_char_p),
        ("folder", c_char_p),
        ("from", c_char_p),
        ("message", c_void_p),
        ("message_size", c_size_t),
        ("path", c_char_p),
        ("read", mm_send_read_fn),
        ("read_user", c_void_p),
    ]


class mm_mailbox_event(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("sequence", c_int64),
        ("octets", c_int64),
        ("name", c_char_p),
        ("folder", c_char_p),
        ("id", c_char_p),
        ("sender", c_char_p),
    ]


mm_mailbox_event_fn = CFUNCTYPE(None, POINTER(mm_mailbox_event), c_void_p)


class mm_fetch_account(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("host", c_char_p),
        ("user", c_char_p),
        ("password", c_char_p),
        ("name", c_char_p),
        ("port", c_int),
        ("tls", c_int),
        ("tls_check", c_int),
        ("flags", c_int),
        ("most", c_int),
        ("timeout_ms", c_int),
    ]


class mm_fetch_result(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("account", c_char_p),
        ("text", c_char_p),
        ("sequence", c_int64),
        ("began", c_int64),
        ("ended", c_int64),
        ("next", c_int64),
        ("octets", c_int64),
        ("found", c_int),
        ("fetched", c_int),
        ("known", c_int),
        ("deleted", c_int),
        ("refused", c_int),
        ("left", c_int),
        ("error", c_int),
        ("stage", c_int),
    ]


mm_fetch_event_fn = CFUNCTYPE(None, POINTER(mm_fetch_result), c_void_p)


class mm_import_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("name", c_char_p),
        ("queue", c_char_p),
        ("flags", c_int),
        ("reserved", c_int),
    ]


class mm_import_file(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("path", c_char_p),
        ("name", c_char_p),
        ("folder", c_char_p),
        ("text", c_char_p),
        ("octets", c_int64),
        ("error", c_int),
        ("known", c_int),
    ]


mm_import_fn = CFUNCTYPE(c_int, POINTER(mm_import_file), c_void_p)


class mm_import_result(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("messages", c_int64),
        ("queued", c_int64),
        ("known", c_int64),
        ("failed", c_int64),
        ("octets", c_int64),
    ]


class mm_smtp_server_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("addresses", c_char_p),
        ("port", c_int),
        ("max_sessions", c_int),
        ("protocol", c_int),
        ("tls", c_int),
    ]


class mm_session_login(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("mechanism", c_char_p),
        ("user", c_char_p),
        ("identity", c_char_p),
        ("password", c_char_p),
        ("token", c_char_p),
        ("certificate", c_char_p),
        ("password_length", c_size_t),
    ]


class mm_session_mail(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("verb", c_char_p),
        ("address", c_char_p),
        ("local_part", c_char_p),
        ("domain", c_char_p),
        ("parameters", c_char_p),
        ("envelope_id", c_char_p),
        ("declared_size", c_int64),
        ("eight_bit", c_int),
        ("utf8", c_int),
    ]


class mm_session_rcpt(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("address", c_char_p),
        ("local_part", c_char_p),
        ("domain", c_char_p),
        ("route", c_char_p),
        ("parameters", c_char_p),
        ("original", c_char_p),
        ("notify", c_int),
        ("reserved", c_int),
    ]


mm_session_fn = CFUNCTYPE(c_int, c_void_p, c_void_p)
mm_session_text_fn = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)
mm_session_auth_fn = CFUNCTYPE(c_int, c_void_p, POINTER(mm_session_login), c_void_p)
mm_session_mail_fn = CFUNCTYPE(c_int, c_void_p, POINTER(mm_session_mail), c_void_p)
mm_session_rcpt_fn = CFUNCTYPE(c_int, c_void_p, POINTER(mm_session_rcpt), c_void_p)
mm_session_domain_fn = CFUNCTYPE(c_int, c_void_p, c_char_p, POINTER(c_char_p), c_size_t, c_void_p)
mm_session_chunk_fn = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t, c_int, c_void_p)
mm_session_message_fn = CFUNCTYPE(c_int, c_void_p, c_int64, c_void_p)
mm_session_unknown_fn = CFUNCTYPE(c_int, c_void_p, c_char_p, c_char_p, c_void_p)
mm_session_error_fn = CFUNCTYPE(None, c_void_p, c_int, c_char_p, c_void_p)
mm_session_event_fn = CFUNCTYPE(None, c_void_p, c_void_p)


class mm_smtp_server_handlers(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("connect", mm_session_fn),
        ("helo", mm_session_text_fn),
        ("ehlo", mm_session_text_fn),
        ("auth", mm_session_auth_fn),
        ("secret", mm_session_text_fn),
        ("mail", mm_session_mail_fn),
        ("domain", mm_session_domain_fn),
        ("lookup", mm_session_text_fn),
        ("rcpt", mm_session_rcpt_fn),
        ("data", mm_session_fn),
        ("chunk", mm_session_chunk_fn),
        ("message", mm_session_message_fn),
        ("vrfy", mm_session_text_fn),
        ("expn", mm_session_text_fn),
        ("help", mm_session_text_fn),
        ("noop", mm_session_text_fn),
        ("rset", mm_session_fn),
        ("turn", mm_session_fn),
        ("unknown", mm_session_unknown_fn),
        ("timeout", mm_session_event_fn),
        ("error", mm_session_error_fn),
        ("close", mm_session_event_fn),
    ]


class mm_pop3_server_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("addresses", c_char_p),
        ("port", c_int),
        ("max_sessions", c_int),
        ("tls", c_int),
        ("reserved", c_int),
    ]


class mm_session_message(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("id", c_char_p),
        ("data", c_void_p),
        ("octets", c_int64),
        ("number", c_int),
        ("lines", c_int),
    ]


mm_session_message_at_fn = CFUNCTYPE(c_int, c_void_p, POINTER(mm_session_message), c_void_p)
mm_session_open_fn = CFUNCTYPE(c_int, c_void_p, c_char_p, c_char_p, c_void_p)
mm_session_read_fn = CFUNCTYPE(c_int, c_void_p, c_size_t, c_void_p)


class mm_pop3_server_handlers(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("connect", mm_session_fn),
        ("capa", mm_session_fn),
        ("auth", mm_session_auth_fn),
        ("secret", mm_session_text_fn),
        ("open", mm_session_open_fn),
        ("retr", mm_session_message_at_fn),
        ("read", mm_session_read_fn),
        ("dele", mm_session_message_at_fn),
        ("rset", mm_session_fn),
        ("remove", mm_session_message_at_fn),
        ("update", mm_session_fn),
        ("noop", mm_session_text_fn),
        ("unknown", mm_session_unknown_fn),
        ("timeout", mm_session_event_fn),
        ("error", mm_session_error_fn),
        ("close", mm_session_event_fn),
    ]


class mm_session_info(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("client", c_char_p),
        ("connected_from", c_char_p),
        ("server", c_char_p),
        ("helo", c_char_p),
        ("protocol", c_char_p),
        ("tls", c_char_p),
        ("tls_name", c_char_p),
        ("certificate", c_char_p),
        ("user", c_char_p),
        ("mechanism", c_char_p),
        ("began", c_int64),
        ("client_port", c_int),
        ("server_port", c_int),
        ("trusted", c_int),
        ("messages", c_int),
    ]


class mm_session_check(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("kind", c_char_p),
        ("name", c_char_p),
        ("answer", c_char_p),
        ("reason", c_char_p),
        ("result", c_int),
        ("reserved", c_int),
    ]


mm_wake_fn = CFUNCTYPE(None, c_void_p)


class mm_smtp_stepped_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("client", c_char_p),
        ("server", c_char_p),
        ("tls", c_char_p),
        ("wake", mm_wake_fn),
        ("user", c_void_p),
        ("client_port", c_int),
        ("server_port", c_int),
        ("offer_tls", c_int),
        ("protocol", c_int),
    ]


class mm_pop3_stepped_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("client", c_char_p),
        ("server", c_char_p),
        ("tls", c_char_p),
        ("wake", mm_wake_fn),
        ("user", c_void_p),
        ("client_port", c_int),
        ("server_port", c_int),
        ("offer_tls", c_int),
        ("reserved", c_int),
    ]


class mm_transport(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("read", mm_transport_read_fn),
        ("write", mm_transport_write_fn),
        ("wait", mm_transport_wait_fn),
        ("interrupt", mm_transport_interrupt_fn),
        ("close", mm_transport_close_fn),
        ("user", c_void_p),
        ("socket", c_ssize_t),
        ("is_secure", c_int),
        ("reserved", c_int),
    ]


class mm_certificate(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("host", c_char_p),
        ("subject", c_char_p),
        ("issuer", c_char_p),
        ("names", c_char_p),
        ("problem_text", c_char_p),
        ("chain", POINTER(c_void_p)),
        ("chain_lengths", POINTER(c_size_t)),
        ("not_before", c_int64),
        ("not_after", c_int64),
        ("chain_count", c_int),
        ("problems", c_int),
    ]


mm_certificate_fn = CFUNCTYPE(None, POINTER(mm_certificate), POINTER(c_int), c_void_p)


class mm_error_detail(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("message", c_char_p),
        ("host", c_char_p),
        ("peer", c_char_p),
        ("code", c_int),
        ("layer", c_int),
        ("stage", c_int),
        ("os_error", c_int),
        ("tls_alert", c_int),
        ("certificate", c_int),
        ("retry", c_int),
        ("reserved", c_int),
    ]


class mm_smtp_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("connect_timeout_ms", c_int),
        ("send_timeout_ms", c_int),
        ("receive_timeout_ms", c_int),
        ("tls_check", c_int),
        ("proxy", c_char_p),
        ("certificate", c_char_p),
        ("key", c_char_p),
        ("on_certificate", mm_certificate_fn),
        ("on_trace", mm_trace_fn),
        ("user", c_void_p),
    ]


class mm_smtp_reply(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("text", c_char_p),
        ("raw", c_char_p),
        ("status", c_char_p),
        ("challenge", c_char_p),
        ("code", c_int),
        ("lines", c_int),
        ("due", c_int),
        ("reserved", c_int),
    ]


class mm_smtp_message(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("from", c_char_p),
        ("parameters", c_char_p),
        ("to", POINTER(c_char_p)),
        ("to_parameters", POINTER(c_char_p)),
        ("recipients", c_size_t),
        ("content", c_void_p),
        ("content_size", c_size_t),
        ("path", c_char_p),
        ("read", mm_send_read_fn),
        ("user", c_void_p),
    ]


mm_smtp_next_fn = CFUNCTYPE(c_int, POINTER(mm_smtp_message), c_void_p)


class mm_smtp_recipient(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("status", c_char_p),
        ("reply", c_char_p),
        ("error", c_int),
        ("code", c_int),
        ("stage", c_int),
        ("maybe_taken", c_int),
    ]


mm_smtp_sent_fn = CFUNCTYPE(None, c_int64, POINTER(POINTER(mm_smtp_recipient)), c_size_t, c_void_p)


class mm_pop3_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("connect_timeout_ms", c_int),
        ("send_timeout_ms", c_int),
        ("receive_timeout_ms", c_int),
        ("tls_check", c_int),
        ("proxy", c_char_p),
        ("certificate", c_char_p),
        ("key", c_char_p),
        ("on_certificate", mm_certificate_fn),
        ("on_trace", mm_trace_fn),
        ("user", c_void_p),
    ]


class mm_pop3_entry(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("octets", c_int64),
        ("id", c_char_p),
        ("number", c_int),
        ("reserved", c_int),
    ]


mm_pop3_message_fn = CFUNCTYPE(c_int, c_int, c_void_p, c_size_t, c_int, c_void_p)


class mm_pop3_reply(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("text", c_char_p),
        ("raw", c_char_p),
        ("code", c_char_p),
        ("challenge", c_char_p),
        ("stamp", c_char_p),
        ("status", c_int),
        ("due", c_int),
    ]


class mm_message_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("max_header", c_size_t),
        ("max_parts", c_int),
        ("max_depth", c_int),
        ("max_parameters", c_int),
        ("flags", c_int),
    ]


class mm_part(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("offset", c_int64),
        ("octets", c_int64),
        ("parent", c_int),
        ("children", c_int),
        ("first_child", c_int),
        ("next", c_int),
        ("depth", c_int),
        ("flags", c_int),
        ("type", c_char_p),
        ("charset", c_char_p),
        ("encoding", c_char_p),
        ("disposition", c_char_p),
        ("file_name", c_char_p),
        ("safe_name", c_char_p),
        ("content_id", c_char_p),
        ("description", c_char_p),
    ]


class mm_field(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("raw", c_void_p),
        ("raw_size", c_size_t),
        ("name", c_char_p),
        ("value", c_char_p),
        ("text", c_char_p),
    ]


class mm_address(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("address", c_char_p),
        ("name", c_char_p),
        ("group", c_char_p),
    ]


class mm_parameter(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("name", c_char_p),
        ("value", c_char_p),
    ]


class mm_attachment(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("name", c_char_p),
        ("type", c_char_p),
        ("content_id", c_char_p),
        ("content", c_void_p),
        ("content_size", c_size_t),
        ("path", c_char_p),
        ("read", mm_send_read_fn),
        ("user", c_void_p),
    ]


class MailHostInfo(Structure):
    _fields_ = [
        ("name", c_char * 64),
        ("prior", c_int32),
        ("ip", c_uint32 * 12),
    ]


mm_auth_fn = CFUNCTYPE(None, c_int, c_void_p, c_void_p)
mm_sign_fn = CFUNCTYPE(None, c_int, c_char_p, c_size_t, c_void_p)


class mm_auth_result(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("method", c_char_p),
        ("domain", c_char_p),
        ("selector", c_char_p),
        ("identity", c_char_p),
        ("algorithm", c_char_p),
        ("signature_start", c_char_p),
        ("signed_fields", c_char_p),
        ("sealers", c_char_p),
        ("mechanism", c_char_p),
        ("explanation", c_char_p),
        ("policy_domain", c_char_p),
        ("organization", c_char_p),
        ("overridden_by", c_char_p),
        ("reason", c_char_p),
        ("signed_length", c_int64),
        ("signed_at", c_int64),
        ("expires", c_int64),
        ("result", c_int),
        ("key_bits", c_int),
        ("policy", c_int),
        ("disposition", c_int),
        ("instances", c_int),
        ("oldest_pass", c_int),
        ("flags", c_int),
        ("reserved", c_int),
    ]


class mm_auth_query(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("client", c_char_p),
        ("helo", c_char_p),
        ("sender", c_char_p),
        ("message", c_void_p),
        ("message_size", c_size_t),
        ("path", c_char_p),
        ("read", mm_send_read_fn),
        ("read_user", c_void_p),
        ("trusted_sealers", c_char_p),
        ("timeout_ms", c_int),
        ("reserved", c_int),
    ]


class mm_sign_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("domain", c_char_p),
        ("selector", c_char_p),
        ("key", c_char_p),
        ("key_path", c_char_p),
    ]
