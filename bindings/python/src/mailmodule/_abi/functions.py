"""The header's functions: what each takes and gives. A test compares the table with the header."""
from __future__ import annotations

from ctypes import POINTER as To
from ctypes import c_char_p as Text
from ctypes import c_int as Int
from ctypes import c_int64 as Int64
from ctypes import c_size_t as Size
from ctypes import c_uint32
from ctypes import c_void_p as Pointer
from typing import Any

from . import structures as s
from .structures import Socket

Handle = Pointer
OutInt = To(Int)
OutInt64 = To(Int64)
OutSize = To(Size)
OutText = To(Text)
OutPointer = To(Pointer)
OutHandle = To(Handle)
OutSocket = To(Socket)

# Each gives an int: MM_OK, or below 0 why it failed.
NEW_FORM: dict[str, tuple[Any, ...]] = {
    "mm_engine_new": (OutHandle,),
    "mm_engine_free": (Handle,),
    "mm_engine_load": (Handle, Text),
    "mm_engine_set": (Handle, Text, Text),
    "mm_engine_set_int": (Handle, Text, Int64),
    "mm_engine_get": (Handle, Text, Text, Size, OutSize),
    "mm_engine_get_int": (Handle, Text, OutInt64),
    "mm_engine_stop": (Handle, Int),
    "mm_engine_set_log": (Handle, Int, s.mm_log_fn, Pointer),
    "mm_send_new": (Handle, To(s.mm_send_options), Text, OutHandle),
    "mm_send_add_recipient": (Handle, Text, Int, Text),
    "mm_send_write": (Handle, Pointer, Size),
    "mm_send_set_file": (Handle, Text),
    "mm_send_set_descriptor": (Handle, Socket),
    "mm_send_set_reader": (Handle, s.mm_send_read_fn, Pointer),
    "mm_send_start": (Handle,),
    "mm_send_wait": (Handle, Int),
    "mm_send_get_outcome": (Handle, OutInt),
    "mm_send_get_result": (Handle, Int, To(s.mm_send_result)),
    "mm_send_cancel": (Handle,),
    "mm_send_free": (Handle,),
    "mm_send_mail": (Handle, To(s.mm_send_options), To(s.mm_mail), OutInt),
    "mm_send_mail_start": (Handle, To(s.mm_send_options), To(s.mm_mail), OutHandle),
    "mm_queue_get_counts": (Handle, To(s.mm_queue_counts)),
    "mm_queue_open": (Handle, Text, OutHandle),
    "mm_queue_next": (Handle, To(s.mm_queue_message)),
    "mm_queue_get_recipient": (Handle, Int, To(s.mm_queue_recipient)),
    "mm_queue_read": (Handle, Pointer, Size, OutSize),
    "mm_queue_close": (Handle,),
    "mm_queue_retry": (Handle, Text),
    "mm_queue_hold": (Handle, Text),
    "mm_queue_release": (Handle, Text),
    "mm_queue_remove": (Handle, Text),
    "mm_queue_redirect": (Handle, Text, Text, Text, Text, Size),
    "mm_queue_set_events": (Handle, s.mm_queue_event_fn, Pointer),
    "mm_control_open": (Text, OutHandle),
    "mm_control_close": (Handle,),
    "mm_control_get_counts": (Handle, To(s.mm_queue_counts)),
    "mm_control_open_queue": (Handle, Text, OutHandle),
    "mm_control_retry": (Handle, Text),
    "mm_control_hold": (Handle, Text),
    "mm_control_release": (Handle, Text),
    "mm_control_remove": (Handle, Text),
    "mm_control_redirect": (Handle, Text, Text, Text, Text, Size),
    "mm_control_send": (Handle, Text, Text, s.mm_send_read_fn, Pointer, s.mm_control_result_fn, Pointer),
    "mm_smtp_server_start": (
        Handle, To(s.mm_smtp_server_options), To(s.mm_smtp_server_handlers), Pointer, OutHandle,
    ),
    "mm_smtp_server_get_port": (Handle, OutInt),
    "mm_smtp_server_stop": (Handle, Int),
    "mm_pop3_server_start": (
        Handle, To(s.mm_pop3_server_options), To(s.mm_pop3_server_handlers), Pointer, OutHandle,
    ),
    "mm_pop3_server_get_port": (Handle, OutInt),
    "mm_pop3_server_stop": (Handle, Int),
    "mm_smtp_new": (Handle, To(s.mm_smtp_options), OutHandle),
    "mm_smtp_free": (Handle,),
    "mm_smtp_set_timeouts": (Handle, Int, Int, Int),
    "mm_smtp_connect": (Handle, Text, Int, Int, OutInt),
    "mm_smtp_connect_transport": (Handle, To(s.mm_transport), Text, Int, OutInt),
    "mm_smtp_starttls": (Handle, OutInt),
    "mm_smtp_start_tls": (Handle, Text, Int, OutInt),
    "mm_smtp_set_transport": (Handle, To(s.mm_transport)),
    "mm_smtp_get_socket": (Handle, OutSocket),
    "mm_smtp_wait": (Handle, Int, Int, OutInt),
    "mm_smtp_cancel": (Handle,),
    "mm_smtp_close": (Handle,),
    "mm_smtp_helo": (Handle, Text, OutInt),
    "mm_smtp_ehlo": (Handle, Text, OutInt),
    "mm_smtp_lhlo": (Handle, Text, OutInt),
    "mm_smtp_get_capability_count": (Handle, OutInt),
    "mm_smtp_get_capability": (Handle, Int, OutText),
    "mm_smtp_find_capability": (Handle, Text, OutText),
    "mm_smtp_auth": (Handle, Text, Text, Text, OutInt),
    "mm_smtp_auth_token": (Handle, Text, Text, s.mm_token_fn, Pointer, OutInt),
    "mm_smtp_auth_raw": (Handle, Text, Text, OutInt),
    "mm_smtp_auth_respond": (Handle, Text, OutInt),
    "mm_smtp_mail": (Handle, Text, Text, OutInt),
    "mm_smtp_rcpt": (Handle, Text, Text, OutInt),
    "mm_smtp_data": (Handle, OutInt),
    "mm_smtp_write": (Handle, Pointer, Size, Int, OutInt),
    "mm_smtp_write_raw": (Handle, Pointer, Size, Int, OutInt),
    "mm_smtp_bdat": (Handle, Pointer, Size, Int, OutInt),
    "mm_smtp_rset": (Handle, OutInt),
    "mm_smtp_noop": (Handle, OutInt),
    "mm_smtp_vrfy": (Handle, Text, OutInt),
    "mm_smtp_expn": (Handle, Text, OutInt),
    "mm_smtp_help": (Handle, Text, OutInt),
    "mm_smtp_quit": (Handle, OutInt),
    "mm_smtp_send_command": (Handle, Text),
    "mm_smtp_receive": (Handle, OutInt),
    "mm_smtp_get_reply": (Handle, To(s.mm_smtp_reply)),
    "mm_smtp_get_error": (Handle, To(s.mm_error_detail)),
    "mm_smtp_get_tls": (Handle, OutText),
    "mm_smtp_send_all": (Handle, s.mm_smtp_next_fn, s.mm_smtp_sent_fn, Pointer),
    "mm_smtp_send_message": (Handle, To(s.mm_smtp_message), To(s.mm_smtp_recipient), OutInt),
    "mm_stream_set_user": (Pointer, Pointer),
    "mm_stream_get_user": (Pointer, OutPointer),
    "mm_stream_set_closed": (Pointer, s.mm_stream_closed_fn),
    "mm_stream_set_reply": (Pointer, Text, Text),
    "mm_config_check": (Text, s.mm_config_fn, Pointer, OutInt),
    "mm_password_make": (Text, Int, Int, Text, Size, OutSize),
}

# What each gives, and what it takes.
OTHERS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "mm_version": (Text, ()),
    "mm_abi_version": (Int, ()),
    "mm_last_error": (Int, ()),
    "mm_last_error_message": (Text, ()),
    "mm_strerror": (Text, (Int,)),
    "mm_engine_default": (Handle, ()),
    "SRVInitSendMsgImidiatly": (Pointer, (Text, Text, s.MsgCallback, Pointer)),
    "SRVInitSendMsgSMTP": (Pointer, (Text, Text, Text, Int, s.MsgCallback, Pointer)),
    "SRVInitSendMsgBackgaund": (Pointer, (Text, Text, s.MsgCallback, Pointer)),
    "SRVSend": (Int, (Pointer, Pointer, Int)),
    "SRVprintf": (Int, (Pointer, Text)),
    "SRVRecv": (Int, (Pointer, Pointer, Int)),
    "SRVEndOfMsg": (None, (Pointer,)),
    "mm_stream_recipient": (Text, (Pointer,)),
    "SetSMTPServer": (Int, (s.SMTPReqCallback, Int, Int)),
    "SetPOP3Server": (Int, (s.SMTPReqCallback, Int, Int)),
    "GetAUTHName": (Text, (Pointer,)),
    "GetAUTHPassw": (Text, (Pointer,)),
    "GetRemoteIP": (c_uint32, (Pointer,)),
    "GetRemoteAddr": (Int, (Pointer, Pointer, Int)),
    "GetSocket": (Int, (Pointer,)),
    "FindMX": (Int, (Text, To(s.MailHostInfo), Int)),
    "LoadConfig": (Int, (Text,)),
    "SetConfigParamString": (None, (Text, Text)),
    "SetConfigParamInt": (None, (Text, Int)),
    "GetConfigParamInt": (Int, (Text,)),
    "GetConfigParamStr": (Text, (Text,)),
    "SetConfigParamStr": (Text, (Text,)),
    "SetConfigParam": (None, (Text, Text)),
}
