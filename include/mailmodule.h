/*
 * mailmodule.h - the public interface of MailModule. What is not in this file is not public.
 *
 * MailModule is a mail engine in one shared library: an SMTP server, a durable spool, mailboxes in Maildir form, a POP3
 * server, sending, and a queue that delivers to other hosts. A program links it, sets a few keys, passes callbacks, and
 * has mail.
 *
 * Example: a mail server for one user (compiled by the test suite)
 *
 *     #include <mailmodule.h>
 *     #include <stdio.h>
 *     static int on_request(ServerStream *stream, char *reqname, int action, ...)
 *     {
 *         (void)stream;
 *         printf("action %d: %s\n", action, reqname);
 *         return 0;
 *     }
 *     int main(void)
 *     {
 *         SetConfigParamString("user", "ann;secret;;PS");
 *         if (SetSMTPServer(on_request, 2525, ALL_ACTIONS) < 0 || SetPOP3Server(on_request, 2110, ALL_ACTIONS) < 0)
 *             return fprintf(stderr, "%s\n", mm_last_error_message()), 1;
 *         getchar();
 *         return mm_engine_stop(mm_engine_default(), 5000) != MM_OK;
 *     }
 *
 * Example: an SMTP server that looks into every message and keeps none (compiled by the test suite)
 *
 *     #include <mailmodule.h>
 *     #include <stdio.h>
 *     static int on_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user)
 *     {
 *         (void)session, (void)user;
 *         printf("for %s\n", rcpt->address);
 *         return MM_VERDICT_DONE;
 *     }
 *     static int on_message(mm_session *session, int64_t size, void *user)
 *     {
 *         (void)user;
 *         if (size > 1000000)
 *             return mm_session_set_reply(session, 552, "5.3.4", "Too long for us"), MM_VERDICT_REJECT;
 *         return MM_VERDICT_DONE;
 *     }
 *     int main(void)
 *     {
 *         mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
 *         mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
 *         mm_engine *engine;
 *         mm_smtp_server *server;
 *         options.port = 2525;
 *         handlers.rcpt = on_rcpt;
 *         handlers.message = on_message;
 *         if (mm_engine_new(&engine) < 0 || mm_smtp_server_start(engine, &options, &handlers, NULL, &server) < 0)
 *             return fprintf(stderr, "%s\n", mm_last_error_message()), 1;
 *         getchar();
 *         return mm_engine_free(engine) != MM_OK;
 *     }
 *
 * GUARANTEES
 *
 * G1 Durability. A message that was answered with 250, or that the queue has taken, is on disk: written and synced
 *    before the answer leaves, or the state is told. A crash at any moment loses nothing that was accepted and brings
 *    nothing into a mailbox twice. A deletion that POP3 confirmed stays. A recipient leaves the queue only when another
 *    host has taken the message for it, when the report of its failure is on disk (or none is due), or when the host of
 *    the library takes it out. Another host may get a message twice only where a connection or the process was lost
 *    between that host's taking it and the library's writing that down.
 *
 * G2 Threads. Every function may be called from any thread; one stream or other handle by one thread at a time, save
 *    mm_engine handles and the functions named _cancel. Callbacks come on threads of the library, never on the
 *    caller's, so several may run at once, but never two of one kind for one stream, one message or one engine's
 *    queue. A callback may block and may call any function of the library, save where that function's comment says
 *    otherwise; one that blocks holds up nobody but its own connection, message or queue events. With the setting
 *    callback_inline, by which the host promises never to block, request callbacks come on the thread that serves all
 *    connections; what would block there (SRVRecv, a synchronous SRVEndOfMsg, FindMX, mm_send_wait, mm_queue_redirect,
 *    mm_queue_read, mm_spf_check, mm_dkim_verify, mm_arc_validate, mm_dmarc_check; mm_mailbox_open, _read,
 *    _open_message, _delete, _get_folder, _deliver) is MM_E_STATE. What is said of one engine's callbacks holds for
 *    each engine: those of two may run at once. Inside a callback of any engine whatever stops an engine or a server is
 *    MM_E_STATE.
 *
 * G3 Ownership. What a function makes is ended by the function of its family named _free, _close or, for a server,
 *    _stop, which take NULL too; nothing else that the library returns is to be freed. Text given to the library is
 *    copied before the call returns; text given to a callback lives until the callback returns. Returned text lives as
 *    long as its function's comment says. All text is UTF-8 and ends with NUL; what is not UTF-8 is MM_E_ARGUMENT.
 *    Message data is octets.
 *
 * G4 ABI. Functions, constants and structures of a released version keep their names, numbers, layout and meaning.
 *    There are only additions, and mm_abi_version() counts them. A structure whose first member is size_t size may grow
 *    at its end: the host sets that member to its own sizeof, and the library touches nothing behind it. Members that
 *    the host's header does not have are as if they were 0; those that the library does not know must be 0 in what the
 *    host gives, else the call gives MM_E_NOT_SUPPORTED, and are left alone in what the library fills. A size that fits
 *    no version is MM_E_ARGUMENT.
 *
 * G5 Nothing leaves the library but its results: no exception, no exit, no output, no change of environment, working
 *    directory, locale or terminal. A stale or NULL handle gives an error, not a crash. Where the system has no threads
 *    or no memory for a call it is MM_E_MEMORY with the reason, and the same call succeeds once there is enough. "THE
 *    HOST'S PROCESS" below names what can end the process all the same.
 *
 * THE OLD PART AND THE NEW
 *
 * Functions with the old module's names work on one engine, mm_engine_default(), and have results of their own kind.
 * Functions that begin with mm_ take an engine or a handle made from one, and keep to one form:
 *   - The result is int: MM_OK, or an error below 0. What a call makes or finds out goes to an out parameter, which
 *     stands behind the others. What became of a message is never the result of a call.
 *   - The end of a walk or of a read is MM_OK and an empty message or a length of 0.
 *   - Lengths of memory are size_t; octets of a message are int64_t, for a message may be larger than memory. Times in
 *     structures are milliseconds since 1970-01-01 00:00 UTC; 0 is "not known" or "never".
 *   - A structure whose size the host sets is made with its macro, mm_send_options options = MM_SEND_OPTIONS_INIT; all
 *     else in it is 0 then.
 * Six functions tell about the library or the thread and return it: mm_version, mm_abi_version, mm_last_error,
 * mm_last_error_message, mm_strerror, mm_engine_default; and mm_stream_recipient belongs to the old part.
 *
 * ERRORS
 *
 * Each function says what it returns on failure; mm_last_error() then tells the reason as one of the MM_E_... values
 * and mm_last_error_message() tells it in words, both for the calling thread. Every function sets them, to MM_OK when
 * it succeeds, save mm_last_error, mm_last_error_message, mm_strerror, mm_version and mm_abi_version, which leave them
 * alone. Besides what its comment lists, any function may fail with MM_E_MEMORY or MM_E_INTERNAL.
 *
 * THE HOST'S PROCESS
 *
 * Nothing runs when the library is loaded. The first call that needs it starts the runtime of the language the library
 * is written in, and that does this to the process, for good:
 *   - On Linux SIGSEGV, SIGFPE and SIGRTMIN (signal 34) get handlers of its own. The first two pass on to the handler
 *     they found what is not the library's own fault; the third is how its threads are halted for garbage collection.
 *     On Windows a vectored exception handler takes the place of the first two, and passes on as they do.
 *   - Threads are started, all that it needs for good at once. They block all signals that are not faults, so that a
 *     host's signal never lands on them. Later threads (workers for what blocks; an engine's own) are asked for when
 *     they are needed: where there are none, work waits for those there are, and a start is MM_E_MEMORY.
 * Every other signal's disposition, SIGPIPE's included, is what it was; the library's own writes never raise SIGPIPE.
 * Before the runtime starts, the call tries whether there are the threads and the memory for it; a runtime that lacks
 * them at its start ends the process. On Linux with a limit of address space (RLIMIT_AS) it takes half of that for its
 * heap, and about 300 MiB beside.
 *
 * What ends the process all the same, inside the runtime (tests/c/threads.c shows each):
 *   - Others take the last threads or the last memory in the moment between that trial and the start: SIGABRT and a
 *     line on standard error, on Windows an exception that nobody can catch.
 *   - A call on a thread with a stack of less than 64 KiB: SIGSEGV, on Windows a stack overflow.
 *
 * On Linux OpenSSL (libssl.so.3 or libssl.so.1.1) is loaded at the first use of TLS or of a digest. Where there is
 * none, TLS, SCRAM, CRAM-MD5, NTLM and passwords in any form but plain are MM_E_TLS with the reason; opportunistic TLS
 * goes in clear text, and all else works. On Windows all of that is the system's own.
 * On Linux the library is not safe to use in a child after fork() without exec(). A child that leaves it alone is no
 * hindrance: the library's locks, ports and connections are closed there at once, so that they last no longer than the
 * parent has them.
 * The library cannot be unloaded: dlclose() leaves it in place, and so does FreeLibrary() from the first call on that
 * starts the runtime. On Windows no function may be called inside a DllMain: that call may wait for threads, which do
 * not begin before a DllMain has returned.
 */
#ifndef MAILMODULE_H
#define MAILMODULE_H

#include <stddef.h>
#include <stdint.h>

#define MM_VERSION_MAJOR 0
#define MM_VERSION_MINOR 1
#define MM_VERSION_PATCH 0
#define MM_VERSION "0.1.0"

/** Counts the additions to this file: a library with at least this mm_abi_version() has all that is declared here. */
#define MM_ABI_VERSION 1

#if defined(_WIN32) && defined(MM_BUILDING_LIBRARY)
#define MM_API /* mailmodule.def says what is exported */
#define MM_CALL __cdecl
#elif defined(_WIN32)
#define MM_API __declspec(dllimport)
#define MM_CALL __cdecl
#elif defined(__GNUC__)
#define MM_API __attribute__((visibility("default")))
#define MM_CALL
#else
#define MM_API
#define MM_CALL
#endif

#if defined(__MINGW32__) && !defined(__clang__)
#define MM_FORMAT(format_index, first_argument) __attribute__((format(gnu_printf, format_index, first_argument)))
#elif defined(__GNUC__)
#define MM_FORMAT(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))
#else
#define MM_FORMAT(format_index, first_argument)
#endif

/** A socket or a file's descriptor, as the system has them: on Windows a SOCKET or a HANDLE. */
#if defined(_WIN32)
typedef uintptr_t mm_socket;
#else
typedef int mm_socket;
#endif
#define MM_INVALID_SOCKET ((mm_socket)-1)

/* A default argument where the language has them. */
#if defined(__cplusplus)
#define MM_DEFAULT(value) = value
#else
#define MM_DEFAULT(value)
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------------------------- */
/* Errors and version                                                                                               */
/* ---------------------------------------------------------------------------------------------------------------- */

/** Every reason for failure. A number is never used again for another meaning. */
enum mm_error {
    MM_OK = 0,
    MM_E_ARGUMENT = -1,           /**< an argument is NULL, malformed, not UTF-8 or out of range */
    MM_E_HANDLE = -2,             /**< the handle is stale, closed, of another kind or not the library's */
    MM_E_STATE = -3,              /**< the call is not allowed now, on this stream, or from this thread */
    MM_E_MEMORY = -4,             /**< memory could not be had */
    MM_E_FULL = -5,               /**< the disk is full or close to it, a quota is reached, or no descriptor is left */
    MM_E_IO = -6,                 /**< reading or writing a file failed */
    MM_E_LOCKED = -7,             /**< another engine holds this spool or mailbox */
    MM_E_NOT_FOUND = -8,          /**< no such file, key, user, message or host */
    MM_E_NOT_SUPPORTED = -9,      /**< the feature is not in this version */
    MM_E_CONFIG = -10,            /**< a configuration file or value is malformed */
    MM_E_BIND = -11,              /**< an address or port could not be bound */
    MM_E_DNS = -12,               /**< a host name could not be resolved */
    MM_E_CONNECT = -13,           /**< a connection could not be made */
    MM_E_CLOSED = -14,            /**< the connection was lost */
    MM_E_TIMEOUT = -15,           /**< a deadline passed */
    MM_E_TLS = -16,               /**< TLS could not be set up, or is not what the settings require */
    MM_E_PROTOCOL = -17,          /**< the peer broke the protocol */
    MM_E_REFUSED_TEMPORARY = -18, /**< the peer refused: temporary (4xx) */
    MM_E_REFUSED_PERMANENT = -19, /**< the peer refused: permanent (5xx) */
    MM_E_CANCELLED = -20,         /**< stopped or cancelled by the host */
    MM_E_LIMIT = -21,             /**< a limit is passed, or something does not fit */
    MM_E_INTERNAL = -22,          /**< a fault of the library itself; the log has the details */
    MM_E_CERTIFICATE_NAME = -23   /**< the server's certificate is good, but for another host */
};

/**
 * The library's version, such as "0.1.0".
 * Returns static text, never NULL. Threads: any. Starts nothing. Since 0.1.
 */
MM_API const char *MM_CALL mm_version(void);

/**
 * The library's MM_ABI_VERSION. Additions raise it; nothing else changes (G4).
 * Returns it, above 0. Threads: any. Starts nothing. Since 0.1.
 */
MM_API int MM_CALL mm_abi_version(void);

/**
 * Why the calling thread's last call of this library failed. Inside a callback it speaks of calls made inside that
 * callback.
 * Returns an MM_E_... value, or MM_OK if it succeeded. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_last_error(void);

/**
 * The last error of the calling thread in words, with what is known beside the code: file and line, address, the
 * peer's reply, the system's error.
 * Returns text, never NULL; empty after success, unless the function says otherwise. It lives until the calling
 * thread's next call of a function that sets the error. Threads: any. Since 0.1.
 */
MM_API const char *MM_CALL mm_last_error_message(void);

/**
 * The meaning of an MM_E_... value in words; for other numbers "unknown error".
 * Returns static text, never NULL. Threads: any. Starts nothing. Since 0.1.
 */
MM_API const char *MM_CALL mm_strerror(int code);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Engine                                                                                                           */
/* ---------------------------------------------------------------------------------------------------------------- */

/** A mail engine: settings, servers, spool, queue, sending, log. Several in one process share none of it. */
typedef struct mm_engine mm_engine;

/**
 * The engine that all functions with old names work on. It lives as long as the process and is never freed; asking
 * for it starts nothing.
 * Returns NULL only with MM_E_MEMORY. Threads: any. Since 0.1.
 */
MM_API mm_engine *MM_CALL mm_engine_default(void);

/**
 * Makes an engine of its own, with every setting at its default. It starts nothing. Engines that run at one time need a
 * spool each: give each its own setting mail_root (or smtp_out) and its own ports.
 *
 * engine  gets the handle, which mm_engine_free ends; NULL on failure.
 * Returns MM_OK; MM_E_ARGUMENT (engine NULL); MM_E_LIMIT (a million handles are open). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_engine_new(mm_engine **engine);

/**
 * Ends an engine. One that runs is stopped first as mm_engine_stop(engine, 0) does it: sessions and sendings are cut
 * at once, so who wants them to end calls mm_engine_stop with a time before. What is in the queue stays on the disk.
 * Messages, walks and servers made from it stay handles, which their own functions end; they answer like those of an
 * engine that was stopped. NULL is allowed.
 *
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (the default engine, which is never freed); MM_E_STATE (called inside a
 * callback of any engine, or another thread is stopping this one): nothing has happened then. MM_E_TIMEOUT (a callback
 * of the host has still not returned, or the disk has not): the engine is gone all the same but for what the message
 * names, which goes when that returns. MM_E_FULL and MM_E_IO, as mm_engine_stop says: the engine is gone all the same.
 * Threads: any, when no other thread uses the handle. Since 0.1.
 */
MM_API int MM_CALL mm_engine_free(mm_engine *engine);

/**
 * Takes the settings of a file, all of them or, on failure, none. The keys and the grammar are in docs/settings.md.
 * What runs keeps the settings it was started with, save where that page says otherwise.
 *
 * filename  of the file; there is no default here.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (filename NULL); MM_E_NOT_FOUND; MM_E_IO; MM_E_CONFIG, and
 * MM_E_NOT_SUPPORTED (a key for access or safety that has no effect here), where mm_last_error_message() has file and
 * line. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_engine_load(mm_engine *engine, const char *filename);

/**
 * Sets a key to text, read as in a file (there is no quoting). Lists (user, local_domain, ...) take one more value.
 *
 * key, text  neither NULL; relative paths count from the working directory.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_NOT_FOUND (no such key); MM_E_CONFIG (malformed or out of range);
 * MM_E_NOT_SUPPORTED (a key for access or safety that has no effect here). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_engine_set(mm_engine *engine, const char *key, const char *text);

/**
 * Sets a key to a number; flags take 0 or 1. Otherwise as mm_engine_set. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_engine_set_int(mm_engine *engine, const char *key, int64_t value);

/**
 * Copies the value of any key as text: as it was set, else its default; the values of a list have line feeds between
 * them. A key without a value is empty. The copy is the host's, so several threads may ask at once.
 *
 * buffer, size  where to, and how much fits, the NUL included. NULL and 0: only the length is wanted.
 * length        gets the text's octets without its NUL, also when it does not fit; NULL: not wanted.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (key NULL; buffer NULL but size not 0); MM_E_NOT_FOUND (no such key);
 * MM_E_LIMIT (text and NUL do not fit; buffer then holds "" if it holds anything). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_engine_get(mm_engine *engine, const char *key, char *buffer, size_t size, size_t *length);

/**
 * The value of a key that is a number or a flag (0, 1).
 *
 * value  gets it; 0 on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (a NULL); MM_E_NOT_FOUND (no such key); MM_E_CONFIG (it is no number).
 * Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_engine_get_int(mm_engine *engine, const char *key, int64_t *value);

/**
 * Drains and stops an engine: takes no new connections, lets sessions, sendings and callbacks at work come to their end
 * until the time is up, then cuts them. When it has returned MM_OK, no thread, socket or file of the engine is left but
 * what an open walk of the queue or an open mailbox reads from, and no callback comes any more. Settings stay. It may
 * be started again by the calls that started it, as often as you like. Stopping what does not run is MM_OK.
 *
 * timeout_ms  milliseconds for the drain; 0 cuts at once; -1 waits without limit. What is cut has a moment to end; a
 *             callback of the host that has not returned, or a disk that does not, is not waited for beyond that.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (timeout below -1); MM_E_STATE (called inside a callback of any engine,
 * which it might wait for, or another thread is stopping it); MM_E_TIMEOUT (something still runs, which
 * mm_last_error_message() names: callbacks, or what waits for the disk. The stop goes on by itself; until it is at its
 * end whatever starts the engine is MM_E_STATE, what a callback's user points to must live, and another call of this
 * function waits for that end, and tells what it came to); MM_E_FULL (everything is gone, but the disk is full: what
 * was delivered last could not be marked as done in the spool, and the next start may send that to other hosts again);
 * MM_E_IO (the same, where the disk fails). Streams and messages being written are cancelled: their SRVSend and
 * mm_send_write give MM_E_CANCELLED; SRVEndOfMsg and mm_send_free still have to free them, and mm_smtp_server_stop and
 * mm_pop3_server_stop the handles of servers, mm_mailbox_close those of mailboxes. What is in the queue stays there for
 * the next start. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_engine_stop(mm_engine *engine, int timeout_ms);

/** How much a log line matters; lower matters more. */
enum mm_log_level { MM_LOG_ERROR = 1, MM_LOG_WARNING = 2, MM_LOG_INFO = 3, MM_LOG_DEBUG = 4 };

/**
 * Gets one line of the log.
 *
 * level  one of enum mm_log_level.
 * area   the part that speaks, such as "smtp".
 * text   the line, without its end.
 * user   what was given to mm_engine_set_log.
 * Ownership: area and text live until it returns. Threads: any thread of the library, also one inside another call;
 * calls for one engine never overlap. It must not block for long. Inside it only mm_engine_set_log and the functions
 * of "Errors and version" may be called; the others give MM_E_STATE.
 */
typedef void(MM_CALL *mm_log_fn)(int level, const char *area, const char *text, void *user);

/**
 * Names the callback that gets the engine's log, beside the file named by the setting "log". It gets the same lines;
 * none holds a password or a message's content. An engine has one callback: a new one replaces it.
 *
 * level     lines that matter less are not given: MM_LOG_ERROR to MM_LOG_DEBUG.
 * callback  NULL: nobody gets them.
 * user      passed on untouched.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (level). When it has returned, the former callback is not called any
 * more (if called inside the former callback itself: after that has returned). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_engine_set_log(mm_engine *engine, int level, mm_log_fn callback, void *user);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Streams and callbacks                                                                                            */
/* ---------------------------------------------------------------------------------------------------------------- */

/**
 * A stream: a message being sent, or the connection whose request a callback is asked about. The functions below
 * take a pointer to it, and both what SRVInitSendMsg... returned and its address will do: given "ServerStream s",
 * SRVSend((ServerStream *)s, ...) and SRVSend(&s, ...) are the same. A stream that is gone, or NULL, is answered by
 * each function with its error value and MM_E_HANDLE.
 */
typedef void *ServerStream;

/** Actions a request callback is asked about, and the mask that selects them. */
enum {
    ACTION_POP_LOGIN = 1,     /**< POP3: user and password are known */
    ACTION_POP_GETMSG = 2,    /**< POP3: RETR or TOP */
    ACTION_POP_DELMSG = 4,    /**< POP3: at QUIT, once for each message to delete */
    ACTION_SMTP_CONNECT = 8,  /**< SMTP: a client has connected, nothing was said yet */
    ACTION_SMTP_SENDMSG = 16, /**< SMTP: DATA or BDAT is about to be read; sender and recipients are known */
    ALL_ACTIONS = 0x7fffffff  /**< all of them, those to come as well */
};

/**
 * Is asked before the module acts on a request.
 *
 * stream   the connection; valid until the callback returns. It is the same in all requests of one connection, and no
 *          other connection's as long as that lasts, so it tells which session asks.
 * reqname  what the request is about (table).
 * action   one ACTION_... value.
 * ...      arguments by action (table), to be taken with va_arg.
 *
 *   action               reqname               arguments
 *   ACTION_SMTP_CONNECT  the client's address  const char *address
 *   ACTION_SMTP_SENDMSG  envelope sender       const char *sender, const char *recipients, const char *helo
 *   ACTION_POP_LOGIN     user name             const char *user, const char *password
 *   ACTION_POP_GETMSG    unique id             int number, const char *user
 *   ACTION_POP_DELMSG    unique id             int number, const char *user
 *
 * Recipients have commas between them. The empty sender is "". The number counts from 1, as the client does.
 *
 * Returns 0: the module carries on by itself. Above 0: refused; 400 to 599 is the SMTP reply code, any other number
 * 550; in POP3 always -ERR. 421 closes the connection as well, in POP3 too. At ACTION_POP_LOGIN 400 to 499 is no wrong
 * password, but one that could not be looked at. The client hears what mm_stream_set_reply has set, else what the
 * number means. Below 0: the host has done it, which means for
 *   ACTION_SMTP_CONNECT  the host spoke with the client itself: close
 *   ACTION_SMTP_SENDMSG  taken by the host: answer 250, keep no copy
 *   ACTION_POP_LOGIN     the host vouches for the user: log in without the module's own check. A name user/folder is
 *                        that folder of the user's mailbox
 *   ACTION_POP_GETMSG    the host wrote the message with SRVSend or SRVprintf
 *   ACTION_POP_DELMSG    the host deleted it
 *
 * What the stream can do where (anything else is 0 and MM_E_STATE):
 *   ACTION_SMTP_CONNECT  SRVSend, SRVprintf, SRVRecv speak with the client, raw. After any of it the answer 0 closes
 *                        the connection too.
 *   ACTION_SMTP_SENDMSG  SRVRecv reads the message: dots unstuffed, CRLF lines. An answer above 0 without reading
 *                        refuses DATA itself; the first SRVRecv, or an answer of 0 or below, sends 354; above 0 after
 *                        reading refuses after the final dot. What was read is stored all the same if the answer is 0.
 *   ACTION_POP_GETMSG    SRVSend, SRVprintf write the content; the module adds +OK, stuffing and the last line,
 *                        and cuts for TOP. An answer of 0 after sending is -ERR and close.
 *   all                  GetAUTHName, GetAUTHPassw, GetRemoteIP, GetRemoteAddr, GetSocket, and the functions named
 *                        mm_stream_set_... and mm_stream_get_....
 *
 * Ownership: every pointer lives until the callback returns. Threads: G2; any number at once, one for a connection.
 * It must not throw an exception or jump out.
 */
typedef int(MM_CALL *SMTPReqCallback)(ServerStream *stream, char *reqname, int action, ...);

/** Where a message that is being sent has got to. */
enum {
    STATE_SMTP_FINDHOST = 1,   /**< looking up the server's address */
    STATE_SMTP_CONNECTING = 2, /**< connecting to it */
    STATE_SMTP_DIALOG = 3,     /**< greeting, envelope */
    STATE_SMTP_SENDING = 4,    /**< the content is on its way: once at its start and again as it goes */
    STATE_SMTP_DONE = 5,       /**< final for a recipient: the server has taken it */
    STATE_SMTP_QUEUED = 6,     /**< final for a recipient: the durable queue has taken it */
    STATE_SMTP_ERROR = -1      /**< final for a recipient: failed */
};

/**
 * Hears how a message that was given to SRVEndOfMsg gets on.
 *
 * stream   the message's stream; mm_stream_recipient tells whom the state is about. SRVEndOfMsg on it is MM_E_STATE.
 * usr_par  callback_param of SRVInitSendMsg...
 * state    one STATE_SMTP_... value. Each recipient's final one (DONE, QUEUED, ERROR) comes exactly once.
 * sent     octets of the message sent so far, at most 2147483647; for STATE_SMTP_ERROR the SMTP reply code, or an
 *          MM_E_... value if there was no reply.
 *
 * Threads: one of the library's, never the caller of SRVEndOfMsg; calls for one stream come in order and never
 * overlap. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *MsgCallback)(ServerStream *stream, void *usr_par, int state, int sent);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Sending                                                                                                          */
/* ---------------------------------------------------------------------------------------------------------------- */

/**
 * Begins a message that goes straight to the recipients' own servers, now: those that FindMX names, one after the other
 * until one answers, or the setting smtpproxy in their place. Recipients of one domain go together. Hosts at loopback
 * addresses are left out, unless inner_mx says otherwise. As SRVInitSendMsgSMTP otherwise. Since 0.1.
 */
MM_API ServerStream MM_CALL SRVInitSendMsgImidiatly(const char *from, const char *to,
                                                    MsgCallback callback MM_DEFAULT(NULL),
                                                    void *callback_param MM_DEFAULT(NULL));

/**
 * Begins a message that goes through the given SMTP server. Write it with SRVSend and SRVprintf, then send it with
 * SRVEndOfMsg, which also frees the stream; nothing is connected before that.
 *
 * from       envelope sender; "" for none (the null reverse-path).
 * to         one or more addresses, with commas, semicolons or white space between. Each is reported on its own.
 * smtp_host  name or address of the server.
 * port       1 to 65535.
 * callback   hears of the states; NULL: nobody does.
 * callback_param  passed on to it untouched.
 * The message is signed as one of mm_send is, where the settings have a key for its From.
 * Returns the stream; NULL on failure: MM_E_ARGUMENT (an address, the port, a NULL), MM_E_STATE (the engine is being
 * stopped), MM_E_LIMIT (a million streams are open). Threads: any. Since 0.1.
 */
MM_API ServerStream MM_CALL SRVInitSendMsgSMTP(const char *from, const char *to, const char *smtp_host,
                                               int port MM_DEFAULT(25), MsgCallback callback MM_DEFAULT(NULL),
                                               void *callback_param MM_DEFAULT(NULL));

/**
 * Begins a message for the durable queue, which tries for 24 hours (setting queue_lifetime) and then tells the sender.
 * SRVEndOfMsg ends with STATE_SMTP_QUEUED for each recipient when the message is on disk; what becomes of it after that
 * is told by mm_queue_set_events. Recipients of this engine's own domains go to their mailboxes by the same way. As
 * SRVInitSendMsgSMTP otherwise; also fails with what opening the spool may give: MM_E_LOCKED (another engine has it),
 * MM_E_IO, MM_E_FULL. Since 0.1.
 */
MM_API ServerStream MM_CALL SRVInitSendMsgBackgaund(const char *from, const char *to,
                                                    MsgCallback callback MM_DEFAULT(NULL),
                                                    void *callback_param MM_DEFAULT(NULL));

/**
 * Writes octets to a stream. On a message from SRVInitSendMsg... it gathers content (in memory, then in a file of mode
 * 0600), never waits for the network, and makes CRLF of a bare LF; NULs are left out of the message. In a request
 * callback: see SMTPReqCallback; there it may wait for the client.
 *
 * bufer, size  the octets; size 0 writes nothing.
 * Returns the number of octets taken, which is size; 0 on failure: MM_E_HANDLE, MM_E_ARGUMENT (bufer NULL, size
 * below 0), MM_E_STATE, MM_E_FULL, MM_E_IO, MM_E_CLOSED, MM_E_TIMEOUT, MM_E_CANCELLED (the engine was stopped).
 * Threads: any, one at a time for a stream. Since 0.1.
 */
MM_API int MM_CALL SRVSend(ServerStream *stream, const void *bufer, int size);

/**
 * Formats as printf does and writes the result as SRVSend does. The formatting is the C library's, with the locale
 * of the calling thread; on Windows that of ucrtbase.dll, whatever C library the host has.
 * Returns and errors as SRVSend; also MM_E_ARGUMENT if format is NULL or the C library refuses it. Threads: as
 * SRVSend. Since 0.1.
 */
MM_API int MM_CALL SRVprintf(ServerStream *stream, const char *format, ...) MM_FORMAT(2, 3);

/**
 * Reads from a stream, inside a request callback only (see SMTPReqCallback). Waits for at least one octet.
 *
 * bufer, l  where to, and how much fits.
 * Returns the number of octets read; 0 at the end (mm_last_error() is then MM_OK) and on failure (then it is not):
 * MM_E_HANDLE, MM_E_ARGUMENT (bufer NULL, l below 1), MM_E_STATE (not readable here, or called with
 * callback_inline), MM_E_CLOSED, MM_E_TIMEOUT, MM_E_PROTOCOL, MM_E_LIMIT, MM_E_CANCELLED. After a failure the
 * callback's answer no longer matters. Threads: any, one at a time for a stream. Since 0.1.
 */
MM_API int MM_CALL SRVRecv(ServerStream *stream, void *bufer, int l);

/**
 * Ends the content of a message and sends it. With the setting "async" off it returns when every recipient has its
 * final state and the last callback has returned; mm_last_error() then tells MM_OK or the worst failure, and
 * mm_last_error_message() the recipient, the host, at which command, and its words with their code: MM_E_DNS,
 * MM_E_NOT_FOUND (no such domain, or it has no mail server), MM_E_CONNECT, MM_E_CLOSED, MM_E_TIMEOUT, MM_E_TLS,
 * MM_E_PROTOCOL, MM_E_REFUSED_TEMPORARY, MM_E_REFUSED_PERMANENT, MM_E_FULL, MM_E_IO, MM_E_LIMIT (larger than the
 * server takes), MM_E_NOT_SUPPORTED (an address outside ASCII, a server without SMTPUTF8; a text that the
 * server does not take and that cannot be converted: "send_8bit"), MM_E_CANCELLED. With "async" on it returns at once.
 *
 * The stream is gone when it has returned; an asynchronous one with a callback is gone when the last callback has.
 * MM_E_HANDLE for a stream that is gone; MM_E_STATE for one of a request callback, for one already ended (so inside
 * its own callback), and where it would block a thread that must not (G2): nothing happens to the stream then.
 * Threads: any. Since 0.1.
 */
MM_API void MM_CALL SRVEndOfMsg(ServerStream *stream);

/**
 * Names the recipient that the state is about, inside a MsgCallback; "" for a state that concerns them all.
 * Returns NULL on failure: MM_E_HANDLE, MM_E_STATE (not inside a callback of this stream). The text lives until the
 * callback returns. Threads: the callback's. Since 0.1.
 */
MM_API const char *MM_CALL mm_stream_recipient(ServerStream *stream);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Messages with a result for each recipient                                                                        */
/* ---------------------------------------------------------------------------------------------------------------- */

/**
 * One message on its way: mm_send_new, mm_send_add_recipient for each recipient, its content from one source (pieces, a
 * file, a descriptor or a callback), mm_send_start, mm_send_wait, mm_send_get_result for each recipient, mm_send_free.
 * Messages with the same server, login, TLS and proxy share connections, and wait for one where there are many at once:
 * settings pool_host_max, pool_idle, pool_max and pool_messages.
 *
 * Where the setting dkim has a key for the domain of the From field, the message is signed (DKIM) before it goes, and
 * what other hosts may have to encode is encoded before that (dkim_convert); by MM_SEND_ROUTE_SERVER too. No key that
 * can be used: it goes unsigned, and the log says so. What goes into the spool loses fields Authentication-Results of
 * our own name (authserv_id), unless all of spf, dkim_verify and arc are off.
 */
typedef struct mm_send mm_send;

/** Where a message, or one of its recipients, has got to. */
enum mm_send_state {
    MM_SEND_STATE_NEW = 0,        /**< not begun */
    MM_SEND_STATE_FIND_HOST = 1,  /**< looking up the server's address */
    MM_SEND_STATE_CONNECTING = 2, /**< connecting to it */
    MM_SEND_STATE_DIALOG = 3,     /**< greeting, envelope */
    MM_SEND_STATE_SENDING = 4,    /**< the content is on its way: once at its start and again as it goes */
    MM_SEND_STATE_DONE = 5,       /**< final for a recipient: the server has taken it */
    MM_SEND_STATE_QUEUED = 6,     /**< final for a recipient: the durable queue has taken it */
    MM_SEND_STATE_FAILED = 7,     /**< final for a recipient: refused, or given up */
    MM_SEND_STATE_FINISHED = 8    /**< of the message: every recipient is final; the last call of a mm_send_event_fn */
};

/** Which way a message takes. */
enum mm_send_route {
    MM_SEND_ROUTE_QUEUE = 0,  /**< into the durable queue; recipients here go to their mailboxes */
    MM_SEND_ROUTE_DIRECT = 1, /**< to the recipients' own servers, now (or the setting smtpproxy in their place) */
    MM_SEND_ROUTE_SERVER = 2  /**< through the given server, now */
};

/** TLS to the server. To a smarthost that the settings have a login for it is what they say at least. */
enum mm_tls_mode {
    MM_TLS_SETTINGS = 0,      /**< as the settings smtptls and smtponlytls say */
    MM_TLS_NONE = 1,          /**< never */
    MM_TLS_OPPORTUNISTIC = 2, /**< if the server offers it, and it works */
    MM_TLS_REQUIRED = 3,      /**< by STARTTLS, or not at all: MM_E_TLS */
    MM_TLS_IMPLICIT = 4       /**< from the first octet; with MM_SEND_ROUTE_SERVER alone */
};

/**
 * Whether the server's certificate must be trusted and carry its name. A smarthost that the settings have a login for
 * is checked as they say (smtpproxy_check), and more than that if a message asks for it.
 */
enum mm_tls_check {
    MM_TLS_CHECK_SETTINGS = 0, /**< as the setting smtpchktls says; with user_name: always */
    MM_TLS_CHECK_NEVER = 1,    /**< any certificate will do, for user_name and password too */
    MM_TLS_CHECK_ALWAYS = 2    /**< else MM_E_TLS */
};

/** How much of the message a report of its failure brings back (RET, RFC 3461). */
enum mm_send_return { MM_SEND_RETURN_DEFAULT = 0, MM_SEND_RETURN_FULL = 1, MM_SEND_RETURN_HEADERS = 2 };

/** Bits: when a report about a recipient is wanted (NOTIFY, RFC 3461). MM_SEND_NOTIFY_NEVER stands alone. */
enum mm_send_notify {
    MM_SEND_NOTIFY_DEFAULT = 0, /**< not said: on failure */
    MM_SEND_NOTIFY_NEVER = 1,
    MM_SEND_NOTIFY_SUCCESS = 2,
    MM_SEND_NOTIFY_FAILURE = 4,
    MM_SEND_NOTIFY_DELAY = 8
};

/** One step of a message on its way. */
typedef struct mm_send_event {
    size_t size;    /**< set by the library: the octets it has filled */
    int64_t octets; /**< of the message sent so far; 0 with MM_SEND_STATE_FAILED */
    int recipient;  /**< whom it is about, counted from 0 in the order of mm_send_add_recipient; -1: all */
    int state;      /**< MM_SEND_STATE_... */
    int error;      /**< MM_SEND_STATE_FAILED: why, an MM_E_... value; else MM_OK */
    int reply_code; /**< final states: SMTP code of the server's reply; 0 if there was none */
} mm_send_event;

/**
 * Hears how a message that was started gets on.
 *
 * send   the message. mm_send_free inside is allowed: this was the last call then. mm_send_wait for it is MM_E_STATE.
 * event  lives until the callback returns. Each recipient's final state (DONE, QUEUED, FAILED) comes exactly once, and
 *        MM_SEND_STATE_FINISHED once after all of them.
 * user   what stands in the options.
 * Threads: one of the library's, never the caller's; calls for one message come in order and never overlap. It may
 * block. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_send_event_fn)(mm_send *send, const mm_send_event *event, void *user);

/** How a message is sent. All 0 but size: through the queue. What a route does not use must be 0 or NULL. */
typedef struct mm_send_options {
    size_t size;               /**< sizeof(mm_send_options) */
    int route;                 /**< MM_SEND_ROUTE_... */
    int port;                  /**< of the server; 0: 25, with MM_TLS_IMPLICIT 465 */
    int tls;                   /**< MM_TLS_...; not with MM_SEND_ROUTE_QUEUE, where the settings rule */
    int tls_check;             /**< MM_TLS_CHECK_...; not with MM_SEND_ROUTE_QUEUE */
    int timeout_ms;            /**< how long a server may be silent; 0: the setting pop_timeout; not with the queue */
    int return_content;        /**< MM_SEND_RETURN_... */
    const char *host;          /**< MM_SEND_ROUTE_SERVER: the server's name or address */
    const char *user_name;     /**< MM_SEND_ROUTE_SERVER: login; NULL: none. In clear text (AUTH PLAIN, LOGIN, CRAM-MD5)
                                    only to this machine, or with plain_auth=always; else see tls_check */
    const char *password;      /**< with user_name */
    const char *hello_name;    /**< our name for EHLO, a domain or an address; NULL: the setting smtp_name; not with
                                    MM_SEND_ROUTE_QUEUE. One label goes out as our address in brackets, a name beyond
                                    ASCII as A-labels */
    const char *envelope_id;   /**< the sender's own mark for reports (ENVID, RFC 3461); NULL: none */
    mm_send_event_fn on_event; /**< NULL: nobody hears */
    void *user;                /**< passed on to it untouched */
} mm_send_options;

#define MM_SEND_OPTIONS_INIT                                                                                           \
    { sizeof(mm_send_options), 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/** What became of one recipient, or how far it has come. All texts: never NULL, "" for none. */
typedef struct mm_send_result {
    size_t size;              /**< set by the host: sizeof(mm_send_result) */
    const char *address;      /**< the recipient */
    const char *status;       /**< enhanced status (RFC 3463), such as "5.1.1" */
    const char *reply;        /**< the server's last reply, all its lines with LF between; with a reply_code of 0 what
                                   happened, in words of ours */
    const char *host;         /**< the server that said it; with a reply_code of 0: the one that was tried */
    const char *host_address; /**< its address and port, such as "192.0.2.1:25" or "[2001:db8::1]:25" */
    const char *tls;          /**< TLS version and cipher; "" for clear text */
    const char *queue_id;     /**< MM_SEND_STATE_QUEUED: the message's id in the queue */
    int state;                /**< MM_SEND_STATE_... */
    int error;                /**< MM_OK, or why it failed: an MM_E_... value */
    int reply_code;           /**< SMTP code of the reply; 0 if the server said nothing */
    int attempts;             /**< connections on which it was tried */
    int tls_checked;          /**< 1: the certificate was checked, and right */
    int maybe_taken;          /**< 1: lost after the final dot, so the server may have it all the same */
} mm_send_result;

#define MM_SEND_RESULT_INIT                                                                                            \
    { sizeof(mm_send_result), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0 }

/**
 * Gives a piece of a message's content.
 *
 * buffer, size  where to, and how much fits; at least 1.
 * length        gets the octets put there, 1 to size; 0 (which it is before) at the end.
 * user          what was given to mm_send_set_reader.
 * Returns MM_OK; anything else, or a length above size: no more can be had, and the message fails with MM_E_IO. After
 * that and after the end it is not called again; it is asked once for each octet, however many servers are tried.
 * Threads: one of the library's, never the caller's; calls for one message never overlap, but an mm_send_event_fn may
 * run meanwhile. It may block; a message that is cancelled meanwhile does not wait for it. It must not throw an
 * exception or jump out.
 */
typedef int(MM_CALL *mm_send_read_fn)(void *buffer, size_t size, size_t *length, void *user);

/**
 * Begins a message. Nothing is connected before mm_send_start.
 *
 * engine   whose settings and queue are used; started by it if it does not run.
 * options  how; NULL: through the queue. Copied.
 * from     envelope sender; "" for none (the null reverse-path).
 * send     gets the handle, which mm_send_free ends; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE (engine); MM_E_ARGUMENT (sender, an option, a NULL); MM_E_NOT_SUPPORTED (G4); MM_E_STATE
 * (the engine is being stopped); MM_E_LIMIT (a million handles are open); with MM_SEND_ROUTE_QUEUE also MM_E_LOCKED,
 * MM_E_IO, MM_E_FULL, if the spool cannot be opened. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_send_new(mm_engine *engine, const mm_send_options *options, const char *from, mm_send **send);

/**
 * Adds a recipient. They count from 0.
 *
 * address  one address, bare or in angle brackets. One that was added before is a recipient of its own, with a result;
 *          the server hears it once.
 * notify   MM_SEND_NOTIFY_... bits.
 * orcpt    the address that the sender knew it by, such as "rfc822;ann@example.org" (ORCPT, RFC 3461); NULL: none.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_STATE (started already). Threads: any, one at a time for a message.
 * Since 0.1.
 */
MM_API int MM_CALL mm_send_add_recipient(mm_send *send, const char *address, int notify,
                                         const char *orcpt MM_DEFAULT(NULL));

/**
 * Appends to the content: with any line ends (what is no CRLF becomes one; NULs are left out of the message), in pieces
 * cut anywhere. It is gathered in memory, then in a file of mode 0600; never waits for the network.
 *
 * octets, size  the piece; size 0 adds nothing.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (octets NULL, size above 2147483647); MM_E_STATE (started already, or the
 * content has another source); MM_E_FULL; MM_E_IO; MM_E_CANCELLED. Threads: any, one at a time for a message. Since
 * 0.1.
 */
MM_API int MM_CALL mm_send_write(mm_send *send, const void *octets, size_t size);

/**
 * Takes the content from a file. It is opened here and read after mm_send_start, so it must stay as it is until every
 * recipient has its final state; it may be unlinked or renamed.
 *
 * path  of a regular file.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_STATE (started already, or the content has a source); MM_E_NOT_FOUND;
 * MM_E_IO; MM_E_FULL (no descriptor left). Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_send_set_file(mm_send *send, const char *path);

/**
 * Takes the content from an open descriptor, on Windows a HANDLE or a SOCKET, from its offset to its end. It is
 * duplicated here: the caller may close its own at once, and stays its owner. A file must stay as it is until every
 * recipient has its final state; its offset is not moved. A pipe or a socket will do too, and is read to its end; a
 * message that is cancelled does not wait for its writer.
 *
 * descriptor  of a file, a pipe or a socket. On Windows a HANDLE or a SOCKET, cast; of a descriptor of the C library,
 *             (mm_socket)_get_osfhandle(it).
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no open descriptor); MM_E_STATE (started already, or the content has a
 * source); MM_E_IO; MM_E_FULL (no descriptor left). Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_send_set_descriptor(mm_send *send, mm_socket descriptor);

/**
 * Takes the content from a callback, which is called after mm_send_start.
 *
 * callback  gives the content piece by piece.
 * user      passed on to it untouched.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (callback NULL); MM_E_STATE (started already, or the content has a source).
 * Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_send_set_reader(mm_send *send, mm_send_read_fn callback, void *user);

/**
 * Ends the content and sends the message; returns at once. A message without a source of its content is empty. What
 * goes through the queue or to the recipients' own servers gets a Received field in front, and Date and Message-ID if
 * it has none.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no recipient); MM_E_STATE (started already); and where the spool has to be
 * opened for it, why that failed: MM_E_CANCELLED (the engine was stopped since), MM_E_LOCKED, MM_E_FULL, MM_E_IO,
 * MM_E_NOT_SUPPORTED. What fails later is told by each recipient's result, a content that cannot be read and a
 * cancelled message among it. Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_send_start(mm_send *send);

/**
 * Waits until every recipient has its final state and the last mm_send_event_fn has returned.
 *
 * timeout_ms  milliseconds; 0 only looks; -1 waits without limit.
 * Returns MM_OK, whatever became of the recipients (mm_send_get_outcome tells that); MM_E_TIMEOUT (not yet; the message
 * goes on); MM_E_HANDLE; MM_E_ARGUMENT (timeout below -1); MM_E_STATE (not started, or called where it would wait for
 * itself: inside a callback of this message, or G2). Threads: any; several may wait. Since 0.1.
 */
MM_API int MM_CALL mm_send_wait(mm_send *send, int timeout_ms);

/**
 * What became of a message as a whole.
 *
 * outcome  gets MM_OK if every recipient was taken by a server or by the queue; else the worst failure, an MM_E_...
 *          value as SRVEndOfMsg tells it: a permanent one before a temporary one. MM_OK if the call fails.
 * Returns MM_OK, whatever became of it; MM_E_HANDLE; MM_E_ARGUMENT (outcome NULL); MM_E_STATE (some recipient has no
 * final state yet). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_send_get_outcome(mm_send *send, int *outcome);

/**
 * What became of one recipient, or how far it has come: at any time after it was added.
 *
 * recipient  counted from 0 in the order of mm_send_add_recipient.
 * result     its member size is set by the caller; the others are filled. The texts live until mm_send_free.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no such recipient, result NULL, its size). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_send_get_result(mm_send *send, int recipient, mm_send_result *result);

/**
 * Gives up every recipient that has no final state yet, whatever the message waits for: when this returns, within 50
 * ms, each of them has MM_SEND_STATE_FAILED with MM_E_CANCELLED. It waits for no callback; those that tell it follow.
 * What a server or the queue has taken stays taken. Before mm_send_start it makes that one cancel all. More than once
 * is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, while others use the message or wait for it; not in a signal handler.
 * Since 0.1.
 */
MM_API int MM_CALL mm_send_cancel(mm_send *send);

/**
 * Ends a message: cancels it if it is not final, and frees the handle and all its texts. Waits for a callback of this
 * message that is just running (unless called inside it); none begins after that, MM_SEND_STATE_FINISHED neither. What
 * the queue has taken stays there. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, when no other thread uses the handle. Since 0.1.
 */
MM_API int MM_CALL mm_send_free(mm_send *send);

/* ---------------------------------------------------------------------------------------------------------------- */
/* One mail in one call                                                                                             */
/* ---------------------------------------------------------------------------------------------------------------- */

/**
 * One mail: who it is from and for, and its content: either subject and text, of which the library makes a message, or
 * a ready message from exactly one of memory, a file and a callback.
 *
 * An address list has commas between its entries; an entry is an address, or a name and an address: Ann Doe
 * <ann@example.org>. Names may be UTF-8; of what is quoted, commas count for text. Domains beyond ASCII go out as
 * A-labels (RFC 5891) wherever the part before the @ is ASCII, else by SMTPUTF8 (RFC 6531).
 */
typedef struct mm_mail {
    size_t size;      /**< sizeof(mm_mail) */
    const char *from; /**< one address: the envelope's sender, and From of a message that is made here; "" is the null
                              reverse-path, with a ready message alone */
    const char *to;   /**< address list; recipients, and To of a message that is made here. NULL: none */
    const char *cc;   /**< as to, and Cc */
    const char *bcc;  /**< as to, but no field tells of them */
    const char *subject;  /**< one line of UTF-8; NULL with a ready message */
    const char *text;     /**< UTF-8, any line ends: goes as text/plain; NULL with a ready message */
    const void *message;  /**< a ready message (RFC 5322); NULL: none */
    size_t message_size;  /**< its octets */
    const char *path;     /**< of a file with a ready message; NULL: none */
    mm_send_read_fn read; /**< gives a ready message, as mm_send_set_reader says; NULL: none */
    void *read_user;      /**< passed on to read */
} mm_mail;

#define MM_MAIL_INIT                                                                                                   \
    { sizeof(mm_mail), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL }

/**
 * Sends one mail and waits until every recipient has its final state: through the given server, straight to the
 * recipients' servers (or the smarthost), or into the queue, as the options say.
 *
 * engine   whose settings, queue and open connections are used; started by it if it does not run.
 * options  how; NULL: through the queue. on_event and user work as there.
 * mail     what; copied as far as it is needed after the call.
 * outcome  gets MM_OK if every recipient was taken; else the worst failure, as mm_send_get_outcome tells it, and
 *          mm_last_error_message() has its words; NULL: not wanted, and the outcome is the result of the call.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (an address, no recipient, none or two contents, a line break where one
 * line is asked for, an option); MM_E_NOT_SUPPORTED (G4); MM_E_NOT_FOUND and MM_E_IO (the file); MM_E_STATE (the engine
 * is being stopped, or G2); what mm_send_new and mm_send_start may give; and with outcome NULL what became of the mail.
 * Threads: any; waits for the network. Since 0.1.
 */
MM_API int MM_CALL mm_send_mail(mm_engine *engine, const mm_send_options *options, const mm_mail *mail,
                                int *outcome MM_DEFAULT(NULL));

/**
 * Begins to send one mail and returns at once: mm_send_new, mm_send_add_recipient for each address of to, cc and bcc in
 * this order, its content, and mm_send_start in one call. What follows is as with a message that these began:
 * mm_send_event_fn in the options hears of it, mm_send_wait, mm_send_get_result, mm_send_cancel, mm_send_free.
 *
 * send  gets the handle, which mm_send_free ends; NULL on failure.
 * Returns as mm_send_mail does, without what became of the mail. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_send_mail_start(mm_engine *engine, const mm_send_options *options, const mm_mail *mail,
                                      mm_send **send);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Queue                                                                                                            */
/* ---------------------------------------------------------------------------------------------------------------- */

/*
 * The queue holds messages for recipients at other hosts: from mm_send and SRVInitSendMsgBackgaund, relayed by the SMTP
 * server, forwarded, and reports of failure. What was accepted for mailboxes here is seen in it as well while it waits,
 * until its sender's time has come (FUTURERELEASE) or the mailbox takes it (it is full, say): MM_QUEUE_STATE_DEFERRED.
 * Such recipients can be tried at once, save before their sender's time, and be removed; what waits for nothing but
 * mailboxes cannot be held, released or redirected (MM_E_NOT_SUPPORTED). The first call that needs it opens the spool
 * and begins delivery. Every function of this part may also fail with what that gives: MM_E_LOCKED (another engine has
 * the spool), MM_E_IO, MM_E_FULL, MM_E_NOT_SUPPORTED (a later version wrote it), MM_E_STATE (the engine is being
 * stopped); and with MM_E_HANDLE for an engine or cursor that is none. All of it works while delivery runs. A message's
 * id is a text of letters and digits, never used again for another message.
 */

/** Where a recipient of a queued message is. */
enum mm_queue_state {
    MM_QUEUE_STATE_READY = 1,    /**< its turn has come; it waits for a connection */
    MM_QUEUE_STATE_ACTIVE = 2,   /**< on a connection now */
    MM_QUEUE_STATE_DEFERRED = 3, /**< waits for its next attempt */
    MM_QUEUE_STATE_HELD = 4,     /**< not tried until it is released */
    MM_QUEUE_STATE_FAILED = 5,   /**< permanent failure; a copy or the report to the sender is being written */
    MM_QUEUE_STATE_DONE = 6,     /**< done, while others of the message are not */
    MM_QUEUE_STATE_RELAYED = 7   /**< taken by the other host; a copy or the report of success is being written */
};

/** How much is in the queue. Each recipient that is not done counts in one of the last five. */
typedef struct mm_queue_counts {
    size_t size;        /**< set by the host: sizeof(mm_queue_counts) */
    int64_t messages;   /**< with a recipient that is not done */
    int64_t recipients; /**< not done */
    int64_t ready;
    int64_t active;
    int64_t deferred;
    int64_t held;
    int64_t failed; /**< or relayed */
} mm_queue_counts;

#define MM_QUEUE_COUNTS_INIT                                                                                           \
    { sizeof(mm_queue_counts), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Counts what is in the queue. However much waits for other hosts, it costs the same; what waits for mailboxes here is
 * walked over.
 *
 * counts  its member size is set by the caller; the others are filled.
 * Returns MM_OK; MM_E_ARGUMENT (counts NULL, its size). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_queue_get_counts(mm_engine *engine, mm_queue_counts *counts);

/** A walk over the messages that were in the queue at one moment. */
typedef struct mm_queue_cursor mm_queue_cursor;

/** One queued message at the moment it was looked at. Texts are never NULL, save id at the end of a walk. */
typedef struct mm_queue_message {
    size_t size;        /**< set by the host: sizeof(mm_queue_message) */
    int64_t received;   /**< when it came in */
    int64_t expires;    /**< when it is given up */
    int64_t length;     /**< octets with CRLF line ends, trace lines included */
    const char *id;     /**< its id; NULL: there is none, the walk is at its end */
    const char *sender; /**< envelope sender; "" for none */
    int recipients;     /**< those at other hosts, done or not, and those that wait for a mailbox here */
    int open;           /**< those of them that are not done */
} mm_queue_message;

#define MM_QUEUE_MESSAGE_INIT                                                                                          \
    { sizeof(mm_queue_message), 0, 0, 0, NULL, NULL, 0, 0 }

/** One recipient of a queued message. Texts are never NULL, "" for none. */
typedef struct mm_queue_recipient {
    size_t size;          /**< set by the host: sizeof(mm_queue_recipient) */
    int64_t last_attempt; /**< 0: not tried yet */
    int64_t next_attempt; /**< 0 unless it is MM_QUEUE_STATE_DEFERRED */
    const char *address;  /**< the recipient */
    const char *status;   /**< enhanced status of the last reply, or of what happened */
    const char *reply;    /**< the last reply, its lines with LF between; or what happened, in words */
    const char *host;     /**< who said it; "" if nobody did */
    int state;            /**< MM_QUEUE_STATE_... */
    int error;            /**< why the last attempt failed: an MM_E_... value; MM_OK before the first */
    int reply_code;       /**< SMTP code of the reply; 0 if there was none */
    int attempts;         /**< so far */
} mm_queue_recipient;

#define MM_QUEUE_RECIPIENT_INIT                                                                                        \
    { sizeof(mm_queue_recipient), 0, 0, NULL, NULL, NULL, NULL, 0, 0, 0, 0 }

/**
 * Begins a walk over all messages that are in the queue now, oldest first, or over one. It holds up nobody and keeps
 * nothing of a message but its id, so it may stay open as long as the host likes; when the engine has stopped it is at
 * its end.
 *
 * id      NULL: all; else that message.
 * cursor  gets the handle, which mm_queue_close ends; NULL on failure.
 * Returns MM_OK; MM_E_NOT_FOUND (no message of that id); MM_E_ARGUMENT; MM_E_LIMIT (a million handles are open).
 * Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_queue_open(mm_engine *engine, const char *id, mm_queue_cursor **cursor);

/**
 * Steps to the next message that is still there, and looks at it. None comes twice; what has come in since
 * mm_queue_open does not come.
 *
 * message  its member size is set by the caller; the others are filled: all 0 at the end, where id is NULL. The texts,
 *          and those of mm_queue_get_recipient, live until the next mm_queue_next or mm_queue_close of this cursor.
 * Returns MM_OK, at the end too; MM_E_ARGUMENT (message NULL, its size). Threads: any, one at a time for a cursor.
 * Since 0.1.
 */
MM_API int MM_CALL mm_queue_next(mm_queue_cursor *cursor, mm_queue_message *message);

/**
 * One recipient of the message that the cursor stands on, as it was when mm_queue_next looked.
 *
 * recipient  0 to mm_queue_message.recipients - 1.
 * result     its member size is set by the caller; the others are filled.
 * Returns MM_OK; MM_E_ARGUMENT (no such recipient, result NULL, its size); MM_E_STATE (the cursor stands on no
 * message). Threads: any, one at a time for a cursor. Since 0.1.
 */
MM_API int MM_CALL mm_queue_get_recipient(mm_queue_cursor *cursor, int recipient, mm_queue_recipient *result);

/**
 * Reads on in the content of the message that the cursor stands on, from its first octet at the first call. Lines end
 * with LF alone.
 *
 * buffer, size  where to, and how much fits.
 * length        gets the octets read; 0 at the end and on failure.
 * Returns MM_OK, at the end too; MM_E_ARGUMENT (buffer or length NULL, size 0); MM_E_STATE (the cursor stands on no
 * message, or G2); MM_E_NOT_FOUND (the message has left the queue); MM_E_IO. Threads: any, one at a time for a cursor;
 * reads from the disk. Since 0.1.
 */
MM_API int MM_CALL mm_queue_read(mm_queue_cursor *cursor, void *buffer, size_t size, size_t *length);

/**
 * Ends a walk. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_queue_close(mm_queue_cursor *cursor);

/**
 * Makes what is deferred ready now. What is held stays held.
 *
 * id  NULL: all messages.
 * Returns MM_OK; MM_E_NOT_FOUND; MM_E_ARGUMENT. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_queue_retry(mm_engine *engine, const char *id);

/**
 * Tries a message no more until it is released; a restart does not change that. What is on a connection now ends its
 * attempt.
 *
 * id  NULL: all messages that are there now.
 * Returns MM_OK; MM_E_NOT_FOUND; MM_E_NOT_SUPPORTED (it waits for mailboxes alone); MM_E_ARGUMENT. Threads: any. Since
 * 0.1.
 */
MM_API int MM_CALL mm_queue_hold(mm_engine *engine, const char *id);

/**
 * Ends mm_queue_hold, and makes the message ready.
 *
 * id  NULL: all messages.
 * Returns MM_OK; MM_E_NOT_FOUND; MM_E_NOT_SUPPORTED (it waits for mailboxes alone); MM_E_ARGUMENT. Threads: any. Since
 * 0.1.
 */
MM_API int MM_CALL mm_queue_release(mm_engine *engine, const char *id);

/**
 * Takes a message out of the queue, without a report to anybody. What is on a connection now may still arrive.
 *
 * id  NULL: all messages.
 * Returns MM_OK; MM_E_NOT_FOUND; MM_E_ARGUMENT. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_queue_remove(mm_engine *engine, const char *id);

/** Octets that are enough for a message's id and its NUL. */
#define MM_QUEUE_ID_SIZE 32

/**
 * Sends what is still open of a message to another address: a new message with the same sender and content is made for
 * it, whose life begins anew, and when that is on disk the old recipients are taken out. Reports name the first of them
 * as the original recipient.
 *
 * id            the message.
 * recipient     one of its recipients; NULL: all of them.
 * target        the new address, here or elsewhere.
 * new_id, size  where the new message's id goes; MM_QUEUE_ID_SIZE octets are enough. NULL and 0: not wanted.
 * Returns MM_OK; MM_E_NOT_FOUND (the message, or no such recipient open in it, or the target is in a domain of ours and
 * nobody there); MM_E_ARGUMENT (an address, a NULL, size below MM_QUEUE_ID_SIZE); MM_E_STATE (all that is open is on a
 * connection now; or G2); MM_E_NOT_SUPPORTED (it waits for mailboxes alone); MM_E_FULL; MM_E_IO. Threads: any; waits
 * for the disk. Since 0.1.
 */
MM_API int MM_CALL mm_queue_redirect(mm_engine *engine, const char *id, const char *recipient, const char *target,
                                     char *new_id MM_DEFAULT(NULL), size_t size MM_DEFAULT(0));

/** What happened to a recipient in the queue, or to a mailbox here. */
enum mm_queue_event_kind {
    MM_QUEUE_EVENT_QUEUED = 1,    /**< the queue has taken it: it is on disk */
    MM_QUEUE_EVENT_DEFERRED = 2,  /**< an attempt failed; another follows */
    MM_QUEUE_EVENT_DELIVERED = 3, /**< another host has taken it */
    MM_QUEUE_EVENT_BOUNCED = 4,   /**< given up; its sender is told, where that is due */
    MM_QUEUE_EVENT_REMOVED = 5,   /**< taken out by the host of the library */
    MM_QUEUE_EVENT_QUOTA = 6      /**< the message has come into a mailbox here, which has passed quota_warn by it
                                     (error is MM_OK), or is full (MM_E_FULL); told once for each way up */
};

/**
 * One event of the queue, about one recipient. Texts are never NULL, "" for none. The last four are those of
 * MM_QUEUE_EVENT_QUOTA, 0 for the others.
 */
typedef struct mm_queue_event {
    size_t size;              /**< set by the library: the octets it has filled */
    int64_t sequence;         /**< grows by one with each event since the engine's start; a gap: some were lost */
    int64_t time;             /**< when it happened */
    int64_t next_attempt;     /**< MM_QUEUE_EVENT_DEFERRED: when the next one follows */
    const char *id;           /**< the message */
    const char *sender;       /**< its envelope sender; "" for none */
    const char *recipient;    /**< whom it is about; MM_QUEUE_EVENT_QUOTA: the user whose mailbox it is */
    const char *status;       /**< enhanced status of the reply, or of what happened */
    const char *reply;        /**< the server's reply, its lines with LF between; or what happened, in words */
    const char *host;         /**< who said it; "" if nobody did */
    const char *tls;          /**< TLS version and cipher; "" for clear text */
    int kind;                 /**< MM_QUEUE_EVENT_... */
    int error;                /**< MM_OK, or why the attempt failed: an MM_E_... value */
    int reply_code;           /**< SMTP code of the reply; 0 if there was none */
    int attempts;             /**< so far */
    int64_t mailbox_octets;   /**< in the mailbox now */
    int64_t quota_octets;     /**< it may hold; 0: any number */
    int64_t mailbox_messages; /**< in the mailbox now */
    int64_t quota_messages;   /**< it may hold; 0: any number */
} mm_queue_event;

/**
 * Hears of one event of the queue.
 *
 * event  lives, with its texts, until the callback returns.
 * user   what was given to mm_queue_set_events.
 * Threads: one of the library's; calls for one engine come in order and never overlap. It may block: delivery goes on
 * meanwhile, and up to 100,000 events wait; more are lost, which the gap in their numbers shows. It must not throw an
 * exception or jump out.
 */
typedef void(MM_CALL *mm_queue_event_fn)(const mm_queue_event *event, void *user);

/**
 * Names the callback that hears of the queue's events. It is kept over stops and starts of the engine; named before the
 * first use of the queue it hears everything. An engine has one: a new one replaces it, and events that wait for the
 * former are dropped, as are those that wait when the engine is stopped. Starts nothing. Two engines' callbacks that
 * each replace the other engine's would wait for each other.
 *
 * callback  NULL: nobody hears.
 * user      passed on to it untouched.
 * Returns MM_OK; MM_E_HANDLE. When it has returned, the former callback is not called any more (if called inside the
 * former callback itself: after that has returned). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_queue_set_events(mm_engine *engine, mm_queue_event_fn callback, void *user);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Mailboxes and queue of the old module                                                                            */
/* ---------------------------------------------------------------------------------------------------------------- */

/** Bits for mm_import_options. */
enum mm_import_flags {
    MM_IMPORT_DRY_RUN = 1,  /**< nothing is written: only what would be done is told */
    MM_IMPORT_UNSTUFFED = 2 /**< dots at the beginning of lines are left as they are: files that other programs wrote */
};

/** What is taken over. All 0 but size: the mailboxes of all users. */
typedef struct mm_import_options {
    size_t size;       /**< sizeof(mm_import_options) */
    const char *name;  /**< one user's mailbox; NULL: those of all users of the settings */
    const char *queue; /**< the old module's folder of queued mail (its smtp_out); NULL: none is taken over */
    int flags;         /**< MM_IMPORT_... */
    int reserved;      /**< 0 */
} mm_import_options;

#define MM_IMPORT_OPTIONS_INIT                                                                                         \
    { sizeof(mm_import_options), NULL, NULL, 0, 0 }

/** One file of the old module's. Texts are never NULL, "" for none. */
typedef struct mm_import_file {
    size_t size;        /**< set by the library: the octets it has filled */
    const char *path;   /**< of the file */
    const char *name;   /**< whose mailbox; "": it is of the queue */
    const char *folder; /**< of the mailbox */
    const char *text;   /**< what went wrong, in words */
    int64_t octets;     /**< of the file */
    int error;          /**< MM_OK: taken over, or would be; else why not */
    int known;          /**< 1: it was taken over before */
} mm_import_file;

/**
 * Hears of each file.
 *
 * file  lives, with its texts, until the callback returns.
 * user  what was given to mm_import_legacy.
 * Returns MM_OK; anything else: mm_import_legacy ends there, with MM_E_CANCELLED. Threads: that of the call. It must
 * not throw an exception or jump out.
 */
typedef int(MM_CALL *mm_import_fn)(const mm_import_file *file, void *user);

/** What was taken over. */
typedef struct mm_import_result {
    size_t size;      /**< set by the host: sizeof(mm_import_result) */
    int64_t messages; /**< taken into mailboxes, or would be */
    int64_t queued;   /**< taken into the queue, or would be */
    int64_t known;    /**< taken over before */
    int64_t failed;   /**< not taken over */
    int64_t octets;   /**< of what was taken over */
} mm_import_result;

#define MM_IMPORT_RESULT_INIT                                                                                          \
    { sizeof(mm_import_result), 0, 0, 0, 0, 0 }

/**
 * Takes over mail of the old module: home/mbox and its folders (*.msg) into the users' Maildirs, with the time at which
 * it came in, and the folder of queued mail into the queue, for recipients that its first line names. Doubled dots are
 * undone, the first line becomes Return-Path and Received. The old files stay where they are. What was taken over is
 * noted in a file mailmodule.imported, in home/mbox and in the folder of queued mail: so a file is taken over once,
 * however often this is called and whatever dies when; but a message of a mailbox whose note was lost with the machine,
 * and which its user has deleted before the next call, comes again. The old module must not run meanwhile. A queued
 * message with a recipient who is no user here, or no address, is not taken over, whoever else it is for.
 *
 * options   NULL: all of them 0.
 * callback  hears of each file; NULL: nobody does.
 * user      passed on to it untouched.
 * result    its member size is set by the caller; the others are filled; NULL: not wanted.
 * Returns MM_OK, also where single files failed; MM_E_HANDLE; MM_E_ARGUMENT (an option; result's size);
 * MM_E_NOT_SUPPORTED (G4); MM_E_NOT_FOUND (no such user, no such folder); MM_E_LOCKED (a mailbox is in use, and the
 * others were taken over, or this runs already); MM_E_IO; MM_E_FULL; MM_E_TIMEOUT (what an earlier run had taken over
 * could not be noted within 30 seconds); MM_E_CANCELLED (callback, or the engine was stopped); MM_E_STATE (the engine
 * is being stopped, or G2); what opening the spool gives. Threads: any; waits for the disk. Since 0.1.
 */
MM_API int MM_CALL mm_import_legacy(mm_engine *engine, const mm_import_options *options, mm_import_fn callback,
                                    void *user, mm_import_result *result);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Control of another process                                                                                       */
/* ---------------------------------------------------------------------------------------------------------------- */

/*
 * An engine that has the setting control on listens at a local socket in its mail_root, of mode 0600: who may open it
 * may see and steer the queue of that engine from another process. Not on Windows (MM_E_NOT_SUPPORTED). Every function
 * of this part may give MM_E_HANDLE, MM_E_STATE (inside a callback, with callback_inline), MM_E_TIMEOUT (no answer
 * within 30 seconds), MM_E_CLOSED (the other process has ended) and MM_E_PROTOCOL (it is none of this library), after
 * which last three the handle is only to be closed; and what the function of the same name in "Queue" gives there. The
 * socket is there from the opening of the spool (the first use of the queue, or the start of a server) until the stop.
 */

/** A way to the engine of another process. */
typedef struct mm_control mm_control;

/**
 * Opens a way to an engine that runs in another process (or in this one).
 *
 * path     of the socket, or of the mail_root it lies in.
 * control  gets the handle, which mm_control_close ends; NULL on failure.
 * Returns MM_OK; MM_E_ARGUMENT; MM_E_NOT_FOUND (no socket there: no engine runs, or its setting control is off);
 * MM_E_CONNECT (nobody listens any more); MM_E_IO (no right to open it); MM_E_NOT_SUPPORTED (Windows; the other process
 * has an older library); MM_E_LIMIT (a million handles are open, or 64 such connections to that engine); MM_E_TIMEOUT.
 * Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_control_open(const char *path, mm_control **control);

/**
 * Closes it; cursors of mm_control_open_queue are ended by mm_queue_close. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, when no other thread uses the handle. Since 0.1.
 */
MM_API int MM_CALL mm_control_close(mm_control *control);

/** As mm_queue_get_counts. Threads: any, one at a time for a handle. Since 0.1. */
MM_API int MM_CALL mm_control_get_counts(mm_control *control, mm_queue_counts *counts);

/**
 * As mm_queue_open: the cursor is one for mm_queue_next, mm_queue_get_recipient, mm_queue_read and mm_queue_close. It
 * has a connection of its own, so it may be used beside the control handle. Threads: any, one at a time for a handle.
 * Since 0.1.
 */
MM_API int MM_CALL mm_control_open_queue(mm_control *control, const char *id, mm_queue_cursor **cursor);

/** As mm_queue_retry. Threads: any, one at a time for a handle. Since 0.1. */
MM_API int MM_CALL mm_control_retry(mm_control *control, const char *id);

/** As mm_queue_hold. Threads: any, one at a time for a handle. Since 0.1. */
MM_API int MM_CALL mm_control_hold(mm_control *control, const char *id);

/** As mm_queue_release. Threads: any, one at a time for a handle. Since 0.1. */
MM_API int MM_CALL mm_control_release(mm_control *control, const char *id);

/** As mm_queue_remove. Threads: any, one at a time for a handle. Since 0.1. */
MM_API int MM_CALL mm_control_remove(mm_control *control, const char *id);

/** As mm_queue_redirect. Threads: any, one at a time for a handle. Since 0.1. */
MM_API int MM_CALL mm_control_redirect(mm_control *control, const char *id, const char *recipient, const char *target,
                                       char *new_id, size_t size);

/**
 * Hears what became of one recipient of mm_control_send.
 *
 * recipient  counted from 0, in the order of the list.
 * result     MM_SEND_STATE_QUEUED (or MM_SEND_STATE_DONE, for one who has a mailbox there): the message is on disk;
 *            MM_SEND_STATE_FAILED: refused. It lives, with its texts, until the callback returns.
 * user       what was given to mm_control_send.
 * Threads: the caller's. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_control_result_fn)(int recipient, const mm_send_result *result, void *user);

/**
 * Hands a message to the other engine, as with MM_SEND_ROUTE_QUEUE: it is on disk there when the call returns.
 *
 * from       envelope sender; "" for none.
 * to         recipients, with commas, semicolons or white space between, which of a quoted local part are text.
 * read       gives the content, as with mm_send_set_reader, but on the caller's thread, before the call returns.
 * read_user  passed on to it untouched.
 * result     hears of each recipient once, if the call is MM_OK; NULL: nobody does.
 * user       passed on to it untouched.
 * Returns MM_OK, whatever became of the recipients; MM_E_ARGUMENT (an address, no recipient, a NULL); MM_E_IO (read, or
 * the disk there); MM_E_FULL; MM_E_LIMIT (more recipients than fit a megabyte). After MM_E_TIMEOUT or MM_E_CLOSED the
 * message may have been taken. Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_control_send(mm_control *control, const char *from, const char *to, mm_send_read_fn read,
                                   void *read_user, mm_control_result_fn result, void *user);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Servers of an engine                                                                                             */
/* ---------------------------------------------------------------------------------------------------------------- */

/** In place of a port: one that is free, which the system chooses; mm_smtp_server_get_port tells which. */
#define MM_PORT_ANY (-1)

/** In place of a port: a server that listens nowhere; its sessions are those that the host gives it. */
#define MM_PORT_NONE (-2)

/** A running SMTP server of an engine. */
typedef struct mm_smtp_server mm_smtp_server;

/** Which protocol an SMTP server speaks on the port that its options name. */
enum mm_smtp_protocol {
    MM_SMTP_PROTOCOL_SMTP = 0,       /**< SMTP between hosts (RFC 5321) */
    MM_SMTP_PROTOCOL_SUBMISSION = 1, /**< submission (RFC 6409): MAIL needs a login */
    MM_SMTP_PROTOCOL_LMTP = 2        /**< LMTP (RFC 2033): a verdict for each recipient */
};

/** Where an SMTP server listens. All 0 but size: as the settings say. */
typedef struct mm_smtp_server_options {
    size_t size;           /**< sizeof(mm_smtp_server_options) */
    const char *addresses; /**< to listen on, with commas between; NULL: the setting smtp_bind */
    int port;              /**< 1 to 65535; 0: the setting smtp_port (25); MM_PORT_ANY; MM_PORT_NONE */
    int max_sessions;      /**< at once, 1 to 1000000; 0: the setting smtp_max */
    int protocol;          /**< MM_SMTP_PROTOCOL_... */
    int tls;               /**< 1: TLS from the first octet (RFC 8314) */
} mm_smtp_server_options;

#define MM_SMTP_SERVER_OPTIONS_INIT                                                                                    \
    { sizeof(mm_smtp_server_options), NULL, 0, 0, 0, 0 }

/** A session of a client with a server, as the handlers of one table see it. It ends when close has returned. */
typedef struct mm_session mm_session;

/**
 * What a handler answers. In place of these it may answer a reply code: 200 to 399 accepts, 400 to 599 refuses, 421
 * closes too. What does not fit the step is logged and taken for 451. Over POP3 a code says +OK (200 to 399) or -ERR;
 * at a login 400 to 499 is no wrong password, but one that could not be looked at; 421 closes too.
 */
enum mm_verdict {
    MM_VERDICT_CONTINUE = 0,  /**< as if there were no such handler: the next table is asked, then the library's own
                                   checks decide */
    MM_VERDICT_ACCEPT = 1,    /**< accepted; the library's own checks of this step are not made */
    MM_VERDICT_REJECT = 2,    /**< refused */
    MM_VERDICT_CLOSE = 3,     /**< refused, and the connection closes behind the reply */
    MM_VERDICT_DONE = 4,      /**< the host has done what the step asks for: the library only replies */
    MM_VERDICT_PENDING = 5,   /**< mm_pending_answer will say; needs mm_session_defer first */
    MM_VERDICT_LOCAL = 6,     /**< domain: its mailboxes are here */
    MM_VERDICT_FORWARD = 7,   /**< domain: mail for it is sent on */
    MM_VERDICT_AMBIGUOUS = 8, /**< lookup: several bear that name (553) */
    MM_VERDICT_ERROR = 9      /**< lookup, and others: it cannot be told now (451) */
};

/** A login that a client asks for (AUTH). Texts are never NULL, "" for none. */
typedef struct mm_session_login {
    size_t size;             /**< set by the library: the octets it has filled */
    const char *mechanism;   /**< "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", ... */
    const char *user;        /**< who the client says it is; of OAUTHBEARER its authorization identity */
    const char *identity;    /**< whom it asks to act as (RFC 4616); "" itself */
    const char *password;    /**< PLAIN and LOGIN: in clear */
    const char *token;       /**< XOAUTH2 and OAUTHBEARER: the bearer token */
    const char *certificate; /**< EXTERNAL: the distinguished name of the client's certificate */
    size_t password_length;  /**< octets of the password */
} mm_session_login;

/** MAIL, SEND, SOML or SAML. Texts are never NULL, "" for none. */
typedef struct mm_session_mail {
    size_t size;             /**< set by the library: the octets it has filled */
    const char *verb;        /**< "MAIL", "SEND", "SOML", "SAML" */
    const char *address;     /**< the sender without brackets; "" the null sender */
    const char *local_part;  /**< of the address, unquoted */
    const char *domain;      /**< of the address */
    const char *parameters;  /**< as the client wrote them, blanks between */
    const char *envelope_id; /**< ENVID (RFC 3461) */
    int64_t declared_size;   /**< SIZE (RFC 1870), octets; 0: not told */
    int eight_bit;           /**< 1: BODY=8BITMIME */
    int utf8;                /**< 1: SMTPUTF8 */
} mm_session_mail;

/** RCPT, or one recipient of a message. Texts are never NULL, "" for none. */
typedef struct mm_session_rcpt {
    size_t size;            /**< set by the library: the octets it has filled */
    const char *address;    /**< without brackets and source route */
    const char *local_part; /**< of the address, unquoted */
    const char *domain;     /**< of the address; "" with a bare postmaster */
    const char *route;      /**< the source route before it ("@a,@b"), which nobody follows */
    const char *parameters; /**< as the client wrote them, blanks between; "" in mm_session_get_recipient */
    const char *original;   /**< ORCPT (RFC 3461), "rfc822;ann@example.org" */
    int notify;             /**< NOTIFY: MM_SEND_NOTIFY_... bits; 0: not told */
    int reserved;           /**< 0 */
} mm_session_rcpt;

#define MM_SESSION_RCPT_INIT                                                                                           \
    { sizeof(mm_session_rcpt), NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }

/** Bits: which piece of a message's content a chunk is. One of a message in one piece has both. */
enum mm_chunk {
    MM_CHUNK_FIRST = 1, /**< the first one */
    MM_CHUNK_LAST = 2   /**< the last one */
};

/**
 * A step of a session without an argument: connect, data, rset, turn.
 *
 * session  whose step it is.
 * user     what was given with the table.
 * Returns MM_VERDICT_..., or a reply code. Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_fn)(mm_session *session, void *user);

/**
 * A step of a session with a text: helo, ehlo (LHLO too), vrfy, expn, help, noop, lookup, secret.
 *
 * session  whose step it is.
 * text     the argument as the client wrote it, in vrfy and expn without the parameter SMTPUTF8; "" for none.
 * user     what was given with the table.
 * Returns MM_VERDICT_..., or a reply code. Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_text_fn)(mm_session *session, const char *text, void *user);

/**
 * A login.
 *
 * session  who asks for it.
 * login    lives until the handler returns.
 * user     what was given with the table.
 * Returns MM_VERDICT_..., or a reply code. ACCEPT: it is logged in, under the name that mm_session_set_login has given,
 * else the first that there is of user, identity and certificate. Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_auth_fn)(mm_session *session, const mm_session_login *login, void *user);

/**
 * The begin of a transaction.
 *
 * session  whose it is.
 * mail     lives until the handler returns.
 * user     what was given with the table.
 * Returns MM_VERDICT_..., or a reply code. Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_mail_fn)(mm_session *session, const mm_session_mail *mail, void *user);

/**
 * One recipient.
 *
 * session  whose transaction it is.
 * rcpt     lives until the handler returns.
 * user     what was given with the table.
 * Returns MM_VERDICT_..., or a reply code. ACCEPT: it is taken, a recipient elsewhere is sent on whoever asks for it.
 * Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_rcpt_fn)(mm_session *session, const mm_session_rcpt *rcpt, void *user);

/**
 * What becomes of mail to a domain.
 *
 * session  who asks.
 * domain   of the recipient, in the form that looks it up (A-labels, lower case).
 * route    the hosts of a source route before it (RFC 5321 appendix C), which no other step follows.
 * count    of the route's hosts.
 * user     what was given with the table.
 * Returns MM_VERDICT_LOCAL; MM_VERDICT_FORWARD, by which mail is sent on whoever asks for it; MM_VERDICT_REJECT;
 * MM_VERDICT_CONTINUE (the settings say); or a reply code that refuses. Threads: as mm_smtp_server_handlers says. Since
 * 0.1.
 */
typedef int(MM_CALL *mm_session_domain_fn)(mm_session *session, const char *domain, const char *const *route,
                                           size_t count, void *user);

/**
 * A piece of a message's content, in order: CRLF lines, dots unstuffed, at most 64 KiB.
 *
 * session  whose message it is.
 * octets   live until the handler returns, also if it answers pending.
 * size     of the piece; 0 only in an empty last one.
 * flags    MM_CHUNK_FIRST, MM_CHUNK_LAST.
 * user     what was given with the table.
 * Returns MM_VERDICT_CONTINUE: go on; MM_VERDICT_PENDING: the client is made to wait; else the message is refused at
 * its end, and no further piece comes. Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_chunk_fn)(mm_session *session, const void *octets, size_t size, int flags, void *user);

/**
 * A whole message, before the client has its reply. Inside, mm_session_read_message and mm_session_get_path give it.
 *
 * session  whose message it is.
 * size     its octets, without the fields that the library puts in front.
 * user     what was given with the table.
 * Returns MM_VERDICT_CONTINUE or MM_VERDICT_ACCEPT: stored and delivered, as without a handler; MM_VERDICT_DONE: the
 * host has it, the library keeps no copy, the client gets 250; MM_VERDICT_REJECT, or a reply code. Threads: as
 * mm_smtp_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_message_fn)(mm_session *session, int64_t size, void *user);

/**
 * A command that the library does not know.
 *
 * session   whose it is.
 * verb      as the client wrote it.
 * argument  what stands behind it; "" for none.
 * user      what was given with the table.
 * Returns MM_VERDICT_DONE or a reply code with the reply of mm_session_set_reply; MM_VERDICT_CONTINUE: 500;
 * MM_VERDICT_CLOSE. Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_unknown_fn)(mm_session *session, const char *verb, const char *argument, void *user);

/**
 * Hears that a session ends without QUIT: it has been lost, or has broken the protocol beyond bearing. Of a client that
 * was silent for too long timeout alone hears.
 *
 * session  whose it is.
 * error    MM_E_CLOSED, MM_E_TLS, MM_E_PROTOCOL, MM_E_CANCELLED (the server stops).
 * text     what happened, in words.
 * user     what was given with the table.
 * Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef void(MM_CALL *mm_session_error_fn)(mm_session *session, int error, const char *text, void *user);

/**
 * Hears something about a session: timeout (its client was silent too long, and has been told 421), close (it is over,
 * its handle goes when this returns; whoever keeps something with it frees it here).
 *
 * session  whose it is.
 * user     what was given with the table.
 * Threads: as mm_smtp_server_handlers says. Since 0.1.
 */
typedef void(MM_CALL *mm_session_event_fn)(mm_session *session, void *user);

/**
 * What an SMTP server asks the host: one handler for each verb and each decision. One that is NULL means the library's
 * own behaviour. A table in which rcpt and message alone are set is a whole mail sink.
 *
 * Handlers run on a pool of threads of their own (settings handler_threads, handler_queue, handler_busy), so they may
 * block; two for one session never run at once. With the setting callback_inline they run on the thread that serves all
 * connections, and must not block. None of them may throw an exception or jump out. An answer that is no verdict, or
 * none that fits the step, costs the client one reply (451; 250 to RSET), nothing else.
 */
typedef struct mm_smtp_server_handlers {
    size_t size;                   /**< sizeof(mm_smtp_server_handlers) */
    mm_session_fn connect;         /**< a client has connected, before the greeting. REJECT: 554 */
    mm_session_text_fn helo;       /**< HELO */
    mm_session_text_fn ehlo;       /**< EHLO, LHLO. With ACCEPT, lines added to the reply are further
                                        extensions */
    mm_session_auth_fn auth;       /**< AUTH, when what the client has to tell is there. REJECT: 535 */
    mm_session_text_fn secret;     /**< AUTH by CRAM-MD5 or SCRAM: the user's name; mm_session_set_secret gives its
                                        password. REJECT: there is none */
    mm_session_mail_fn mail;       /**< MAIL, SEND, SOML, SAML. REJECT: 550 */
    mm_session_domain_fn domain;   /**< RCPT: what becomes of mail to the domain */
    mm_session_text_fn lookup;     /**< RCPT at a domain that is local: the address; VRFY: the address that its
                                        argument has, else that. ACCEPT: valid, perhaps expanded by
                                        mm_session_set_expansion (VRFY tells the mailbox, with this host's domain where
                                        the name has none; 252 where there is none to tell); AMBIGUOUS; REJECT: unknown;
                                        ERROR */
    mm_session_rcpt_fn rcpt;       /**< RCPT, before domain and lookup are asked. REJECT: 550 */
    mm_session_fn data;            /**< DATA, the first BDAT: content is about to come. REJECT: 554 */
    mm_session_chunk_fn chunk;     /**< a piece of the content */
    mm_session_message_fn message; /**< the whole message. REJECT: 554 */
    mm_session_text_fn vrfy;       /**< VRFY: the name, without SMTPUTF8 behind it */
    mm_session_text_fn expn;       /**< EXPN, as vrfy; EHLO names it. Without: 502 */
    mm_session_text_fn help;       /**< HELP */
    mm_session_text_fn noop;       /**< NOOP */
    mm_session_fn rset;            /**< RSET, which ends the transaction whatever is answered. RFC 5321 section 4.1.1.5
                                        lets a server say 250 alone, and not close */
    mm_session_fn turn;            /**< TURN. Without: 502 */
    mm_session_unknown_fn unknown; /**< any other command. Without: 500 */
    mm_session_event_fn timeout;   /**< the client was silent for too long */
    mm_session_error_fn error;     /**< the session ends by a failure */
    mm_session_event_fn close;     /**< the session is over */
} mm_smtp_server_handlers;

#define MM_SMTP_SERVER_HANDLERS_INIT                                                                                   \
    {                                                                                                                  \
        sizeof(mm_smtp_server_handlers), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL                                                       \
    }

/**
 * Starts the SMTP server of an engine and what it needs (spool, delivery); returns when it listens. The ports of the
 * settings smtps_port and submission_port are served too. An engine has one SMTP server at a time.
 *
 * Mail of strangers is checked by SPF, DKIM, ARC and DMARC (settings spf, dkim_verify, arc, dmarc), which asks name
 * servers; that of users and of smtp_range is signed where the setting dkim has a key for its From.
 *
 * engine    whose settings, users and spool are used.
 * options   where it listens; NULL: as the settings say. Copied.
 * handlers  what it asks the host; NULL: nothing. Copied.
 * user      passed on to the handlers untouched.
 * server    gets the handle, which mm_smtp_server_stop ends; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (an option, server NULL); MM_E_NOT_SUPPORTED (G4, or a later version wrote
 * the spool); MM_E_CONFIG (a key of dkim or arc_seal cannot be used); MM_E_STATE (its SMTP server runs already, by this
 * function or by SetSMTPServer, or the engine is being stopped); MM_E_BIND; MM_E_LOCKED (another engine has the spool);
 * MM_E_IO; MM_E_FULL; MM_E_NOT_FOUND (no file with the certificate or its key); MM_E_TLS (they cannot be read too, or
 * do not fit); MM_E_LIMIT (a million handles are open). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_server_start(mm_engine *engine, const mm_smtp_server_options *options,
                                        const mm_smtp_server_handlers *handlers, void *user, mm_smtp_server **server);

/**
 * The port that a server listens on: the first one, which its options named.
 *
 * port  gets it; 0 with MM_PORT_NONE, and on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (port NULL); MM_E_STATE (the engine has stopped it). Threads: any. Since
 * 0.1.
 */
MM_API int MM_CALL mm_smtp_server_get_port(mm_smtp_server *server, int *port);

/**
 * Stops a server and ends its handle, while the engine runs on: takes no new connections, lets its sessions come to
 * their end until the time is up, then cuts them. When it has returned its ports are free, and the engine may start
 * another; with MM_OK its handlers have returned and are not called any more. Sessions that the host steps end, too: a
 * step that is under way is waited for; the next one gives what the client is to hear last, and MM_WANTS_CLOSE. What
 * the engine has stopped already is MM_OK, unless a handler still runs. NULL is allowed.
 *
 * timeout_ms  milliseconds for the sessions; 0 cuts at once; -1 waits without limit.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (timeout below -1) and MM_E_STATE (called inside a callback, which it might
 * wait for): nothing has happened then. MM_E_TIMEOUT (a session still waits for a callback of the host, or for the
 * disk): the handle is gone, and the session goes when that returns. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_server_stop(mm_smtp_server *server, int timeout_ms);

/**
 * Adds a table of handlers: sessions that begin from now on ask it behind those that are there, where these continue. A
 * server has at most 8. Each table has a session handle and a pointer (mm_session_set_user) of its own.
 *
 * handlers  copied.
 * user      passed on to them untouched.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (handlers NULL or malformed); MM_E_NOT_SUPPORTED (G4); MM_E_STATE (the
 * engine has stopped it); MM_E_LIMIT (8 are there). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_server_add_handlers(mm_smtp_server *server, const mm_smtp_server_handlers *handlers,
                                               void *user);

/**
 * Serves a connection that the host has accepted, as if the server had: on the library's threads, within its limits.
 * The socket is the library's from the call on, whatever it returns save MM_E_HANDLE and MM_E_ARGUMENT.
 *
 * socket  a connected stream socket, of TCP or of the local kind.
 * tls     1: TLS from the first octet.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no connected socket); MM_E_STATE (the server is stopped); MM_E_LIMIT (too
 * many sessions, or its address may not connect: the client was told); MM_E_NOT_FOUND (no file with the certificate or
 * its key); MM_E_TLS (they cannot be read, or do not fit). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_server_adopt(mm_smtp_server *server, mm_socket socket, int tls);

/** A running POP3 server of an engine. */
typedef struct mm_pop3_server mm_pop3_server;

/** Where a POP3 server listens. All 0 but size: as the settings say. */
typedef struct mm_pop3_server_options {
    size_t size;           /**< sizeof(mm_pop3_server_options) */
    const char *addresses; /**< to listen on, with commas between; NULL: the setting pop_bind */
    int port;              /**< 1 to 65535; 0: the setting pop_port (110); MM_PORT_ANY; MM_PORT_NONE */
    int max_sessions;      /**< at once, 1 to 1000000; 0: the setting pop3_max */
    int tls;               /**< 1: TLS from the first octet (RFC 8314) */
    int reserved;          /**< 0 */
} mm_pop3_server_options;

#define MM_POP3_SERVER_OPTIONS_INIT                                                                                    \
    { sizeof(mm_pop3_server_options), NULL, 0, 0, 0, 0 }

/** One message of a POP3 session, as a handler is told of it. Texts are never NULL. */
typedef struct mm_session_message {
    size_t size;    /**< set by the library: the octets it has filled */
    const char *id; /**< its unique id, as mm_session_add_message gave it, or the library's own */
    void *data;     /**< what mm_session_add_message kept with it; NULL where the library has the mailbox */
    int64_t octets; /**< its size, as LIST tells it */
    int number;     /**< from 1, as the client counts */
    int lines;      /**< retr: of the body, for TOP; -1: all of the message, for RETR; else -1 */
} mm_session_message;

/**
 * A step of a POP3 session about one message: retr, dele, remove.
 *
 * session  whose it is.
 * message  lives until the handler returns.
 * user     what was given with the table.
 * Returns MM_VERDICT_..., or a code (enum mm_verdict). Threads: as mm_pop3_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_message_at_fn)(mm_session *session, const mm_session_message *message, void *user);

/**
 * Opens the mailbox of who has logged in.
 *
 * session  whose login it is.
 * name     the user, as mm_session_set_login has given it, else as the client told it.
 * folder   of the mailbox, where the client logged in as user/folder and the name is no user's of the settings as a
 *          whole, nor as a whole what mm_session_set_login has given; "" the mailbox itself.
 * user     what was given with the table.
 * Returns MM_VERDICT_ACCEPT: mm_session_add_message has told the messages, one call each, in the order of their
 * numbers (none: the mailbox is empty); MM_VERDICT_CONTINUE: the library's own mailbox of that user, who must be one of
 * the settings, or one that auth has accepted; MM_VERDICT_REJECT: -ERR [IN-USE], or what mm_session_set_reply says, and
 * no failed login; MM_VERDICT_ERROR: -ERR [SYS/TEMP]; MM_VERDICT_CLOSE. Threads: as mm_pop3_server_handlers says.
 * Since 0.1.
 */
typedef int(MM_CALL *mm_session_open_fn)(mm_session *session, const char *name, const char *folder, void *user);

/**
 * Gives the next octets of the message that retr has accepted, by mm_session_write. The client's pace is the pace of
 * these calls: the next one comes when what the last one gave has gone out.
 *
 * session  whose answer it is.
 * room     octets that mm_session_write takes in this call, at least 16,384.
 * user     what was given with the table.
 * Returns MM_VERDICT_CONTINUE: something was written, and there is more (with MM_VERDICT_PENDING, when
 * mm_pending_answer says so); MM_VERDICT_DONE: that was the last of it; anything else: the connection is cut, so that
 * the client does not take a part for the whole. Of TOP the library sends what was asked for, and asks no further
 * then. Threads: as mm_pop3_server_handlers says. Since 0.1.
 */
typedef int(MM_CALL *mm_session_read_fn)(mm_session *session, size_t room, void *user);

/**
 * What a POP3 server asks the host: one handler for each decision. One that is NULL means the library's own
 * behaviour. A table in which auth, open and retr alone are set is a whole mail store; one with auth alone lets the
 * host's users in to the library's mailboxes.
 *
 * Order of a session: connect; auth, or secret; open; retr, read, dele and rset as the client likes; at QUIT remove for
 * each message that is marked, then update; close. A session that ends without QUIT deletes nothing (RFC 1939 section
 * 6): after open only close is called. In a session whose open has said MM_VERDICT_CONTINUE, retr, dele, rset, remove
 * and update are asked as well; with MM_VERDICT_CONTINUE the library does it.
 *
 * Handlers run on a pool of threads of their own (settings handler_threads, handler_queue), so they may block; each but
 * timeout, error and close may put its answer off (mm_session_defer). Two for one session never run at once. With the
 * setting callback_inline they run on the thread that serves all connections, and must not block. None of them may
 * throw an exception or jump out. An answer that is no verdict, or none that fits the step, is logged and costs the
 * client one "-ERR [SYS/TEMP]", nothing else; in update it is -ERR to a QUIT whose removals are not undone.
 */
typedef struct mm_pop3_server_handlers {
    size_t size;                   /**< sizeof(mm_pop3_server_handlers) */
    mm_session_fn connect;         /**< a client has connected, before the greeting. REJECT, CLOSE: -ERR and the end */
    mm_session_fn capa;            /**< CAPA. With ACCEPT, lines added to the reply are further capabilities */
    mm_session_auth_fn auth;       /**< a login that tells its password or token, or shows a certificate: USER and PASS
                                        (mechanism "USER"), AUTH (RFC 5034). ACCEPT: logged in; REJECT: a wrong
                                        password, answered late; ERROR: -ERR [SYS/TEMP], no wrong password */
    mm_session_text_fn secret;     /**< APOP, AUTH by CRAM-MD5 or SCRAM: the user's name; mm_session_set_secret gives
                                        its password, of which APOP and CRAM-MD5 need the plain form. REJECT: there is
                                        none */
    mm_session_open_fn open;       /**< who has logged in wants his mailbox. Needs retr */
    mm_session_message_at_fn retr; /**< RETR, TOP. DONE: mm_session_write has given all of it; ACCEPT: read gives it,
                                        behind what was written here; CONTINUE: out of the library's mailbox; REJECT:
                                        -ERR */
    mm_session_read_fn read;       /**< the next octets of a message that retr has accepted */
    mm_session_message_at_fn dele; /**< DELE: it is marked. REJECT: it is not. Without remove, in a mailbox of the
                                        host's, it never is: -ERR */
    mm_session_fn rset;            /**< RSET: no message is marked any more, whatever is answered */
    mm_session_message_at_fn remove; /**< QUIT, once for each marked message, in the order of their numbers. DONE: the
                                        host has deleted it; CONTINUE: out of the library's mailbox, when all have been
                                        asked; ACCEPT: as DONE in a mailbox of the host's, else as CONTINUE; REJECT: it
                                        stays, and QUIT is -ERR */
    mm_session_fn update;            /**< QUIT, behind the last remove, also where there was none: what was done is to
                                        last. REJECT, ERROR: -ERR */
    mm_session_text_fn noop;         /**< NOOP */
    mm_session_unknown_fn unknown;   /**< any other command. A reply of one line. Without: -ERR */
    mm_session_event_fn timeout;     /**< the client was silent for too long */
    mm_session_error_fn error;       /**< the session ends by a failure */
    mm_session_event_fn close;       /**< the session is over */
} mm_pop3_server_handlers;

#define MM_POP3_SERVER_HANDLERS_INIT                                                                                   \
    {                                                                                                                  \
        sizeof(mm_pop3_server_handlers), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
            NULL, NULL, NULL                                                                                           \
    }

/**
 * Starts the POP3 server of an engine. As mm_smtp_server_start; the port of the setting pop3s_port is served
 * too. An engine has one POP3 server at a time, by this function or by SetPOP3Server. A table with open and without
 * retr is MM_E_ARGUMENT. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_server_start(mm_engine *engine, const mm_pop3_server_options *options,
                                        const mm_pop3_server_handlers *handlers, void *user, mm_pop3_server **server);

/**
 * The port that a server listens on, as mm_smtp_server_get_port. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_server_get_port(mm_pop3_server *server, int *port);

/**
 * Stops a server and ends its handle, as mm_smtp_server_stop. A QUIT that is under way comes to its end, in the time;
 * where it waits for a handler that owes its answer, the deadline's verdict counts. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_server_stop(mm_pop3_server *server, int timeout_ms);

/**
 * Adds a table of handlers, as mm_smtp_server_add_handlers. The first table whose open accepts has the mailbox: retr,
 * read, dele, rset, remove and update are asked of it alone. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_server_add_handlers(mm_pop3_server *server, const mm_pop3_server_handlers *handlers,
                                               void *user);

/**
 * Serves a connection that the host has accepted, as mm_smtp_server_adopt: the socket is the library's from the call
 * on, whatever it returns save MM_E_HANDLE and MM_E_ARGUMENT.
 *
 * socket  a connected stream socket, of TCP or of the local kind.
 * tls     1: TLS from the first octet.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no connected socket); MM_E_STATE (the server is stopped); MM_E_LIMIT (too
 * many sessions, or its address may not connect: the client was told); MM_E_NOT_FOUND (no file with the certificate or
 * its key); MM_E_TLS (they cannot be read, or do not fit). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_server_adopt(mm_pop3_server *server, mm_socket socket, int tls);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Sessions of a server, in its handlers                                                                            */
/* ---------------------------------------------------------------------------------------------------------------- */

/* What these functions give lives until the handler that has called them returns. Outside its handlers, while it owes
 * no answer either, a session is MM_E_STATE, save for mm_session_set_user and mm_session_get_user. So is a call in a
 * step in which it would have no effect. Of a POP3 session these are of use: mm_session_set_reply,
 * mm_session_add_reply_line (in capa), mm_session_defer and what follows it, mm_session_set_user, mm_session_get_user,
 * mm_session_get_info, mm_session_set_login, mm_session_set_secret, mm_session_add_message, mm_session_write; the
 * others are MM_E_STATE. */

/**
 * Sets the reply to the step whose handler runs, or whose answer is owed, in place of the library's; the last one
 * counts. It goes out with the verdict, of mm_pending_answer too: one that accepts needs a code of 2yz (354 in data;
 * helo, ehlo and rset say 250 whatever it is), one that refuses 4yz or 5yz; with MM_VERDICT_CONTINUE and with the
 * verdict of a deadline it is dropped. With a code as verdict, that code counts, and code may be 0. Clients hear none
 * with what accepts in secret and chunk, with MM_VERDICT_LOCAL, and with a lasting refusal in secret. Over POP3 code is
 * 0, or one that says of which kind the answer is (enum mm_verdict), and status is a response code (RFC 2449 section 8)
 * without its brackets, such as "SYS/TEMP", or NULL.
 *
 * code    200 to 599; 0: the one that goes with the verdict.
 * status  enhanced status (RFC 3463) such as "5.7.1"; NULL: the one that goes with the code.
 * text    first line: up to 400 octets of UTF-8 without controls (what is not ASCII goes to clients that said SMTPUTF8
 *         alone); NULL: the library's.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (in timeout, error and close, and behind the answer, too); MM_E_ARGUMENT.
 * Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_set_reply(mm_session *session, int code, const char *status, const char *text);

/**
 * Adds a line to the reply. In ehlo, which must answer MM_VERDICT_ACCEPT then, it is one more extension, as "XFORWARD
 * NAME ADDR".
 *
 * text  as in mm_session_set_reply.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (as mm_session_set_reply, and in helo, whose reply has one line);
 * MM_E_ARGUMENT; MM_E_LIMIT (100 are there). Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_add_reply_line(mm_session *session, const char *text);

/**
 * Sets the reply for one recipient of an LMTP session, in message: others have the verdict's. Over SMTP, which has one
 * reply for all, it is MM_E_STATE.
 *
 * index              of the recipient, from 0.
 * code, status, text  as in mm_session_set_reply; code is needed.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT; MM_E_NOT_FOUND (index). Threads: any, one at a time for a
 * session. Since 0.1.
 */
MM_API int MM_CALL mm_session_set_recipient_reply(mm_session *session, int index, int code, const char *status,
                                                  const char *text);

/** An answer that a handler owes. It is gone when mm_pending_answer has taken it, whatever that returns. */
typedef struct mm_pending mm_pending;

/**
 * Puts off the answer of the handler that runs, which must then return MM_VERDICT_PENDING. No thread waits meanwhile.
 * A client that resets its connection meanwhile ends the session at once on Linux: error and close hear of it, and
 * mm_pending_answer is MM_E_CLOSED. One that has ended its own side alone may still read the reply, and is waited for;
 * so is, until the reply is written, one that has closed without a reset, and on Windows any.
 *
 * timeout_ms  milliseconds after which verdict counts; 0: the setting handler_timeout.
 * verdict     MM_VERDICT_... or a reply code, for then; MM_VERDICT_CONTINUE: 451.
 * pending     gets what mm_pending_answer takes; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (called before in this handler, or in timeout, error, close); MM_E_ARGUMENT;
 * MM_E_LIMIT (a million handles are open). Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_defer(mm_session *session, int timeout_ms, int verdict, mm_pending **pending);

/**
 * Sets the reply that goes with the answer, as mm_session_set_reply, in place of what that has set.
 * Returns MM_OK; MM_E_HANDLE (answered); MM_E_TIMEOUT (too late); MM_E_CLOSED (the session is over); MM_E_ARGUMENT.
 * Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_pending_set_reply(mm_pending *pending, int code, const char *status, const char *text);

/**
 * Adds a line to the reply, as mm_session_add_reply_line.
 * Returns MM_OK; MM_E_HANDLE (answered); MM_E_TIMEOUT (too late); MM_E_CLOSED (the session is over); MM_E_ARGUMENT;
 * MM_E_LIMIT. Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_pending_add_reply_line(mm_pending *pending, const char *text);

/**
 * Gives the answer; the session goes on. May come before the handler has returned.
 *
 * verdict  MM_VERDICT_... or a reply code; not MM_VERDICT_PENDING.
 * Returns MM_OK; MM_E_HANDLE (answered, or never was); MM_E_TIMEOUT (too late: the deadline's verdict counts, which
 * comes sooner where the server stops); MM_E_CLOSED (the session is over, or the handler has answered by itself);
 * MM_E_ARGUMENT (verdict). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_pending_answer(mm_pending *pending, int verdict);

/**
 * Keeps a pointer of the host's with a session, for the handlers of one table. Before, it is NULL.
 *
 * user  never touched by the library.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_set_user(mm_session *session, void *user);

/**
 * The pointer that mm_session_set_user has kept.
 *
 * user  gets it; NULL if there is none, and on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (user NULL). Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_get_user(mm_session *session, void **user);

/** Who a session is with. Texts are never NULL, "" for none. */
typedef struct mm_session_info {
    size_t size;                /**< sizeof(mm_session_info) */
    const char *client;         /**< the client's address: as PROXY or XCLIENT told it, where they may */
    const char *connected_from; /**< the address that the connection came from */
    const char *server;         /**< the address it came to */
    const char *helo;           /**< what HELO, EHLO or LHLO named; "" over POP3 */
    const char *protocol;       /**< as in Received (RFC 3848): "ESMTPSA", "LMTP", ...; "POP3", "POP3S" */
    const char *tls;            /**< version and cipher; "" in clear text */
    const char *tls_name;       /**< the server's name that the client asked for (SNI) */
    const char *certificate;    /**< distinguished name of the client's verified certificate, controls escaped */
    const char *user;           /**< who logged in */
    const char *mechanism;      /**< by which mechanism */
    int64_t began;              /**< when */
    int client_port;            /**< of client */
    int server_port;            /**< of server */
    int trusted;                /**< 1: it may relay: by its address, or logged in; 0 over POP3 */
    int messages;               /**< taken so far; over POP3 sent by RETR or TOP */
} mm_session_info;

#define MM_SESSION_INFO_INIT                                                                                           \
    { sizeof(mm_session_info), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0 }

/**
 * Who a session is with, and how.
 *
 * info  filled; its size is the host's.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT (info). Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_get_info(mm_session *session, mm_session_info *info);

/**
 * In auth: who it is that logs in, where that is not the name the client told. Counts with a verdict that accepts.
 *
 * user  1 to 255 octets without controls.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT. Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_set_login(mm_session *session, const char *user);

/**
 * In secret: the password of the user that the client names, for CRAM-MD5 and SCRAM. Counts with a verdict that
 * accepts.
 *
 * secret  in a stored form of the setting user ("{SCRAM-SHA-256}..."), or plain. CRAM-MD5 needs a plain one.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT. Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_set_secret(mm_session *session, const char *secret);

/**
 * The sender of the transaction.
 *
 * address  gets it; "" the null sender; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (no transaction, too); MM_E_ARGUMENT (address NULL). Threads: any, one at a
 * time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_get_sender(mm_session *session, const char **address);

/**
 * Puts another sender in place of the transaction's, until its content begins; from mail on.
 *
 * address  "" the null sender.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT. Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_set_sender(mm_session *session, const char *address);

/**
 * How many recipients the transaction has.
 *
 * count  gets the number; 0 outside a transaction, and on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT (count NULL). Threads: any, one at a time for a session. Since
 * 0.1.
 */
MM_API int MM_CALL mm_session_get_recipient_count(mm_session *session, int *count);

/**
 * One recipient of the transaction.
 *
 * index  from 0.
 * rcpt   filled; its size is the host's.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_NOT_FOUND (index); MM_E_ARGUMENT. Threads: any, one at a time for a
 * session. Since 0.1.
 */
MM_API int MM_CALL mm_session_get_recipient(mm_session *session, int index, mm_session_rcpt *rcpt);

/**
 * Adds a recipient to the transaction, until its content begins. Whether its domain is local is as for RCPT; no check
 * is made.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT (no address); MM_E_NOT_FOUND (local, and nobody's); MM_E_LIMIT
 * (too many). Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_add_recipient(mm_session *session, const char *address);

/**
 * Takes a recipient out of the transaction, until its content begins. Those behind it move up.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_NOT_FOUND (index). Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_remove_recipient(mm_session *session, int index);

/**
 * In lookup: the address that the one asked for stands for. At RCPT the message goes there, at VRFY it is told. Counts
 * with a verdict that accepts.
 *
 * address  a whole address; perhaps at another domain, where mail for it is sent on.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT. Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_set_expansion(mm_session *session, const char *address);

/**
 * Puts a header field in front of the message that is stored: in mail, rcpt, data, chunk, message. Those of one
 * transaction stand in the order of the calls, behind the library's own Received. Authentication-Results of our own
 * name stay here; the client's are taken out.
 *
 * name   of the field, as RFC 5322 has it.
 * value  UTF-8 without line ends, up to 2000 octets; folded by the library at blanks, of which it keeps one. Words of
 *        ASCII stay as they are. Others go as UTF-8 where the client said SMTPUTF8 (RFC 6532), and else as
 *        encoded-words (RFC 2047), which a field for programs must not have.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (in chunk and message behind MM_VERDICT_DONE in data, too: nothing is stored);
 * MM_E_ARGUMENT (also: a word makes a line of more than 998 octets, RFC 5322 section 2.1.1); MM_E_LIMIT (8 KiB are
 * there). Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_add_header(mm_session *session, const char *name, const char *value);

/**
 * In message: octets of the message as the client sent it, dots unstuffed.
 *
 * offset  from where, from 0.
 * buffer  where to.
 * size    how many at most.
 * length  gets how many; 0 at the end, and on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT; MM_E_IO. Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_read_message(mm_session *session, int64_t offset, void *buffer, size_t size,
                                           size_t *length);

/**
 * In message: the path of a file with the message as the client sent it, mode 0600, which is gone when the handler's
 * answer is there.
 *
 * path  gets it; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT (path NULL); MM_E_IO; MM_E_FULL. Threads: any, one at a time
 * for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_get_path(mm_session *session, const char **path);

/** What a check of the library's found out about a client. */
enum mm_check_result {
    MM_CHECK_NOT_LISTED = 0,   /**< the list does not have it */
    MM_CHECK_LISTED = 1,       /**< the list has it */
    MM_CHECK_OUT_OF_RANGE = 2, /**< the list answers with what it does not count as listed */
    MM_CHECK_DOWN = 3,         /**< no answer in time: as not listed */
    MM_CHECK_REFUSED = 4,      /**< the list says that it is asked too much (127.255.255.0/24): as not listed */
    MM_CHECK_UNKNOWN = 5       /**< no answer yet, or left out: its test entries are wrong (RFC 5782 section 5) */
};

/**
 * In open: one message of the mailbox; the first call is number 1. May be called while the answer is owed.
 *
 * octets  its size with CRLF line ends, as LIST tells it (RFC 1939 section 11); 0 or more.
 * id      its unique id: 1 to 70 characters from 0x21 to 0x7E, no other message's of the mailbox, the same in each
 *         session (RFC 1939 section 7).
 * data    kept with it for the handlers of this session; never touched by the library.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT (octets, id); MM_E_LIMIT (more than memory is given to one
 * session; 2,147,483,647). Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_add_message(mm_session *session, int64_t octets, const char *id, void *data);

/**
 * In retr and read: octets of the message, cut anywhere, with any line ends, dots not doubled: the library does that,
 * and ends the last line. In retr they are gathered (in memory up to 128 KiB, then in a file of mode 0600) and go out
 * with MM_VERDICT_DONE or MM_VERDICT_ACCEPT; in read they go out as they are given. May be called while the answer is
 * owed.
 *
 * octets, size  in read at most what is left of its room.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT (octets NULL); MM_E_LIMIT (more than the room; none is taken);
 * MM_E_IO; MM_E_FULL. Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_write(mm_session *session, const void *octets, size_t size);

/** One check of a session. Texts are never NULL, "" for none. */
typedef struct mm_session_check {
    size_t size;        /**< sizeof(mm_session_check) */
    const char *kind;   /**< "dnsbl", "dnswl", "goodlist", "badlist", "graylist", "greylist", "checkmx", ... */
    const char *name;   /**< the zone, or the file and line of the rule */
    const char *answer; /**< the address that the list gave */
    const char *reason; /**< in words, for a log */
    int result;         /**< MM_CHECK_... */
    int reserved;       /**< 0 */
} mm_session_check;

#define MM_SESSION_CHECK_INIT                                                                                          \
    { sizeof(mm_session_check), NULL, NULL, NULL, NULL, 0, 0 }

/**
 * How many checks the session has had: lists that were asked about its client (settings dnsbl, dnswl) and rules. What
 * lists say is there in mail, rcpt, domain, lookup, data and message, which wait for it as long as dnsbl_timeout says,
 * and in connect where the setting dnsbl_stage is "connect"; in other steps it may be MM_CHECK_UNKNOWN. A client that
 * may relay is not asked about.
 *
 * count  gets the number; 0 on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_ARGUMENT (count NULL). Threads: any, one at a time for a session. Since
 * 0.1.
 */
MM_API int MM_CALL mm_session_get_check_count(mm_session *session, int *count);

/**
 * One check of the session.
 *
 * index  from 0.
 * check  filled; its size is the host's.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE; MM_E_NOT_FOUND (index); MM_E_ARGUMENT. Threads: any, one at a time for a
 * session. Since 0.1.
 */
MM_API int MM_CALL mm_session_get_check(mm_session *session, int index, mm_session_check *check);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Sessions that the host steps                                                                                     */
/* ---------------------------------------------------------------------------------------------------------------- */

/**
 * A session with an SMTP server whose octets the host moves: no socket and no thread of the library's is in it, until
 * its server stops or it is freed while it waits: the library then carries it to its end.
 */
typedef struct mm_smtp_stepped mm_smtp_stepped;

/** What a session that is stepped waits for. */
enum mm_wants {
    MM_WANTS_READ = 1,  /**< octets of the client */
    MM_WANTS_WRITE = 2, /**< that its output is taken: then a step without octets */
    MM_WANTS_WAIT = 3,  /**< an answer that is owed: wake tells, then a step without octets */
    MM_WANTS_TLS = 4,   /**< that the host's TLS runs: then mm_smtp_stepped_begin_tls, mm_pop3_stepped_begin_tls */
    MM_WANTS_CLOSE = 5  /**< nothing: send the output, and close */
};

/**
 * Hears that a session that waits (MM_WANTS_WAIT) can be stepped again, or that the stop of its server has ended it. It
 * must not step it itself; it may free it.
 *
 * user  of the options.
 * Threads: any. It must not block, throw an exception or jump out. Since 0.1.
 */
typedef void(MM_CALL *mm_wake_fn)(void *user);

/** Who a stepped session is with. All 0 but size: somebody without an address, in clear text, who is not trusted. */
typedef struct mm_smtp_stepped_options {
    size_t size;        /**< sizeof(mm_smtp_stepped_options) */
    const char *client; /**< the client's IP address; NULL: it has none */
    const char *server; /**< the address it came to; NULL: not known */
    const char *tls;    /**< version and cipher of the TLS that runs already; NULL: none does */
    mm_wake_fn wake;    /**< NULL: nobody hears; the host steps when it thinks fit */
    void *user;         /**< for wake */
    int client_port;    /**< of client */
    int server_port;    /**< of server */
    int offer_tls;      /**< 1: STARTTLS is offered, for the host has a TLS */
    int protocol;       /**< MM_SMTP_PROTOCOL_... */
} mm_smtp_stepped_options;

#define MM_SMTP_STEPPED_OPTIONS_INIT                                                                                   \
    { sizeof(mm_smtp_stepped_options), NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0 }

/**
 * Makes a session of a server's. Its handlers run on the thread that steps it, and may answer pending; those that hear
 * of its end run on a thread of the library's where its server stops, or where it was freed while it waited. A message
 * that is stored is waited for with MM_WANTS_WAIT; where message answers MM_VERDICT_DONE no thread of the library's is
 * needed.
 *
 * server   which one, be it that it listens nowhere (MM_PORT_NONE).
 * options  NULL: the default.
 * stepped  gets the handle, which mm_smtp_stepped_free ends; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_NOT_SUPPORTED (G4); MM_E_STATE (the server is stopped); MM_E_LIMIT
 * (too many sessions, or they hold too much memory; client may not connect). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_stepped_new(mm_smtp_server *server, const mm_smtp_stepped_options *options,
                                       mm_smtp_stepped **stepped);

/**
 * Gives octets of the client, or none, and carries the session on until it waits for something. The first step has no
 * octets: a server greets.
 *
 * octets   what came from the client; NULL with size 0.
 * size     how many. A session that does not read (MM_WANTS_WAIT, MM_WANTS_WRITE) keeps at most 65,536 in all; one that
 *          reads takes any number.
 * output   gets what is to be sent to it; lives until the next step.
 * length   gets how much that is; 0 on failure.
 * wants    gets what the session waits for: MM_WANTS_...
 * Returns MM_OK, and has taken all octets; else it has taken none: MM_E_HANDLE; MM_E_ARGUMENT; MM_E_LIMIT (more than it
 * keeps: the same octets are for a later step); MM_E_STATE (octets while TLS is to begin; another thread is inside).
 * Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_stepped_step(mm_smtp_stepped *stepped, const void *octets, size_t size, const void **output,
                                        size_t *length, int *wants);

/**
 * The host's TLS runs: octets are those inside it from now on. A step without octets follows.
 *
 * description  version and cipher, for Received.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_STATE (the session did not ask for it). Threads: any, one at a time
 * for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_stepped_begin_tls(mm_smtp_stepped *stepped, const char *description);

/**
 * When the session is to be stepped at the latest, without octets: its client has been silent too long then.
 *
 * timeout_ms  gets the milliseconds from now; -1: no limit, as while it waits for an answer.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT. Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_stepped_get_timeout(mm_smtp_stepped *stepped, int *timeout_ms);

/**
 * Ends a session: its client is gone, or the host wants no more of it. When it has returned no wake of the session runs
 * and none will: it waits for one that does, unless it is called inside that one. What waits for the disk comes to its
 * end later, and close with it. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (inside one of its handlers, or another thread is inside: nothing has
 * happened). Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_stepped_free(mm_smtp_stepped *stepped);

/**
 * A session with a POP3 server whose octets the host moves, as mm_smtp_stepped is one with an SMTP server.
 */
typedef struct mm_pop3_stepped mm_pop3_stepped;

/** Who a stepped session is with. All 0 but size: somebody without an address, in clear text. */
typedef struct mm_pop3_stepped_options {
    size_t size;        /**< sizeof(mm_pop3_stepped_options) */
    const char *client; /**< the client's IP address; NULL: it has none */
    const char *server; /**< the address it came to; NULL: not known */
    const char *tls;    /**< version and cipher of the TLS that runs already; NULL: none does */
    mm_wake_fn wake;    /**< NULL: nobody hears; the host steps when it thinks fit */
    void *user;         /**< for wake */
    int client_port;    /**< of client */
    int server_port;    /**< of server */
    int offer_tls;      /**< 1: STLS is offered, for the host has a TLS */
    int reserved;       /**< 0 */
} mm_pop3_stepped_options;

#define MM_POP3_STEPPED_OPTIONS_INIT                                                                                   \
    { sizeof(mm_pop3_stepped_options), NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0 }

/**
 * Makes a session of a POP3 server's, as mm_smtp_stepped_new. Its handlers run on the thread that steps it, and so does
 * what the library's own mailboxes need of the disk; a password is looked at there, too. MM_WANTS_WAIT is an answer
 * that is owed, and what the library answers late: a login that has failed, and the next octets where the setting
 * pop_speed is in force. Freed in the middle of a QUIT that waits for a handler, the session carries that to its end
 * (RFC 1939 section 6). No login is passed on to another server (setting pop3_proxy).
 *
 * server   which one, be it that it listens nowhere (MM_PORT_NONE).
 * options  NULL: the default.
 * stepped  gets the handle, which mm_pop3_stepped_free ends; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_NOT_SUPPORTED (G4); MM_E_STATE (the server is stopped); MM_E_LIMIT
 * (too many sessions, or they hold too much memory; client may not connect). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_stepped_new(mm_pop3_server *server, const mm_pop3_stepped_options *options,
                                       mm_pop3_stepped **stepped);

/**
 * Gives octets of the client, or none, and carries the session on, as mm_smtp_stepped_step. A message that is sent
 * comes in pieces: MM_WANTS_WRITE behind each but the last.
 *
 * octets   what came from the client; NULL with size 0.
 * size     how many.
 * output   gets what is to be sent to it; lives until the next step.
 * length   gets how much that is; 0 on failure.
 * wants    gets what the session waits for: MM_WANTS_...
 * Returns MM_OK, and has taken all octets; else it has taken none: MM_E_HANDLE; MM_E_ARGUMENT; MM_E_LIMIT (more than it
 * keeps: the same octets are for a later step); MM_E_STATE (octets while TLS is to begin; another thread is inside).
 * Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_stepped_step(mm_pop3_stepped *stepped, const void *octets, size_t size, const void **output,
                                        size_t *length, int *wants);

/**
 * The host's TLS runs: octets are those inside it from now on. A step without octets follows.
 *
 * description  version and cipher, for the handlers.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_STATE (the session did not ask for it). Threads: any, one at a time
 * for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_stepped_begin_tls(mm_pop3_stepped *stepped, const char *description);

/**
 * When the session is to be stepped at the latest, as mm_smtp_stepped_get_timeout.
 *
 * timeout_ms  gets the milliseconds from now; -1: no limit, as while it waits for an answer.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT. Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_stepped_get_timeout(mm_pop3_stepped *stepped, int *timeout_ms);

/**
 * Ends a session, as mm_smtp_stepped_free: without QUIT nothing is deleted. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (inside one of its handlers, or another thread is inside: nothing has
 * happened). Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_stepped_free(mm_pop3_stepped *stepped);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Transports, certificates and what an error was                                                                   */
/* ---------------------------------------------------------------------------------------------------------------- */

/** What a transport's callback returns that can do nothing now. */
enum mm_again {
    MM_AGAIN = 1,      /**< wait for what the call is about: reading for input, writing for room */
    MM_AGAIN_READ = 2, /**< wait for input, whatever the call is about (a TLS handshake inside a write) */
    MM_AGAIN_WRITE = 3 /**< wait for room, whatever the call is about */
};

/** Bits: what a wait is for, and what it has found. */
enum mm_ready { MM_READY_INPUT = 1, MM_READY_ROOM = 2 };

/**
 * Takes octets that have come. It must not block.
 *
 * buffer, size  where to, and how much fits.
 * length        gets the octets put there (it is 0 before); 0 with MM_OK: the peer has ended its side.
 * user          of the mm_transport.
 * Returns MM_OK; an MM_AGAIN... value; an MM_E_... value: the connection is lost.
 * Threads: that of the call which reads. It must not throw an exception or jump out.
 */
typedef int(MM_CALL *mm_transport_read_fn)(void *buffer, size_t size, size_t *length, void *user);

/**
 * Sends octets, as many as it takes now. It must not block.
 *
 * octets, size  what is to be sent.
 * length        gets the octets that were taken (it is 0 before), at least 1 with MM_OK.
 * user          of the mm_transport.
 * Returns, threads: as mm_transport_read_fn.
 */
typedef int(MM_CALL *mm_transport_write_fn)(const void *octets, size_t size, size_t *length, void *user);

/**
 * Waits until something can be read or written, the time is up, or mm_transport_interrupt_fn was called since the last
 * wait ended.
 *
 * wanted      MM_READY_... bits.
 * timeout_ms  milliseconds, 0 or more; -1: without limit.
 * found       gets the bits that are there; 0 if the time is up or it was interrupted.
 * user        of the mm_transport.
 * Returns MM_OK; an MM_E_... value: the connection is lost. Threads: as mm_transport_read_fn.
 */
typedef int(MM_CALL *mm_transport_wait_fn)(int wanted, int timeout_ms, int *found, void *user);

/**
 * Ends a wait that is under way, or else the next one, at once. Threads: any, perhaps while another is in the wait or
 * in another callback of the transport; never after mm_transport_close_fn. It must not block.
 */
typedef void(MM_CALL *mm_transport_interrupt_fn)(void *user);

/**
 * The last call of a transport: the library does not use it any more. Threads: that of the call which ends the
 * connection.
 */
typedef void(MM_CALL *mm_transport_close_fn)(void *user);

/**
 * How a host moves octets itself: its own TLS over the connection's socket, or a way of its own in place of a socket.
 */
typedef struct mm_transport {
    size_t size;                         /**< sizeof(mm_transport) */
    mm_transport_read_fn read;           /**< not NULL */
    mm_transport_write_fn write;         /**< not NULL */
    mm_transport_wait_fn wait;           /**< NULL: the library waits for the socket */
    mm_transport_interrupt_fn interrupt; /**< not NULL where wait is not */
    mm_transport_close_fn close;         /**< NULL: the host need not know */
    void *user;                          /**< passed on to them untouched */
    intptr_t socket;                     /**< an mm_socket, which is waited for where wait is NULL; it stays the host's.
                                              -1: the connection's own, of mm_smtp_connect */
    int is_secure;                       /**< 1: what goes over it is protected (TLS), so passwords may go */
    int reserved;                        /**< 0 */
} mm_transport;

#define MM_TRANSPORT_INIT                                                                                              \
    { sizeof(mm_transport), NULL, NULL, NULL, NULL, NULL, NULL, -1, 0, 0 }

/** Bits: what is wrong with a server's certificate. */
enum mm_certificate_problem {
    MM_CERTIFICATE_NAME = 1,        /**< it is not for the host that was asked for */
    MM_CERTIFICATE_TIME = 2,        /**< it has expired, or is not valid yet */
    MM_CERTIFICATE_SELF_SIGNED = 4, /**< it is its own issuer, and not trusted */
    MM_CERTIFICATE_UNTRUSTED = 8,   /**< its root is not trusted, or its chain is not whole */
    MM_CERTIFICATE_MISSING = 16,    /**< the server shows none */
    MM_CERTIFICATE_OTHER = 32       /**< anything else, which the words name */
};

/** The certificate of a server, as a handshake showed it. All of it lives until the callback returns. */
typedef struct mm_certificate {
    size_t size;                   /**< set by the library: the octets it has filled */
    const char *host;              /**< the name or address that it has to bear */
    const char *subject;           /**< distinguished name; "" if there is none */
    const char *issuer;            /**< distinguished name */
    const char *names;             /**< names and addresses that it is for, with commas between */
    const char *problem_text;      /**< what is wrong, in words; "" if nothing is */
    const void *const *chain;      /**< certificates as DER, the server's own first */
    const size_t *chain_lengths;   /**< the octets of each */
    int64_t not_before, not_after; /**< milliseconds since 1970-01-01 00:00 UTC */
    int chain_count;               /**< certificates in the chain */
    int problems;                  /**< MM_CERTIFICATE_... bits; 0: it is good */
} mm_certificate;

/**
 * Decides whether a handshake goes on. It is called in each handshake that the library makes for the handle, also where
 * the certificate is good.
 *
 * certificate  what the server showed.
 * accept       what the library would do: 1 go on, 0 end it with MM_E_CERTIFICATE_NAME or MM_E_TLS. May be changed.
 * user         of the options.
 * Threads: that of the call which makes the handshake. It may block. No function of the same handle may be called
 * inside but mm_smtp_cancel. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_certificate_fn)(const mm_certificate *certificate, int *accept, void *user);

/** Where in the library's layers something failed. */
enum mm_error_layer {
    MM_LAYER_NONE = 0,     /**< nothing did */
    MM_LAYER_USE = 1,      /**< the call: an argument, a handle, a moment; nothing was sent */
    MM_LAYER_RESOLVE = 2,  /**< the host's name has no address */
    MM_LAYER_CONNECT = 3,  /**< no address takes a connection */
    MM_LAYER_PROXY = 4,    /**< the proxy refuses, or does not answer as one */
    MM_LAYER_TLS = 5,      /**< handshake, certificate, or TLS broken later */
    MM_LAYER_NETWORK = 6,  /**< the connection was lost, or was silent too long */
    MM_LAYER_PROTOCOL = 7, /**< the server's words are not of the protocol */
    MM_LAYER_HOST = 8 /**< a callback or a file of the host failed, the host cancelled, or the engine was stopped */
};

/** What was being done when something failed, in the order of the protocol. */
enum mm_smtp_stage {
    MM_STAGE_NONE = 0,
    MM_STAGE_RESOLVE = 1,
    MM_STAGE_CONNECT = 2, /**< through a proxy as well */
    MM_STAGE_GREETING = 3,
    MM_STAGE_HELLO = 4, /**< EHLO, HELO, LHLO; CAPA */
    MM_STAGE_TLS = 5,   /**< STARTTLS, STLS and the handshake */
    MM_STAGE_AUTH = 6,
    MM_STAGE_MAIL = 7,
    MM_STAGE_RCPT = 8,
    MM_STAGE_DATA = 9,
    MM_STAGE_CONTENT = 10,     /**< the message is on its way, to the server or from it */
    MM_STAGE_END_OF_DATA = 11, /**< its end has been said: the server may have taken it */
    MM_STAGE_OTHER = 12        /**< any other command */
};

/** The last failure of a handle, as data. Texts: never NULL, "" for none. */
typedef struct mm_error_detail {
    size_t size;         /**< set by the host: sizeof(mm_error_detail) */
    const char *message; /**< in words, as mm_last_error_message() told it */
    const char *host;    /**< the server's name or address, as the host gave it */
    const char *peer;    /**< the address and port that was spoken to, such as "192.0.2.1:25" */
    int code;            /**< an MM_E_... value; MM_OK: nothing has failed */
    int layer;           /**< MM_LAYER_... */
    int stage;           /**< MM_STAGE_... */
    int os_error;        /**< the operating system's number (errno, WSAGetLastError); 0: it had none */
    int tls_alert;       /**< the alert's number (RFC 8446 section 6) if the peer sent one; -1: none is known */
    int certificate;     /**< MM_CERTIFICATE_... bits */
    int retry;           /**< 1: the same may succeed later without anybody changing anything */
    int reserved;        /**< 0 */
} mm_error_detail;

#define MM_ERROR_DETAIL_INIT                                                                                           \
    { sizeof(mm_error_detail), NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0 }

/* ---------------------------------------------------------------------------------------------------------------- */
/* SMTP client, verb by verb                                                                                        */
/* ---------------------------------------------------------------------------------------------------------------- */

/*
 * A connection to an SMTP or LMTP server, one function for each command. The call that says a command waits for its
 * reply, on the thread of the caller: no other thread has a part in it.
 *
 * Every function of this part tells two things apart. Its result says whether the exchange came about: MM_OK, or why
 * not. Its last argument, code, gets the reply's code (250, 354, 550, ...), whatever that is; 0 if there is no reply;
 * NULL: not wanted. A refusal is no failure: the result is MM_OK and the code says 550. mm_smtp_get_reply has its
 * words. A code of 421 is the server's last word: the connection is closed then. In the middle of content a refusal is
 * MM_E_CLOSED with its code.
 *
 * Beside what its comment lists each may give MM_E_HANDLE; MM_E_ARGUMENT (a NULL that is not allowed; CR, LF or NUL
 * where one line is asked for: nothing is sent then); MM_E_STATE (not connected, the server waits for something else,
 * such as content, another thread is in a call of the handle, or G2); and, where it waits: MM_E_TIMEOUT, MM_E_CLOSED,
 * MM_E_TLS, MM_E_PROTOCOL (no reply of SMTP), MM_E_CANCELLED (mm_smtp_cancel, or the engine was stopped). After one of
 * these five the connection is closed, save where a function's comment says otherwise (mm_smtp_wait, logins), and only
 * mm_smtp_connect begins again. After MM_E_ARGUMENT, MM_E_STATE and MM_E_MEMORY it is as it was. mm_smtp_get_error has
 * the failure as data.
 *
 * Threads: any, one at a time for a handle, save mm_smtp_cancel. Callbacks come on the thread that is in the call.
 */

/** A client's connection, open or not. */
typedef struct mm_smtp mm_smtp;

/** Which way a line of the dialogue goes. */
enum mm_trace_direction {
    MM_TRACE_SENT = 1,
    MM_TRACE_RECEIVED = 2,
    MM_TRACE_EVENT = 3 /**< no line, but what happened: connected, TLS version and cipher, closed */
};

/**
 * Gets one line of the dialogue: commands, replies, and events; of a message's content only how long it was. Whatever
 * is secret (all that a login sends behind the mechanism's name, and challenges that show it) is replaced by "***".
 *
 * direction  MM_TRACE_...
 * line       without its end; UTF-8 (octets that are not are replaced).
 * user       of the options.
 * Threads: that of the call which sends or receives. No function of the same handle may be called inside but
 * mm_smtp_cancel. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_trace_fn)(int direction, const char *line, void *user);

/** How a client works. All 0 but size: as the engine's settings say. */
typedef struct mm_smtp_options {
    size_t size;             /**< sizeof(mm_smtp_options) */
    int connect_timeout_ms;  /**< for one address, proxy included; for a TLS handshake; 0: 30 seconds; -1: none */
    int send_timeout_ms;     /**< how long the server may take nothing; 0: as RFC 5321 section 4.5.3.2 says; -1: none */
    int receive_timeout_ms;  /**< how long the server may take for a reply; 0: as RFC 5321 section 4.5.3.2 says for the
                                 command, at most the setting pop_timeout; -1: none */
    int tls_check;           /**< MM_TLS_CHECK_...: with MM_TLS_CHECK_SETTINGS the certificate is always checked here */
    const char *proxy;       /**< in the form of the setting proxy; NULL: that setting; "": none */
    const char *certificate; /**< PEM file with our own certificate and its chain, for servers that ask for one (as for
                                  EXTERNAL); NULL: none */
    const char *key;         /**< PEM file with its private key; NULL: it is in the same file */
    mm_certificate_fn on_certificate; /**< NULL: tls_check decides alone */
    mm_trace_fn on_trace;             /**< NULL: nobody hears */
    void *user;                       /**< passed on to both */
} mm_smtp_options;

#define MM_SMTP_OPTIONS_INIT                                                                                           \
    { sizeof(mm_smtp_options), 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL }

/**
 * Makes a client. Nothing is connected.
 *
 * engine   whose settings are used (resolver, proxy, TLS, trusted roots, our name); started by it if it does not run.
 *          When it is stopped, the client's connection ends with MM_E_CANCELLED.
 * options  NULL: all of them 0. Copied.
 * smtp     gets the handle, which mm_smtp_free ends; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (an option, smtp NULL); MM_E_NOT_FOUND, MM_E_IO and MM_E_TLS (the files of
 * certificate and key); MM_E_NOT_SUPPORTED (G4); MM_E_STATE (the engine is being stopped); MM_E_LIMIT (a million
 * handles are open). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_new(mm_engine *engine, const mm_smtp_options *options, mm_smtp **smtp);

/**
 * Closes the connection without a word if it is open, and ends the handle and all its texts. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (called inside a callback of this handle, or another thread is in a call of
 * it). Threads: any, when no other thread uses the handle. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_free(mm_smtp *smtp);

/**
 * Changes the time-outs, for waits that begin later. Each as in mm_smtp_options.
 * Returns MM_OK; MM_E_ARGUMENT (below -1). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_set_timeouts(mm_smtp *smtp, int connect_ms, int send_ms, int receive_ms);

/** Bits for mm_smtp_connect, mm_smtp_connect_transport and mm_smtp_start_tls. */
enum mm_smtp_connect_flags {
    MM_SMTP_NO_GREETING = 1, /**< connecting: return when connected; mm_smtp_receive reads the greeting, or
                                  mm_smtp_start_tls with MM_SMTP_GREETING */
    MM_SMTP_TLS = 2,         /**< connecting: TLS from the first octet (RFC 8314) */
    MM_SMTP_GREETING = 4     /**< mm_smtp_start_tls: the greeting follows the handshake; read it */
};

/**
 * Connects to a server and reads its greeting. A connection that is open is closed before, without a word; one that
 * was cancelled may be made anew.
 *
 * host   name, IPv4 or IPv6 address, that in brackets or not. The addresses of a name are tried one after the other.
 *        No MX look-up: FindMX does that.
 * port   1 to 65535; 0: 25, with MM_SMTP_TLS 465.
 * flags  MM_SMTP_NO_GREETING, MM_SMTP_TLS.
 * code   gets the greeting's code, 220 or a refusal; 0 with MM_SMTP_NO_GREETING.
 * Returns MM_OK; MM_E_DNS and MM_E_NOT_FOUND (the name); MM_E_CONNECT; MM_E_CERTIFICATE_NAME; MM_E_FULL (no descriptor
 * left). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_connect(mm_smtp *smtp, const char *host, int port, int flags, int *code);

/**
 * Takes a way of the host's in place of a socket, and reads the greeting. As mm_smtp_connect otherwise.
 *
 * transport  copied; its close is called when the connection is closed, also if this call fails.
 * host       the server's name, for certificates and error details; NULL: "".
 * Returns MM_OK; MM_E_ARGUMENT (a callback that must not be NULL, no socket to wait for). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_connect_transport(mm_smtp *smtp, const mm_transport *transport, const char *host, int flags,
                                             int *code);

/**
 * Says STARTTLS (RFC 3207). After 220 the server waits for a handshake: mm_smtp_start_tls, or mm_smtp_set_transport.
 * What the server sent before the handshake is dropped, and its capabilities are those of no server until the next
 * EHLO. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_starttls(mm_smtp *smtp, int *code);

/**
 * Makes the TLS handshake on the open connection: after mm_smtp_starttls was answered with 220, or after a connect with
 * MM_SMTP_NO_GREETING.
 *
 * server_name  the name that the certificate has to bear, also sent as SNI; NULL: the host of mm_smtp_connect.
 * flags        MM_SMTP_GREETING: read the greeting behind it.
 * code         gets the greeting's code; else 0.
 * Returns MM_OK; MM_E_CERTIFICATE_NAME (good, but for another host: on_certificate may accept it); MM_E_TLS. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_start_tls(mm_smtp *smtp, const char *server_name, int flags, int *code);

/**
 * Lays a way of the host's over the open connection: its own TLS, after mm_smtp_starttls or after a connect with
 * MM_SMTP_NO_GREETING. The host makes the handshake itself, on the socket of mm_smtp_get_socket, before this call or
 * inside the first callbacks; mm_smtp_wait helps it to wait.
 *
 * transport  copied; its close is called before the connection's socket is closed, also if this call fails.
 * Returns MM_OK; MM_E_ARGUMENT. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_set_transport(mm_smtp *smtp, const mm_transport *transport);

/**
 * The connection's socket, which does not block. It stays the library's: it may be read and written between
 * mm_smtp_starttls and mm_smtp_set_transport, or by a transport, and must not be closed. On Windows every call that
 * waits takes away what WSAEventSelect or WSAAsyncSelect has set for it, and for the socket of an mm_transport.
 *
 * socket  gets it; MM_INVALID_SOCKET on failure.
 * Returns MM_OK; MM_E_STATE (none is open). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_get_socket(mm_smtp *smtp, mm_socket *socket);

/**
 * Waits for the connection, as the library itself does: until something can be read or written, the time is up, or
 * mm_smtp_cancel is called.
 *
 * wanted      MM_READY_... bits.
 * timeout_ms  milliseconds; -1: without limit.
 * found       gets the bits that are there; 0 with a result of MM_E_TIMEOUT.
 * Returns MM_OK; MM_E_TIMEOUT (the connection stays open). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_wait(mm_smtp *smtp, int wanted, int timeout_ms, int *found);

/**
 * Ends whatever call of the handle is under way on another thread, at once (within 50 ms, whatever it waits for): that
 * returns MM_E_CANCELLED, and the connection is closed. If none is under way, the connection is closed by the next.
 * After it has returned no call brings the dialogue further; mm_smtp_connect begins anew. More than once is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, while others use the handle; not in a signal handler. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_cancel(mm_smtp *smtp);

/**
 * Closes the connection without a word; mm_smtp_quit says goodbye first. What is not open is MM_OK. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_close(mm_smtp *smtp);

/**
 * Says HELO.
 *
 * name  our domain or address literal; NULL: the setting smtp_name. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_helo(mm_smtp *smtp, const char *name, int *code);

/**
 * Says EHLO, and learns the server's capabilities.
 *
 * name  as mm_smtp_helo. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_ehlo(mm_smtp *smtp, const char *name, int *code);

/**
 * Says LHLO (RFC 2033): as mm_smtp_ehlo, and the end of a message is answered once for each recipient that was taken:
 * the first reply by the call that ends it, the others by mm_smtp_receive. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_lhlo(mm_smtp *smtp, const char *name, int *code);

/**
 * How many capabilities the server told in its last answer to EHLO or LHLO; 0 before.
 *
 * count  gets it; 0 on failure. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_get_capability_count(mm_smtp *smtp, int *count);

/**
 * One capability, as the server wrote it, such as "SIZE 52428800".
 *
 * index  from 0.
 * text   gets it; it lives until the next EHLO, LHLO, HELO, handshake, connect or mm_smtp_free. NULL on failure.
 * Returns MM_OK; MM_E_ARGUMENT (no such index). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_get_capability(mm_smtp *smtp, int index, const char **text);

/**
 * Looks a capability up by its keyword, without regard to case.
 *
 * name        such as "PIPELINING"; of "AUTH" the mechanisms are in its parameters.
 * parameters  gets what follows the keyword, "" if nothing does; NULL if the server does not offer it. Lives as the
 *             text of mm_smtp_get_capability.
 * Returns MM_OK, offered or not. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_find_capability(mm_smtp *smtp, const char *name, const char **parameters);

/**
 * Logs in with a user name and a password (RFC 4954).
 *
 * mechanism  "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", these two with "-PLUS" (bound to the TLS
 *            connection by tls-server-end-point), "NTLM" (the user as DOMAIN\user or user@domain), "EXTERNAL" (user is
 *            the authorization identity or NULL, password NULL); without regard to case. NULL: the strongest one that
 *            the server offers, and the next where it refuses one for good.
 * code       of the last reply: 235, or a refusal.
 * Returns MM_OK; MM_E_TLS (it tells the password in clear, and there is no TLS: only to this machine, or with
 * plain_auth=always; or there is no OpenSSL for its digests; or no binding for -PLUS); MM_E_NOT_SUPPORTED (no such
 * mechanism here; with NULL: the server offers none that is); MM_E_PROTOCOL (a challenge that cannot be answered, or no
 * proof that the server knows the password): the exchange is cancelled, and after that last one the connection is
 * closed. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_auth(mm_smtp *smtp, const char *mechanism, const char *user, const char *password,
                                int *code);

/**
 * Gives a token (RFC 6750) for a login.
 *
 * buffer, size  where to, and how much fits (65536).
 * length        gets the token's octets, without a NUL.
 * user          what was given to mm_smtp_auth_token.
 * Returns MM_OK; anything else: there is none, and the login fails with MM_E_CANCELLED; the connection stays open.
 * Threads: that of the call. It may block. It must not throw an exception or jump out.
 */
typedef int(MM_CALL *mm_token_fn)(char *buffer, size_t size, size_t *length, void *user);

/**
 * Logs in with a token.
 *
 * mechanism   "OAUTHBEARER" (RFC 7628) or "XOAUTH2"; NULL: the first of these that the server offers.
 * identity    the user's name, usually an address.
 * token       gives the token.
 * token_user  passed on to it untouched.
 * Returns as mm_smtp_auth; what the server says of a token that it refuses (JSON) is in the reply's challenge, see
 * mm_smtp_reply. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_auth_token(mm_smtp *smtp, const char *mechanism, const char *identity, mm_token_fn token,
                                      void *token_user, int *code);

/**
 * Says AUTH with a mechanism of the host's own. After 334 the challenge is in the reply's text, base64, and
 * mm_smtp_auth_respond answers it. What is clear text here is the host's own choice.
 *
 * mechanism  as it goes out.
 * initial    base64 of the initial response; "=" for one of no octets; NULL: none. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_auth_raw(mm_smtp *smtp, const char *mechanism, const char *initial, int *code);

/**
 * Answers a challenge of mm_smtp_auth_raw.
 *
 * response  base64; "" for no octets; "*" cancels the exchange.
 * code      334: another challenge; 235; or a refusal. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_auth_respond(mm_smtp *smtp, const char *response, int *code);

/**
 * Says MAIL: begins a message.
 *
 * from        the sender, without or with its angle brackets; "" for none.
 * parameters  such as "SIZE=1000 BODY=8BITMIME", as they go out; NULL: none.
 * Returns MM_OK; MM_E_NOT_SUPPORTED (beyond ASCII, and the server does not offer SMTPUTF8). A domain beyond ASCII goes
 * out as A-labels. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_mail(mm_smtp *smtp, const char *from, const char *parameters, int *code);

/**
 * Says RCPT: one recipient of the message.
 *
 * to, parameters  as mm_smtp_mail. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_rcpt(mm_smtp *smtp, const char *to, const char *parameters, int *code);

/**
 * Says DATA. After 354 the server takes all that comes for content, until mm_smtp_write with MM_SMTP_LAST. The content
 * goes as it is given: nothing signs it but the host, by mm_dkim_sign. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_data(mm_smtp *smtp, int *code);

/** Bits for mm_smtp_write and mm_smtp_write_raw. */
enum mm_smtp_write_flags {
    MM_SMTP_FIRST = 1,      /**< the first piece of a content: MM_E_STATE if another has gone out since DATA */
    MM_SMTP_LAST = 2,       /**< the last one: end the content and read the reply */
    MM_SMTP_CONVERT_EOL = 4 /**< a bare LF or CR becomes CRLF; else one is MM_E_ARGUMENT (RFC 5321 section 2.3.8) */
};

/**
 * Sends content after DATA, in pieces cut anywhere: dots at the beginning of a line are doubled, and the last piece
 * gets a line end, if it lacks it, and the final dot. A CR at the end of a piece is half of a CRLF, of which the next
 * piece has the other half. Of a piece that is MM_E_ARGUMENT nothing goes out.
 *
 * octets, size  the piece, at most 2147483647 octets; may be NULL and 0.
 * flags         MM_SMTP_FIRST, MM_SMTP_LAST, MM_SMTP_CONVERT_EOL.
 * code          with MM_SMTP_LAST the reply's; else 0.
 * Since 0.1.
 */
MM_API int MM_CALL mm_smtp_write(mm_smtp *smtp, const void *octets, size_t size, int flags, int *code);

/**
 * Sends octets as they are: content that has its dots doubled already, or what a verb of the host's own asks for.
 *
 * octets, size  as mm_smtp_write.
 * flags  MM_SMTP_LAST: read a reply then; the host's octets have ended the content themselves.
 * code   with MM_SMTP_LAST the reply's; else 0. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_write_raw(mm_smtp *smtp, const void *octets, size_t size, int flags, int *code);

/**
 * Says BDAT (RFC 3030): one chunk of content, which goes out as it is, and waits for its reply.
 *
 * octets, size  the chunk, at most 2147483647 octets; may be NULL and 0.
 * last          1: the message ends with it; else 0.
 * Returns MM_OK; MM_E_NOT_SUPPORTED (the server does not offer CHUNKING). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_bdat(mm_smtp *smtp, const void *octets, size_t size, int last, int *code);

/** Says RSET: gives up the message that was begun. Since 0.1. */
MM_API int MM_CALL mm_smtp_rset(mm_smtp *smtp, int *code);

/** Says NOOP. Since 0.1. */
MM_API int MM_CALL mm_smtp_noop(mm_smtp *smtp, int *code);

/**
 * Says VRFY: asks about an address or a name.
 *
 * text  what the server is asked about; not "". Since 0.1.
 */
MM_API int MM_CALL mm_smtp_vrfy(mm_smtp *smtp, const char *text, int *code);

/** Says EXPN: asks who is on a list. As mm_smtp_vrfy. Since 0.1. */
MM_API int MM_CALL mm_smtp_expn(mm_smtp *smtp, const char *text, int *code);

/**
 * Says HELP.
 *
 * text  what about; NULL: nothing special. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_help(mm_smtp *smtp, const char *text, int *code);

/**
 * Says QUIT, waits for the reply and closes the connection. A server that closes without a reply is MM_OK and a code of
 * 0. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_quit(mm_smtp *smtp, int *code);

/**
 * Sends a command of the host's own and does not wait: mm_smtp_receive reads its reply. Several may be sent before
 * (RFC 2920); their replies come in order. What SMTP's own commands open (content, a handshake, a login's exchange, the
 * octets of BDAT, which mm_smtp_write_raw sends) is known to the library here too.
 *
 * line  without its end, such as "XFOO bar". Since 0.1.
 */
MM_API int MM_CALL mm_smtp_send_command(mm_smtp *smtp, const char *line);

/**
 * Reads the next reply that is due: of mm_smtp_send_command, of the greeting after MM_SMTP_NO_GREETING, of LMTP's
 * further recipients.
 * Returns MM_OK; MM_E_STATE (none is due). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_receive(mm_smtp *smtp, int *code);

/** The last reply of the server. Texts: never NULL, "" for none; they live until the handle's next call that waits. */
typedef struct mm_smtp_reply {
    size_t size;           /**< set by the host: sizeof(mm_smtp_reply) */
    const char *text;      /**< all its lines with LF between, without code and enhanced status */
    const char *raw;       /**< the same as it came, with the codes */
    const char *status;    /**< enhanced status (RFC 3463), such as "5.1.1" */
    const char *challenge; /**< the last challenge of a login, decoded: what a server says of a token */
    int code;              /**< 0: there was no reply yet on this connection */
    int lines;             /**< how many lines */
    int due;               /**< replies that are still to come (mm_smtp_receive) */
    int reserved;          /**< 0 */
} mm_smtp_reply;

#define MM_SMTP_REPLY_INIT                                                                                             \
    { sizeof(mm_smtp_reply), NULL, NULL, NULL, NULL, 0, 0, 0, 0 }

/**
 * The last reply.
 *
 * reply  its member size is set by the caller; the others are filled.
 * Returns MM_OK; MM_E_ARGUMENT (reply NULL, its size). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_get_reply(mm_smtp *smtp, mm_smtp_reply *reply);

/**
 * The last failure of the handle, as data; its texts live until the handle's next call.
 *
 * detail  its member size is set by the caller; the others are filled.
 * Returns MM_OK, also if nothing has failed; MM_E_ARGUMENT (detail NULL, its size). Since 0.1.
 */
MM_API int MM_CALL mm_smtp_get_error(mm_smtp *smtp, mm_error_detail *detail);

/**
 * What was agreed in the TLS handshake, such as "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384".
 *
 * text  gets it; "" in clear text and over a transport of the host's. Lives until the connection ends.
 * Since 0.1.
 */
MM_API int MM_CALL mm_smtp_get_tls(mm_smtp *smtp, const char **text);

/** A message for whole transactions. Texts and octets live as its functions say. */
typedef struct mm_smtp_message {
    size_t size;            /**< sizeof(mm_smtp_message) */
    const char *from;       /**< the sender, as mm_smtp_mail; "" for none */
    const char *parameters; /**< for MAIL, beside those that the library says itself (SIZE, BODY, SMTPUTF8); NULL */
    const char *const *to;  /**< recipients, as mm_smtp_rcpt */
    const char *const *to_parameters; /**< for RCPT, one for each recipient or NULL; NULL: for none of them */
    size_t recipients;                /**< how many; at least 1 */
    const void *content;              /**< the message, any line ends, as mm_send_write says; NULL: from path or read */
    size_t content_size;              /**< its octets */
    const char *path;                 /**< of a file with it; NULL */
    mm_send_read_fn read;             /**< gives it piece by piece, on the thread of the call; NULL */
    void *user;                       /**< passed on to read; untouched otherwise */
} mm_smtp_message;

#define MM_SMTP_MESSAGE_INIT                                                                                           \
    { sizeof(mm_smtp_message), NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, NULL, NULL }

/** What became of one recipient of a transaction. Texts: never NULL, "" for none. */
typedef struct mm_smtp_recipient {
    size_t size;        /**< sizeof(mm_smtp_recipient); in a mm_smtp_sent_fn the octets that the library has filled */
    const char *status; /**< enhanced status of the reply */
    const char *reply;  /**< the reply that decided, its lines with LF between; without one: what happened, in words */
    int error;          /**< MM_OK: taken; else an MM_E_... value: MM_E_REFUSED_TEMPORARY, MM_E_REFUSED_PERMANENT, why
                             the connection ended, MM_E_LIMIT (larger than the server's SIZE allows), or
                             MM_E_NOT_SUPPORTED (an address or a text that the server does not take) */
    int code;           /**< of that reply; 0: there was none */
    int stage;          /**< MM_STAGE_...: what it answered */
    int maybe_taken;    /**< 1: lost after the end was said, so the server may have it all the same */
} mm_smtp_recipient;

#define MM_SMTP_RECIPIENT_INIT                                                                                         \
    { sizeof(mm_smtp_recipient), NULL, NULL, 0, 0, 0, 0 }

/**
 * Hears what became of one message of mm_smtp_send_all, once for each that was given, in their order.
 *
 * message     number of the message, counted from 0.
 * recipients  a pointer to each one's result, in the message's order; they live until the callback returns.
 * count       how many.
 * user        what was given to mm_smtp_send_all.
 * Threads: that of the call. No function of the same handle may be called inside but mm_smtp_cancel. It must not throw
 * an exception or jump out.
 */
typedef void(MM_CALL *mm_smtp_sent_fn)(int64_t message, const mm_smtp_recipient *const *recipients, size_t count,
                                       void *user);

/**
 * Gives the next message of mm_smtp_send_all. It may be asked while the one before is not answered yet.
 *
 * message  its member size is set, the others are 0; may be overwritten as a whole, with the host's own size (G4). What
 *          is put there must live until mm_smtp_sent_fn was called for the message. Left as it is (recipients 0): there
 *          is none any more.
 * user     what was given to mm_smtp_send_all.
 * Returns MM_OK; anything else: there is none any more, and mm_smtp_send_all gives MM_E_CANCELLED when those before are
 * answered. Threads: as mm_smtp_sent_fn.
 */
typedef int(MM_CALL *mm_smtp_next_fn)(mm_smtp_message *message, void *user);

/**
 * Sends messages one after the other in whole transactions over the open connection, after EHLO (or HELO, LHLO), TLS
 * and login as the host likes. What can go in one write goes in one where the server offers PIPELINING (RFC 2920):
 * MAIL, all RCPT and DATA, behind the end of the message before; a small message with them where it offers CHUNKING.
 * SIZE, 8BITMIME, SMTPUTF8 and DSN are used where they are offered and needed; what the server does not take is
 * converted, as the setting send_8bit says, or fails for its recipients.
 *
 * next  gives the messages.
 * sent  hears of each; NULL: nobody does.
 * user  passed on to both.
 * Returns MM_OK: every message was answered, whatever the answers; the connection stays open for the next command, and
 * mm_smtp_get_reply has the reply that decided about the last recipient. Why the connection ended: sent has been called
 * for every message that was given all the same. MM_E_NOT_FOUND and MM_E_IO (a file or read), MM_E_ARGUMENT (a
 * message): those before are answered, the connection stays open; a file that fails while it is sent ends it, though.
 * Since 0.1.
 */
MM_API int MM_CALL mm_smtp_send_all(mm_smtp *smtp, mm_smtp_next_fn next, mm_smtp_sent_fn sent, void *user);

/**
 * Sends one message in one transaction: mm_smtp_send_all with one.
 *
 * message  what; its octets and texts must live until the call returns.
 * results  array of message->recipients elements. The host sets the member size of the first (G4), which is also how
 *          far the elements are apart; the library sets it in the others, and fills all. NULL: not wanted. Their texts
 *          live until the handle's next call. Where the call fails and nothing of the message went out, each has the
 *          call's error and MM_STAGE_NONE.
 * code     of the reply that ended the message: 250, or the refusal that decided; 0: there was none.
 * Returns as mm_smtp_send_all. Since 0.1.
 */
MM_API int MM_CALL mm_smtp_send_message(mm_smtp *smtp, const mm_smtp_message *message, mm_smtp_recipient *results,
                                        int *code);

/* ---------------------------------------------------------------------------------------------------------------- */
/* POP3 client, verb by verb                                                                                        */
/* ---------------------------------------------------------------------------------------------------------------- */

/*
 * A connection to a POP3 server, one function for each command. What is said above of the SMTP client holds here too:
 * the call that says a command waits for its answer, on the thread of the caller; the result says whether the exchange
 * came about, status what the server answered; the errors that each may give; what closes the connection
 * (mm_pop3_connect begins again); mm_pop3_get_error has the failure as data; mm_pop3_cancel is for any thread.
 *
 * An answer of many lines is read before the next command is said: by mm_pop3_next (LIST, UIDL), by mm_pop3_read (RETR,
 * TOP, commands of the host's own), or it is passed over: then the next command waits for its end.
 *
 * Threads: any, one at a time for a handle, save mm_pop3_cancel. Callbacks come on the thread that is in the call.
 */

/** A client's connection, open or not. */
typedef struct mm_pop3 mm_pop3;

/** What a server has answered. */
enum mm_pop3_status {
    MM_POP3_NONE = 0,     /**< there is no answer */
    MM_POP3_OK = 1,       /**< +OK */
    MM_POP3_ERR = 2,      /**< -ERR; mm_pop3_get_reply has its response code */
    MM_POP3_CHALLENGE = 3 /**< "+ ": a login goes on (mm_pop3_auth_raw) */
};

/** How a client works. All 0 but size: as the engine's settings say. */
typedef struct mm_pop3_options {
    size_t size;             /**< sizeof(mm_pop3_options) */
    int connect_timeout_ms;  /**< for one address, proxy included; for a TLS handshake; 0: 30 seconds; -1: none */
    int send_timeout_ms;     /**< how long the server may take nothing; 0: the setting pop_timeout; -1: none */
    int receive_timeout_ms;  /**< how long the server may be silent; 0: the setting pop_timeout; -1: none */
    int tls_check;           /**< MM_TLS_CHECK_...: with MM_TLS_CHECK_SETTINGS the certificate is always checked here */
    const char *proxy;       /**< in the form of the setting proxy; NULL: that setting; "": none */
    const char *certificate; /**< PEM file with our own certificate and its chain; NULL: none */
    const char *key;         /**< PEM file with its private key; NULL: it is in the same file */
    mm_certificate_fn on_certificate; /**< NULL: tls_check decides alone */
    mm_trace_fn on_trace;             /**< NULL: nobody hears. Of messages it tells only how long they were */
    void *user;                       /**< passed on to both */
} mm_pop3_options;

#define MM_POP3_OPTIONS_INIT                                                                                           \
    { sizeof(mm_pop3_options), 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL }

/**
 * Makes a client. Nothing is connected.
 *
 * engine   whose settings are used (resolver, proxy, TLS, trusted roots); started by it if it does not run. When it is
 *          stopped, the client's connection ends with MM_E_CANCELLED.
 * options  NULL: all of them 0. Copied.
 * pop3     gets the handle, which mm_pop3_free ends; NULL on failure.
 * Returns as mm_smtp_new. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_new(mm_engine *engine, const mm_pop3_options *options, mm_pop3 **pop3);

/**
 * Closes the connection without a word if it is open, which deletes nothing at the server (RFC 1939 section 6), and
 * ends the handle and all its texts. NULL is allowed.
 * Returns as mm_smtp_free. Threads: any, when no other thread uses the handle. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_free(mm_pop3 *pop3);

/**
 * Changes the time-outs, for waits that begin later. Each as in mm_pop3_options.
 * Returns MM_OK; MM_E_ARGUMENT (below -1). Since 0.1.
 */
MM_API int MM_CALL mm_pop3_set_timeouts(mm_pop3 *pop3, int connect_ms, int send_ms, int receive_ms);

/** Bits for mm_pop3_connect, mm_pop3_connect_transport and mm_pop3_start_tls. */
enum mm_pop3_connect_flags {
    MM_POP3_NO_GREETING = 1, /**< connecting: return when connected; mm_pop3_receive reads the greeting, or
                                  mm_pop3_start_tls with MM_POP3_GREETING */
    MM_POP3_TLS = 2,         /**< connecting: TLS from the first octet (RFC 8314) */
    MM_POP3_GREETING = 4     /**< mm_pop3_start_tls: the greeting follows the handshake; read it */
};

/**
 * Connects to a server and reads its greeting, as mm_smtp_connect.
 *
 * port    1 to 65535; 0: 110, with MM_POP3_TLS 995.
 * flags   MM_POP3_NO_GREETING, MM_POP3_TLS.
 * status  of the greeting; MM_POP3_NONE with MM_POP3_NO_GREETING.
 * Returns as mm_smtp_connect. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_connect(mm_pop3 *pop3, const char *host, int port, int flags, int *status);

/** Takes a way of the host's in place of a socket, as mm_smtp_connect_transport. Since 0.1. */
MM_API int MM_CALL mm_pop3_connect_transport(mm_pop3 *pop3, const mm_transport *transport, const char *host, int flags,
                                             int *status);

/**
 * Says STLS (RFC 2595). After MM_POP3_OK the server waits for a handshake: mm_pop3_start_tls, or mm_pop3_set_transport.
 * What the server sent before the handshake is dropped, and its capabilities are those of no server until the next
 * CAPA. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_stls(mm_pop3 *pop3, int *status);

/** Makes the TLS handshake on the open connection, as mm_smtp_start_tls. Since 0.1. */
MM_API int MM_CALL mm_pop3_start_tls(mm_pop3 *pop3, const char *server_name, int flags, int *status);

/** Lays a way of the host's over the open connection, as mm_smtp_set_transport. Since 0.1. */
MM_API int MM_CALL mm_pop3_set_transport(mm_pop3 *pop3, const mm_transport *transport);

/** The connection's socket, as mm_smtp_get_socket. Since 0.1. */
MM_API int MM_CALL mm_pop3_get_socket(mm_pop3 *pop3, mm_socket *socket);

/** Waits for the connection, as mm_smtp_wait. Since 0.1. */
MM_API int MM_CALL mm_pop3_wait(mm_pop3 *pop3, int wanted, int timeout_ms, int *found);

/**
 * Ends whatever call of the handle is under way on another thread, as mm_smtp_cancel. A QUIT that is cancelled may have
 * deleted or not.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, while others use the handle; not in a signal handler. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_cancel(mm_pop3 *pop3);

/** Closes the connection without a word, which deletes nothing at the server. What is not open is MM_OK. Since 0.1. */
MM_API int MM_CALL mm_pop3_close(mm_pop3 *pop3);

/**
 * Says CAPA (RFC 2449), and learns the server's capabilities. -ERR: it has none that it tells. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_capa(mm_pop3 *pop3, int *status);

/** How many capabilities the server told in its last answer to CAPA, as mm_smtp_get_capability_count. Since 0.1. */
MM_API int MM_CALL mm_pop3_get_capability_count(mm_pop3 *pop3, int *count);

/**
 * One capability, as the server wrote it, such as "SASL PLAIN SCRAM-SHA-256".
 *
 * index  from 0.
 * text   gets it; it lives until the next CAPA, STLS, handshake, connect or mm_pop3_free. NULL on failure.
 * Returns MM_OK; MM_E_ARGUMENT (no such index). Since 0.1.
 */
MM_API int MM_CALL mm_pop3_get_capability(mm_pop3 *pop3, int index, const char **text);

/** Looks a capability up by its keyword, as mm_smtp_find_capability. Since 0.1. */
MM_API int MM_CALL mm_pop3_find_capability(mm_pop3 *pop3, const char *name, const char **parameters);

/** Bits for mm_pop3_login: what may not be used. */
enum mm_pop3_login_flags {
    MM_POP3_NO_SASL = 1,       /**< AUTH (RFC 5034) */
    MM_POP3_NO_APOP = 2,       /**< APOP (RFC 1939 section 7), whose digest is MD5 */
    MM_POP3_NO_USER = 4,       /**< USER and PASS, which tell the password */
    MM_POP3_CLEAR_PASSWORD = 8 /**< no ban, but a leave: the password may go in clear text to this server */
};

/**
 * Logs in with a user name and a password, by what is best: SASL mechanisms that do not tell the password, the
 * strongest first; APOP where the greeting has a stamp; mechanisms that tell it; USER and PASS; and by the next where
 * the server does not know one. A password that is refused is tried once more at most, in the form that tells it (the
 * server may have none for the other), and not where the answer to that form was [AUTH]. Says CAPA first, if that was
 * not said yet on this connection. What tells the password in clear goes only under TLS, to this machine, with
 * plain_auth=always, or with MM_POP3_CLEAR_PASSWORD; so does APOP, from which a password can be guessed.
 *
 * flags   MM_POP3_NO_..., MM_POP3_CLEAR_PASSWORD.
 * status  of the last answer.
 * Returns MM_OK; MM_E_TLS (nothing that may be used is offered, for want of TLS or of OpenSSL); MM_E_NOT_SUPPORTED
 * (nothing that may be used is offered); MM_E_PROTOCOL, as mm_smtp_auth. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_login(mm_pop3 *pop3, const char *user, const char *password, int flags, int *status);

/**
 * Says USER.
 *
 * name  the user's; blanks in it go out as they are. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_user(mm_pop3 *pop3, const char *name, int *status);

/**
 * Says PASS.
 * Returns MM_OK; MM_E_TLS (as mm_pop3_login: not in clear text). Since 0.1.
 */
MM_API int MM_CALL mm_pop3_pass(mm_pop3 *pop3, const char *password, int *status);

/**
 * Says APOP.
 * Returns MM_OK; MM_E_NOT_SUPPORTED (the greeting has no stamp); MM_E_TLS (no OpenSSL for the digest). Since 0.1.
 */
MM_API int MM_CALL mm_pop3_apop(mm_pop3 *pop3, const char *user, const char *password, int *status);

/**
 * Logs in by AUTH (RFC 5034). mechanism, user, password and errors as in mm_smtp_auth. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_auth(mm_pop3 *pop3, const char *mechanism, const char *user, const char *password,
                                int *status);

/** Logs in with a token, as mm_smtp_auth_token. Since 0.1. */
MM_API int MM_CALL mm_pop3_auth_token(mm_pop3 *pop3, const char *mechanism, const char *identity, mm_token_fn token,
                                      void *token_user, int *status);

/**
 * Says AUTH with a mechanism of the host's own, as mm_smtp_auth_raw: with MM_POP3_CHALLENGE the challenge is in the
 * reply's text, base64, and mm_pop3_auth_respond answers it. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_auth_raw(mm_pop3 *pop3, const char *mechanism, const char *initial, int *status);

/** Answers a challenge of mm_pop3_auth_raw, as mm_smtp_auth_respond. Since 0.1. */
MM_API int MM_CALL mm_pop3_auth_respond(mm_pop3 *pop3, const char *response, int *status);

/** Says UTF8 (RFC 6856): from here on messages may have header fields in UTF-8. Before the login. Since 0.1. */
MM_API int MM_CALL mm_pop3_utf8(mm_pop3 *pop3, int *status);

/**
 * Says LANG (RFC 6856): the language of the server's words.
 *
 * tag  such as "de"; "*": the server's own choice; NULL: which there are, by mm_pop3_read. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_lang(mm_pop3 *pop3, const char *tag, int *status);

/**
 * Says STAT.
 *
 * count   gets the number of messages; 0 on failure, and with -ERR. NULL: not wanted.
 * octets  gets their size together; as count. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_stat(mm_pop3 *pop3, int *count, int64_t *octets, int *status);

/** One line of the answer to LIST or UIDL. */
typedef struct mm_pop3_entry {
    size_t size;    /**< set by the host: sizeof(mm_pop3_entry) */
    int64_t octets; /**< LIST: the message's size; else 0 */
    const char *id; /**< UIDL: its unique id; else "". Lives until the handle's next call */
    int number;     /**< of the message; 0: there is no line any more */
    int reserved;   /**< 0 */
} mm_pop3_entry;

#define MM_POP3_ENTRY_INIT                                                                                             \
    { sizeof(mm_pop3_entry), 0, NULL, 0, 0 }

/**
 * Says LIST: sizes. The lines are read by mm_pop3_next, of one message too.
 *
 * number  of a message; 0: all of them. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_list(mm_pop3 *pop3, int number, int *status);

/** Says UIDL: unique ids. As mm_pop3_list. Since 0.1. */
MM_API int MM_CALL mm_pop3_uidl(mm_pop3 *pop3, int number, int *status);

/**
 * Reads the next line of LIST or UIDL, as it comes: a list of any length takes no more memory than a line.
 *
 * entry  its member size is set by the caller; the others are filled: number is 0 at the end.
 * Returns MM_OK, at the end too; MM_E_STATE (no list is being read); MM_E_PROTOCOL (a line that is
 * none: the connection stays, and the next call has the line behind it); MM_E_ARGUMENT.
 * Since 0.1.
 */
MM_API int MM_CALL mm_pop3_next(mm_pop3 *pop3, mm_pop3_entry *entry);

/**
 * Says RETR. The message is read by mm_pop3_read.
 *
 * number  of the message, from 1. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_retr(mm_pop3 *pop3, int number, int *status);

/**
 * Says TOP: header and the first lines of the body.
 *
 * lines  of the body, 0 or more. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_top(mm_pop3 *pop3, int number, int lines, int *status);

/**
 * Reads on in an answer of many lines: octets as they were sent, doubled dots and the last line taken out, lines with
 * the ends that the server gave them. Waits for one octet at least.
 *
 * buffer, size  where to, and how much fits.
 * length        gets the octets read; 0 at the end and on failure. A failure before the end is told: a part is never
 *               taken for the whole.
 * Returns MM_OK, at the end too; MM_E_STATE (no such answer is being read); MM_E_ARGUMENT (buffer or length NULL,
 * size 0). Since 0.1.
 */
MM_API int MM_CALL mm_pop3_read(mm_pop3 *pop3, void *buffer, size_t size, size_t *length);

/**
 * Gets a message of mm_pop3_retr_all, piece by piece.
 *
 * number  of the message.
 * octets  live until the callback returns.
 * size    of the piece; 0: the message is at its end.
 * status  MM_POP3_OK; MM_POP3_ERR: the server does not give it (size is 0 then, and no other piece comes).
 * user    what was given to mm_pop3_retr_all.
 * Returns MM_OK; anything else: no further message is wanted: those that were asked for already are passed over, and
 * mm_pop3_retr_all gives MM_E_CANCELLED. Threads: that of the call. No function of the same handle may be called inside
 * but mm_pop3_cancel. It must not throw an exception or jump out.
 */
typedef int(MM_CALL *mm_pop3_message_fn)(int number, const void *octets, size_t size, int status, void *user);

/**
 * Retrieves messages one after the other. Where the server offers PIPELINING (RFC 2449), up to 16 are asked for before
 * the first has come.
 *
 * numbers  of the messages; NULL: 1 to count.
 * count    how many.
 * lines    -1: RETR; 0 or more: TOP with so many lines.
 * message  gets each.
 * user     passed on to it.
 * Returns MM_OK: each was answered, by +OK or -ERR; MM_E_CANCELLED (message wants no more; the connection stays open);
 * why the connection ended. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_retr_all(mm_pop3 *pop3, const int *numbers, size_t count, int lines,
                                    mm_pop3_message_fn message, void *user);

/** Says DELE: the message is deleted when QUIT is answered by +OK. Since 0.1. */
MM_API int MM_CALL mm_pop3_dele(mm_pop3 *pop3, int number, int *status);

/** Says RSET: what DELE has marked stays. Since 0.1. */
MM_API int MM_CALL mm_pop3_rset(mm_pop3 *pop3, int *status);

/** Says NOOP. Since 0.1. */
MM_API int MM_CALL mm_pop3_noop(mm_pop3 *pop3, int *status);

/**
 * Says QUIT, waits for the answer and closes the connection. After DELE only MM_POP3_OK means deleted: with -ERR some
 * messages may be there still, and where the connection ends without an answer it is MM_E_CLOSED. Without DELE a server
 * that closes without an answer is MM_OK and MM_POP3_NONE. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_quit(mm_pop3 *pop3, int *status);

/** What the answer to a command of the host's own looks like. */
enum mm_pop3_answer {
    MM_POP3_ONE_LINE = 0,   /**< +OK or -ERR, one line */
    MM_POP3_MANY_LINES = 1, /**< behind +OK lines up to a dot, which mm_pop3_read gives */
    MM_POP3_KNOWN = 2       /**< as the verb and its arguments say; MM_E_ARGUMENT for one that is not known here */
};

/**
 * Sends a command of the host's own and does not wait: mm_pop3_receive reads its answer. Several may be sent before;
 * their answers come in order.
 *
 * line    without its end, such as "XTND XLST"; at most 253 octets (RFC 2449 section 4).
 * answer  MM_POP3_ONE_LINE, MM_POP3_MANY_LINES, MM_POP3_KNOWN.
 * Returns MM_OK; MM_E_ARGUMENT. Since 0.1.
 */
MM_API int MM_CALL mm_pop3_send_command(mm_pop3 *pop3, const char *line, int answer);

/**
 * Reads the next answer that is due: of mm_pop3_send_command, of the greeting after MM_POP3_NO_GREETING. Lines behind
 * its first are read by mm_pop3_read, or passed over by the next call.
 * Returns MM_OK; MM_E_STATE (none is due). Since 0.1.
 */
MM_API int MM_CALL mm_pop3_receive(mm_pop3 *pop3, int *status);

/** The last answer of the server. Texts: never NULL, "" for none; they live until the handle's next call that waits. */
typedef struct mm_pop3_reply {
    size_t size;           /**< set by the host: sizeof(mm_pop3_reply) */
    const char *text;      /**< of its first line, without status and response code */
    const char *raw;       /**< its first line as it came, without its end */
    const char *code;      /**< response code (RFC 2449 section 8) without brackets, such as "IN-USE" */
    const char *challenge; /**< the last challenge of a login, decoded */
    const char *stamp;     /**< of the greeting, for APOP, with its angle brackets */
    int status;            /**< MM_POP3_... */
    int due;               /**< answers that are still to come (mm_pop3_receive) */
} mm_pop3_reply;

#define MM_POP3_REPLY_INIT                                                                                             \
    { sizeof(mm_pop3_reply), NULL, NULL, NULL, NULL, NULL, 0, 0 }

/**
 * The last answer.
 *
 * reply  its member size is set by the caller; the others are filled.
 * Returns MM_OK; MM_E_ARGUMENT (reply NULL, its size). Since 0.1.
 */
MM_API int MM_CALL mm_pop3_get_reply(mm_pop3 *pop3, mm_pop3_reply *reply);

/** The last failure of the handle, as data, as mm_smtp_get_error. Since 0.1. */
MM_API int MM_CALL mm_pop3_get_error(mm_pop3 *pop3, mm_error_detail *detail);

/** What was agreed in the TLS handshake, as mm_smtp_get_tls. Since 0.1. */
MM_API int MM_CALL mm_pop3_get_tls(mm_pop3 *pop3, const char **text);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Messages                                                                                                         */
/* ---------------------------------------------------------------------------------------------------------------- */

/*
 * Reading a message (RFC 5322) and its MIME parts (RFC 2045 to 2049, 2231, 2047, 6532), and making one. Neither needs
 * an engine. A message is looked at as far as it is asked for: its own header when it is opened, its parts at the first
 * question about them, contents when they are read; contents are never in memory as a whole. Whatever the octets are,
 * there is a reading of them: what is no header is content, what cannot be decoded stays as it is.
 *
 * A message is a row of parts in the order in which they stand there. Part 0 is the message itself, with its own
 * header. The parts of a multipart are its children, and the one child of a part with a message in it (message/rfc822)
 * is that message. Lines end with CRLF or LF.
 *
 * Text that these functions give is UTF-8, never NULL, "" for none, without NUL (it becomes U+FFFD), and lives until
 * the next call with the same message, save mm_content_read. One message and its contents are used by one thread at a
 * time.
 */

/** A message that is read, from mm_message_open. */
typedef struct mm_message mm_message;

/** The content of one part while it is read, from mm_content_open. */
typedef struct mm_content mm_content;

/** Bits: how a message is opened. */
enum mm_message_flag {
    MM_MESSAGE_IN_PLACE = 1, /**< mm_message_open does not copy: the octets stay as they are until mm_message_free */
    MM_MESSAGE_CUT = 2       /**< what is beyond a limit is left out, and mm_message_get_limits tells of it; without it
                                  the call that comes upon it is MM_E_LIMIT */
};

/** Bits: which limits a message has passed. */
enum mm_message_limit {
    MM_MESSAGE_LIMIT_HEADER = 1,    /**< a header is longer: the fields at its end are left out */
    MM_MESSAGE_LIMIT_PARTS = 2,     /**< there are more parts: those at the end are left out */
    MM_MESSAGE_LIMIT_DEPTH = 4,     /**< parts are deeper inside each other: the outermost of these is one part */
    MM_MESSAGE_LIMIT_PARAMETERS = 8 /**< a field has more parameters: those at its end are left out */
};

/** How a message is opened. All 0 but size: copied, with the limits said here. */
typedef struct mm_message_options {
    size_t size;        /**< sizeof(mm_message_options) */
    size_t max_header;  /**< octets of one header; 0: 1 MiB; at most 64 MiB */
    int max_parts;      /**< parts in all; 0: 10,000; at most 1,000,000 */
    int max_depth;      /**< parts inside each other; 0: 100; at most 10,000 */
    int max_parameters; /**< parameters of one field; 0: 1,000; at most 1,000,000 */
    int flags;          /**< MM_MESSAGE_... */
} mm_message_options;

#define MM_MESSAGE_OPTIONS_INIT                                                                                        \
    { sizeof(mm_message_options), 0, 0, 0, 0, 0 }

/** Bits: what a part is. */
enum mm_part_flag {
    MM_PART_MULTIPART = 1,       /**< of parts, which are its children; there may be none */
    MM_PART_MESSAGE = 2,         /**< a message in it, which is its child */
    MM_PART_TEXT = 4,            /**< text/...: MM_CONTENT_TEXT gives it as UTF-8 */
    MM_PART_ATTACHMENT = 8,      /**< to be saved rather than shown: its disposition says so, or it has a file name, and
                                     is neither text nor inline */
    MM_PART_NOT_ENDED = 16,      /**< a multipart whose last boundary is missing */
    MM_PART_CUT = 32,            /**< a limit keeps its children from being told */
    MM_PART_OTHER_CHARSET = 64,  /**< text in a character set that is not known: MM_CONTENT_TEXT takes it for Latin-1 */
    MM_PART_OTHER_ENCODING = 128 /**< a transfer encoding that is not known: MM_CONTENT_DECODED gives it as it stands */
};

/** One part of a message. */
typedef struct mm_part {
    size_t size;             /**< sizeof(mm_part) */
    int64_t offset;          /**< of its content's first octet in the message */
    int64_t octets;          /**< of its content as it stands, encoded */
    int parent;              /**< the part that it lies in; -1 for part 0 */
    int children;            /**< how many */
    int first_child;         /**< -1: none */
    int next;                /**< the next child of the same parent; -1: none */
    int depth;               /**< how many parts it lies in */
    int flags;               /**< MM_PART_... */
    const char *type;        /**< "text/plain", in small letters; where none is said, as RFC 2045 has it */
    const char *charset;     /**< of a text, as it is named there; "" for none */
    const char *encoding;    /**< "base64", in small letters; "7bit" where none is said */
    const char *disposition; /**< "attachment", "inline", in small letters */
    const char *file_name;   /**< as the sender wrote it, decoded: it may hold slashes, dots and control characters */
    const char *safe_name;   /**< the last name of it, fit for a file on every system; "" if nothing is left */
    const char *content_id;  /**< without its angle brackets */
    const char *description; /**< Content-Description, decoded */
} mm_part;

#define MM_PART_INIT                                                                                                   \
    { sizeof(mm_part), 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/** One field of a header. */
typedef struct mm_field {
    size_t size;       /**< sizeof(mm_field) */
    const void *raw;   /**< the whole field as it stands, with its name, folds and last line end; no NUL behind it */
    size_t raw_size;   /**< its octets */
    const char *name;  /**< as it stands there */
    const char *value; /**< unfolded, as it stands; what is not UTF-8 is taken for Latin-1 */
    const char *text;  /**< for a person: encoded-words (RFC 2047) decoded */
} mm_field;

#define MM_FIELD_INIT                                                                                                  \
    { sizeof(mm_field), NULL, 0, NULL, NULL, NULL }

/** One address of a field. */
typedef struct mm_address {
    size_t size;         /**< sizeof(mm_address) */
    const char *address; /**< ann@example.org, as it stands; "" for a name that has none */
    const char *name;    /**< decoded, without quotes; of an address without one the comment behind it */
    const char *group;   /**< of the group that it stands in */
} mm_address;

#define MM_ADDRESS_INIT                                                                                                \
    { sizeof(mm_address), NULL, NULL, NULL }

/** One parameter of a field such as Content-Type. */
typedef struct mm_parameter {
    size_t size;       /**< sizeof(mm_parameter) */
    const char *name;  /**< in small letters, without the marks of RFC 2231 */
    const char *value; /**< put together and decoded (RFC 2231), encoded-words too */
} mm_parameter;

#define MM_PARAMETER_INIT                                                                                              \
    { sizeof(mm_parameter), NULL, NULL }

/** In which form a content is read. */
enum mm_content_form {
    MM_CONTENT_DECODED = 0, /**< its octets, out of base64, quoted-printable or uuencode; else as it stands */
    MM_CONTENT_TEXT = 1,    /**< of text/...: decoded, and in UTF-8, line ends as they are; of others as DECODED */
    MM_CONTENT_RAW = 2,     /**< as it stands */
    MM_CONTENT_WHOLE = 3    /**< as it stands, with the header of the part in front of it */
};

/**
 * Opens a message that is in memory.
 *
 * octets, size  the message; copied, unless MM_MESSAGE_IN_PLACE is set.
 * options       limits and flags; NULL: as if all were 0.
 * message       gets the handle, which mm_message_free ends; NULL on failure.
 * Returns MM_OK, whatever the octets are; MM_E_ARGUMENT (octets NULL and size not 0, message NULL, an option);
 * MM_E_NOT_SUPPORTED (G4); MM_E_LIMIT (the header is too long, or a million handles are open). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_message_open(const void *octets, size_t size, const mm_message_options *options,
                                   mm_message **message);

/**
 * Opens a message that is in a file, which stays open, and has to stay as it is, until mm_message_free.
 *
 * path  of a file; no pipe.
 * Returns as mm_message_open; MM_E_NOT_FOUND; MM_E_IO. Threads: any; reads from the disk, as all that follows may.
 * Since 0.1.
 */
MM_API int MM_CALL mm_message_open_file(const char *path, const mm_message_options *options, mm_message **message);

/**
 * Opens a message that a callback gives. It is read to its end here: up to 256 KiB are kept in memory, more in a file
 * of the system's folder for such files that nobody else may read, and that is gone with the message.
 *
 * read  asked on the thread of the call until its end; has the form of mm_send_read_fn, whatever gives the octets.
 * user  passed on to it untouched.
 * Returns as mm_message_open; MM_E_IO (read gave an error, or the file cannot be written). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_message_open_reader(mm_send_read_fn read, void *user, const mm_message_options *options,
                                          mm_message **message);

/**
 * Ends a message and all its contents that are open. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_message_free(mm_message *message);

/**
 * How many parts a message has, itself among them; looks through the message at the first call, as each function does
 * that takes a part other than 0.
 *
 * count  gets the number, at least 1; 0 on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (count NULL); MM_E_LIMIT; MM_E_IO. Threads: any, one at a time for a
 * message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_part_count(mm_message *message, int *count);

/**
 * What one part is.
 *
 * part    0 is the message itself.
 * result  its member size is set by the caller; the others are filled.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no such part, result NULL, its size); MM_E_LIMIT; MM_E_IO. Threads: any,
 * one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_part(mm_message *message, int part, mm_part *result);

/**
 * Which limits the message has passed, as far as it has been looked at.
 *
 * passed  gets MM_MESSAGE_LIMIT_... bits; 0: none, and on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (passed NULL). Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_limits(mm_message *message, int *passed);

/**
 * How many fields the header of a part has.
 *
 * count  gets the number; 0 on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no such part, count NULL); MM_E_LIMIT; MM_E_IO. Threads: any, one at a
 * time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_field_count(mm_message *message, int part, int *count);

/**
 * One field of the header of a part.
 *
 * field   0 to mm_message_get_field_count - 1, in the order in which they stand there.
 * result  its member size is set by the caller; the others are filled.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no such part or field, result NULL, its size); MM_E_LIMIT; MM_E_IO.
 * Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_field(mm_message *message, int part, int field, mm_field *result);

/**
 * Looks for a field by its name: for all of a name, once more from the one behind that which was found.
 *
 * name   small and capital letters are the same.
 * from   the first field to look at.
 * field  gets its number; -1: there is none, and on failure.
 * Returns MM_OK, where there is none too; MM_E_HANDLE; MM_E_ARGUMENT (no such part, name or field NULL, from below 0);
 * MM_E_LIMIT; MM_E_IO. Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_find_field(mm_message *message, int part, const char *name, int from, int *field);

/**
 * The text of the first field of a name in the message's own header, such as "Subject", as mm_field.text.
 *
 * text  gets it; "" where there is none; NULL on failure.
 * Returns MM_OK, where there is none too; MM_E_HANDLE; MM_E_ARGUMENT (name or text NULL). Threads: any, one at a time
 * for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_text(mm_message *message, const char *name, const char **text);

/**
 * How many addresses a field has: From, To, Reply-To and their like.
 *
 * count  gets the number; 0 on failure.
 * Returns as mm_message_get_field. Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_address_count(mm_message *message, int part, int field, int *count);

/**
 * One address of a field, members of groups among them.
 *
 * address  0 to mm_message_get_address_count - 1.
 * result   its member size is set by the caller; the others are filled.
 * Returns as mm_message_get_field; MM_E_ARGUMENT also for no such address. Threads: any, one at a time for a message.
 * Since 0.1.
 */
MM_API int MM_CALL mm_message_get_address(mm_message *message, int part, int field, int address, mm_address *result);

/**
 * The time that a field tells: Date and its like; of Received what stands behind its last semicolon.
 *
 * time    gets milliseconds since 1970; 0: it is no time, and on failure.
 * offset  gets the minutes by which the sender's clock is ahead of UTC; NULL: not wanted.
 * Returns MM_OK, where it is no time too; else as mm_message_get_field; MM_E_ARGUMENT also for time NULL. Threads: any,
 * one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_date(mm_message *message, int part, int field, int64_t *time,
                                       int *offset MM_DEFAULT(NULL));

/**
 * How many parameters a field has: Content-Type, Content-Disposition and their like.
 *
 * count  gets the number; 0 on failure.
 * Returns as mm_message_get_field. Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_get_parameter_count(mm_message *message, int part, int field, int *count);

/**
 * One parameter of a field.
 *
 * parameter  0 to mm_message_get_parameter_count - 1.
 * result     its member size is set by the caller; the others are filled.
 * Returns as mm_message_get_field; MM_E_ARGUMENT also for no such parameter. Threads: any, one at a time for a message.
 * Since 0.1.
 */
MM_API int MM_CALL mm_message_get_parameter(mm_message *message, int part, int field, int parameter,
                                            mm_parameter *result);

/**
 * Looks for a parameter of the first field of a name, such as "charset" of "Content-Type".
 *
 * field_name, name  small and capital letters are the same.
 * value             gets it; "" where there is none; NULL on failure.
 * Returns MM_OK, where there is none too; MM_E_HANDLE; MM_E_ARGUMENT (no such part, a NULL); MM_E_LIMIT; MM_E_IO.
 * Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_message_find_parameter(mm_message *message, int part, const char *field_name, const char *name,
                                             const char **value);

/**
 * Begins to read the content of a part. Several may be open at a time, of one part too.
 *
 * form     MM_CONTENT_...
 * content  gets the handle, which mm_content_close ends, and mm_message_free too; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no such part or form, content NULL); MM_E_LIMIT; MM_E_IO. Threads: any,
 * one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_content_open(mm_message *message, int part, int form, mm_content **content);

/**
 * Reads on in a content.
 *
 * buffer, size  where to, and how much fits.
 * length        gets the octets read; 0 at the end and on failure.
 * Returns MM_OK, at the end too; MM_E_HANDLE; MM_E_ARGUMENT (buffer or length NULL, size 0); MM_E_IO. Threads: any, one
 * at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_content_read(mm_content *content, void *buffer, size_t size, size_t *length);

/**
 * Ends the reading of a content. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_content_close(mm_content *content);

/** A message that is made, from mm_compose_new. */
typedef struct mm_compose mm_compose;

/** What goes with a message. Its octets come from exactly one of memory, a file and a callback. */
typedef struct mm_attachment {
    size_t size;            /**< sizeof(mm_attachment) */
    const char *name;       /**< of the file, as its reader will see it; NULL: none */
    const char *type;       /**< "image/png"; NULL: application/octet-stream. Not multipart/... */
    const char *content_id; /**< cid@example.org, by which the HTML shows it (cid:...): it goes inline; NULL: none */
    const void *content;    /**< its octets, copied; NULL: from path or read */
    size_t content_size;    /**< how many */
    const char *path;       /**< of a file, which is read when the message is; NULL */
    mm_send_read_fn read;   /**< gives them when the message is read, on the thread of that call; NULL */
    void *user;             /**< passed on to read */
} mm_attachment;

#define MM_ATTACHMENT_INIT                                                                                             \
    { sizeof(mm_attachment), NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL }

/**
 * Begins to make a message: fields, texts and attachments are added, then it is read, once. It is ASCII save for
 * addresses and attached messages that are not, and has no line over 998 octets. Which parts it is made of
 * (multipart/mixed, related, alternative) follows from what is added.
 *
 * compose  gets the handle, which mm_compose_free ends; NULL on failure.
 * Returns MM_OK; MM_E_ARGUMENT (compose NULL); MM_E_LIMIT (a million handles are open). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_compose_new(mm_compose **compose);

/**
 * Ends a message that was made. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_compose_free(mm_compose *compose);

/**
 * Adds a field to the header, in the order of the calls. Date, Message-ID and MIME-Version are made where they are not
 * given. From, To, Cc, Bcc, Reply-To, Sender and their Resent- forms have an address list, as in mm_mail, with names in
 * UTF-8; Date, Message-ID, In-Reply-To and References are taken as they are, in ASCII; any other field is text for a
 * person, in UTF-8. A Bcc goes out as it is given: who wants none gives none.
 *
 * name  of the field; not Content-... and not MIME-Version, which the library writes.
 * text  one line.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (a name that is none, CR, LF or NUL, an address; a second one of a field
 * that stands once: RFC 5322 section 3.6); MM_E_STATE (the message is being read). Threads: any, one at a time for a
 * message. Since 0.1.
 */
MM_API int MM_CALL mm_compose_add_field(mm_compose *compose, const char *name, const char *text);

/**
 * Sets the plain text. With mm_compose_set_html too, it is the same for those who see no HTML.
 *
 * text  UTF-8, any line ends; copied. NULL: none.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_STATE (the message is being read). Threads: as above. Since 0.1.
 */
MM_API int MM_CALL mm_compose_set_text(mm_compose *compose, const char *text);

/**
 * Sets the text as HTML.
 *
 * html  UTF-8, any line ends; copied. NULL: none.
 * Returns as mm_compose_set_text. Since 0.1.
 */
MM_API int MM_CALL mm_compose_set_html(mm_compose *compose, const char *html);

/**
 * Adds an attachment, or with content_id what the HTML shows. A message (message/rfc822) goes as it is, for it may not
 * be encoded (RFC 2046 section 5.2.1): from memory or a file, with lines of 998 octets at most.
 *
 * attachment  copied, with its octets in memory; a file has to stay as it is until the message is read.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (attachment NULL, its size, none or two sources, a type that is none, CR,
 * LF or NUL); MM_E_NOT_SUPPORTED (G4; a message that cannot go as it is); MM_E_NOT_FOUND and MM_E_IO (the file);
 * MM_E_STATE (the message is being read). Threads: as above. Since 0.1.
 */
MM_API int MM_CALL mm_compose_attach(mm_compose *compose, const mm_attachment *attachment);

/**
 * Reads on in the message, which is made as it is read: with lines that end with CRLF, and in bounded memory however
 * large attachments are. It is an mm_send_read_fn: mm_send_set_reader(send, mm_compose_read, compose), or read and user
 * of mm_mail and mm_smtp_message, send what was made.
 *
 * buffer, size  where to, and how much fits; at least 1.
 * length        gets the octets read; 0 at the end and on failure.
 * compose       the message, an mm_compose.
 * Returns MM_OK, at the end too; MM_E_HANDLE; MM_E_ARGUMENT (buffer or length NULL, size 0); MM_E_STATE (no field From,
 * or several addresses there and no Sender); MM_E_NOT_FOUND and MM_E_IO (an attachment): the same again from then on.
 * Threads: any, one at a time for a message. Since 0.1.
 */
MM_API int MM_CALL mm_compose_read(void *buffer, size_t size, size_t *length, void *compose);

/**
 * Reads the whole message into a file.
 *
 * path  of a file that is not there yet; where the call fails there is none.
 * Returns MM_OK; as mm_compose_read; MM_E_ARGUMENT (path); MM_E_IO (the file is there already, or cannot be written);
 * MM_E_STATE also where the message is being read. Threads: as above. Since 0.1.
 */
MM_API int MM_CALL mm_compose_write_file(mm_compose *compose, const char *path);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Mailboxes of the engine's users                                                                                  */
/* ---------------------------------------------------------------------------------------------------------------- */

/*
 * The mailboxes that POP3 gives, for the host itself. The first call that needs it opens the spool and begins delivery,
 * and may fail with what that gives: MM_E_LOCKED (another engine has the spool), MM_E_IO, MM_E_FULL,
 * MM_E_NOT_SUPPORTED (a later version wrote it), MM_E_STATE (the engine is being stopped). What was accepted for a
 * mailbox before it is opened is in it, save what waits (MM_QUEUE_STATE_DEFERRED), and what a server of the engine has
 * answered for in this very moment. All of it waits for the disk.
 */

/** A mailbox, or one folder of it, as it was when it was opened. */
typedef struct mm_mailbox mm_mailbox;

/** Bits for mm_mailbox_open. */
enum mm_mailbox_flags {
    MM_MAILBOX_SHARED = 1, /**< without the lock, beside a POP3 session or another handle; nothing can be deleted */
    MM_MAILBOX_CREATE = 2  /**< a folder that is not there is made; else it is MM_E_NOT_FOUND */
};

/**
 * Opens a mailbox and lists its messages, oldest first. Without MM_MAILBOX_SHARED nobody else has it until
 * mm_mailbox_close: POP3 logins are -ERR [IN-USE]; mail comes in all the same, and is seen by who opens it next.
 *
 * name     a user of the settings, as he logs in.
 * folder   such as "spam" or "lists/friends"; NULL or "": the mailbox itself.
 * flags    MM_MAILBOX_...
 * mailbox  gets the handle, which mm_mailbox_close ends; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (folder, flags, mailbox NULL); MM_E_NOT_FOUND (no such user, or one without
 * a mailbox; no such folder); MM_E_LOCKED (a session or a handle has it, or another process); MM_E_LIMIT (a million
 * handles are open); and as above. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_open(mm_engine *engine, const char *name, const char *folder, int flags,
                                   mm_mailbox **mailbox);

/**
 * How much is in it.
 *
 * count   gets the number of messages that were there when it was opened; deleted ones keep their index. 0 on failure.
 * octets  gets the size with CRLF line ends of those that were not deleted by this handle; NULL: not wanted.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (count NULL). Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_get_count(mm_mailbox *mailbox, int *count, int64_t *octets);

/** Bits: what is known of a message in a mailbox. */
enum mm_mailbox_message_flags {
    MM_MAILBOX_DELETED = 1, /**< by this handle */
    MM_MAILBOX_SEEN = 2,    /**< another program has marked it as read (Maildir flag S) */
    MM_MAILBOX_FLAGGED = 4, /**< ... as important (F) */
    MM_MAILBOX_ANSWERED = 8 /**< ... as answered (R) */
};

/** One message of a mailbox. Texts are never NULL. */
typedef struct mm_mailbox_message {
    size_t size;      /**< set by the host: sizeof(mm_mailbox_message) */
    const char *id;   /**< its unique id, as UIDL tells it; lives until the handle's next call */
    int64_t received; /**< when it came in; 0: not known */
    int64_t octets;   /**< with CRLF line ends, as LIST tells it */
    int64_t length;   /**< as it is stored, with LF line ends; -1: not known, for it is gone */
    int flags;        /**< MM_MAILBOX_... */
    int reserved;     /**< 0 */
} mm_mailbox_message;

#define MM_MAILBOX_MESSAGE_INIT                                                                                        \
    { sizeof(mm_mailbox_message), NULL, 0, 0, 0, 0, 0 }

/**
 * One message.
 *
 * index    from 0, in the order of POP3's numbers.
 * message  its member size is set by the caller; the others are filled.
 * Returns MM_OK; MM_E_HANDLE; MM_E_NOT_FOUND (index); MM_E_ARGUMENT (message NULL, its size). Threads: any, one at a
 * time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_get_message(mm_mailbox *mailbox, int index, mm_mailbox_message *message);

/**
 * Finds a message by its unique id.
 *
 * index  gets its index; -1 on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_NOT_FOUND; MM_E_ARGUMENT (a NULL). Threads: any, one at a time for a handle.
 * Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_find(mm_mailbox *mailbox, const char *id, int *index);

/**
 * Reads octets of a message as it is stored, lines with LF alone.
 *
 * index, offset  of the message, and from where in it.
 * buffer, size   where to, and how much fits.
 * length         gets the octets read; 0 at the end and on failure.
 * Returns MM_OK, at the end too; MM_E_HANDLE; MM_E_NOT_FOUND (index; deleted, or gone since); MM_E_IO; MM_E_ARGUMENT
 * (buffer or length NULL, size 0, offset below 0). Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_read(mm_mailbox *mailbox, int index, int64_t offset, void *buffer, size_t size,
                                   size_t *length);

/**
 * Opens a message to look into it: fields, parts, contents. It may outlive the mailbox's handle, and the message.
 *
 * options  as in mm_message_open; NULL: the default.
 * message  gets the handle, which mm_message_free ends; NULL on failure.
 * Returns as mm_message_open_file; MM_E_HANDLE; MM_E_NOT_FOUND (as mm_mailbox_read). Threads: any, one at a time for a
 * handle. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_open_message(mm_mailbox *mailbox, int index, const mm_message_options *options,
                                           mm_message **message);

/**
 * Deletes messages: with MM_OK all of them, durably, as QUIT does (G1). On MM_E_IO and MM_E_FULL those that could be
 * deleted are, and the call can be made once more with the same indexes.
 *
 * indexes  of the messages.
 * count    how many.
 * failed   gets how many of them are there still; NULL: not wanted. One that is deleted already is no failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (opened with MM_MAILBOX_SHARED; the engine was stopped, or G2); MM_E_NOT_FOUND
 * (an index; nothing has happened); MM_E_ARGUMENT; MM_E_IO and MM_E_FULL (some are there still, or may come back after
 * a crash). Threads: any, one at a time for a handle. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_delete(mm_mailbox *mailbox, const int *indexes, size_t count, int *failed);

/**
 * Gives the mailbox back. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, when no other thread uses the handle. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_close(mm_mailbox *mailbox);

/**
 * Gives the folders of a user's mailbox, one after the other.
 *
 * name   as in mm_mailbox_open.
 * index  from 0.
 * text   gets the name of the folder as mm_mailbox_open takes it, at most 200 octets and a NUL; "" at the end.
 * size   of the place for it.
 * Returns MM_OK, at the end too; MM_E_HANDLE; MM_E_NOT_FOUND (the user); MM_E_LIMIT (it does not fit); MM_E_ARGUMENT;
 * MM_E_IO; and as above. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_get_folder(mm_engine *engine, const char *name, int index, char *text, size_t size);

/** A message for a mailbox: from exactly one of memory, a file and a callback. All 0 but size is none. */
typedef struct mm_mailbox_delivery {
    size_t size;          /**< sizeof(mm_mailbox_delivery) */
    const char *name;     /**< whose mailbox, as in mm_mailbox_open */
    const char *folder;   /**< of it; NULL or "": the mailbox itself. It is made if need be */
    const char *from;     /**< for Return-Path; NULL or "": the null sender */
    const void *message;  /**< a message (RFC 5322), any line ends; NULL: none */
    size_t message_size;  /**< its octets */
    const char *path;     /**< of a file with it; NULL: none */
    mm_send_read_fn read; /**< gives it, as mm_send_set_reader says; NULL: none */
    void *read_user;      /**< passed on to read */
} mm_mailbox_delivery;

#define MM_MAILBOX_DELIVERY_INIT                                                                                       \
    { sizeof(mm_mailbox_delivery), NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL }

/**
 * Puts a message into a mailbox. It goes by the spool, so that with MM_OK it is durable, and in the mailbox as soon as
 * that takes it: forward files and lists are left aside, quotas hold. Nobody is told if it cannot be put there in the
 * end (queue_lifetime): the log has it.
 *
 * delivery  what; copied as far as it is needed after the call.
 * id        gets the message's id in the spool, which is part of its unique id in the mailbox: at most 24 octets and a
 *           NUL, so it has room for 25; NULL: not wanted.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (none or two contents, an address, a folder); MM_E_NOT_SUPPORTED (G4);
 * MM_E_NOT_FOUND (the user, or the file); MM_E_FULL (the disk, or the quota); MM_E_IO; MM_E_LIMIT (larger than
 * smtp_msg_limit); and as above. Threads: any; waits for the disk. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_deliver(mm_engine *engine, const mm_mailbox_delivery *delivery, char *id);

/** Mail has come into a mailbox. Texts are never NULL. */
typedef struct mm_mailbox_event {
    size_t size;        /**< set by the library: the octets it has filled */
    int64_t sequence;   /**< counts from 1; a gap tells that some were lost */
    int64_t octets;     /**< with CRLF line ends */
    const char *name;   /**< the user */
    const char *folder; /**< "": the mailbox itself */
    const char *id;     /**< the message's unique id */
    const char *sender; /**< envelope sender; "" for none */
} mm_mailbox_event;

/**
 * Hears of new mail.
 *
 * event  lives, with its texts, until the callback returns.
 * user   what was given to mm_mailbox_set_events.
 * Threads: one of the library's; calls for one engine come in order and never overlap. It may block: delivery goes on
 * meanwhile, and up to 100,000 events wait; more are lost, which the gap in their numbers shows. It must not throw an
 * exception or jump out.
 */
typedef void(MM_CALL *mm_mailbox_event_fn)(const mm_mailbox_event *event, void *user);

/**
 * Names the callback that hears of mail which this engine brings into mailboxes, when it is there to be read (it may
 * come once more after a failure or a crash). It stays over stops and starts of the engine. As mm_queue_set_events
 * otherwise.
 *
 * callback  NULL: nobody hears.
 * Returns MM_OK; MM_E_HANDLE. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_mailbox_set_events(mm_engine *engine, mm_mailbox_event_fn callback, void *user);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Mailboxes elsewhere, whose mail is fetched                                                                       */
/* ---------------------------------------------------------------------------------------------------------------- */

/*
 * Mail of POP3 mailboxes at other hosts comes to the engine's users: those that the setting fetch names are looked at
 * again and again, from when the spool is open; any other when the host says so. A message goes by the spool, and is
 * deleted there only when it is on disk here; whatever dies when, none comes twice and none is lost. At one time
 * fetch_max mailboxes are looked at, fetch_host_max of one host, and a mailbox by one look; others wait for their turn.
 * A mailbox is named and taken out while the engine runs by mm_engine_set: fetch once more, with 0 seconds.
 *
 * The first call that needs it opens the spool and begins delivery, and may fail with what that gives, as the first
 * mm_mailbox_open does.
 */

/** Bits for mm_fetch_account. */
enum mm_fetch_flags {
    MM_FETCH_KEEP = 1,          /**< what was fetched stays there; else it is deleted */
    MM_FETCH_APOP = 2,          /**< APOP (RFC 1939 section 7), or no login */
    MM_FETCH_CLEAR_PASSWORD = 4 /**< the password may go in clear text to this server */
};

/** A mailbox at another host, and for whom its mail is. */
typedef struct mm_fetch_account {
    size_t size;          /**< sizeof(mm_fetch_account) */
    const char *host;     /**< its name or IP address */
    const char *user;     /**< login there, 1 to 255 characters */
    const char *password; /**< 1 to 255 characters */
    const char *name;     /**< a user of the settings, or an address of a local domain */
    int port;             /**< 0: 110, with MM_TLS_IMPLICIT 995 */
    int tls;              /**< MM_TLS_OPPORTUNISTIC (0 too), MM_TLS_REQUIRED, MM_TLS_IMPLICIT */
    int tls_check;        /**< MM_TLS_CHECK_...: with MM_TLS_CHECK_SETTINGS the certificate is always checked */
    int flags;            /**< MM_FETCH_... */
    int most;             /**< messages fetched by one look; 0: all */
    int timeout_ms;       /**< how long the server may be silent, and be slower on the average than the setting
                               dos_protect_speed says; 0: the setting pop_timeout */
} mm_fetch_account;

#define MM_FETCH_ACCOUNT_INIT                                                                                          \
    { sizeof(mm_fetch_account), NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0 }

/** What has come of a look at a mailbox. Times are milliseconds since 1970, 0 for none. Texts are never NULL. */
typedef struct mm_fetch_result {
    size_t size;         /**< set by the host, in a callback by the library: sizeof(mm_fetch_result) */
    const char *account; /**< user@host:port */
    const char *text;    /**< what went wrong, in words, the server's own among them; "": nothing did */
    int64_t sequence;    /**< of events: counts from 1, and a gap tells that some were lost; else 0 */
    int64_t began;       /**< when it was its turn */
    int64_t ended;       /**< 0: it is under way, or waits for its turn, or nobody has looked yet */
    int64_t next;        /**< when the next look is due; 0: none is planned, or one is under way */
    int64_t octets;      /**< of what was fetched, as it came */
    int found;           /**< messages that were there */
    int fetched;         /**< taken into the spool */
    int known;           /**< fetched before, and there still */
    int deleted;         /**< deleted there, as the server has confirmed */
    int refused;         /**< of those fetched: led to the folder "spam" by what the settings say of strangers' mail */
    int left;            /**< new, and left there: too large, the mailbox here is full, found harmful, without an id,
                              or the session ended at it: then text names it, and looks try it last */
    int error;           /**< MM_OK: all that is new was fetched; else why not all, an MM_E_... value */
    int stage;           /**< at what it failed: MM_STAGE_... */
} mm_fetch_result;

#define MM_FETCH_RESULT_INIT                                                                                           \
    { sizeof(mm_fetch_result), NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Hears of a look at a mailbox.
 *
 * result  lives, with its texts, until the callback returns.
 * user    what was given with the callback.
 * Threads: as the function says that the callback was given to. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_fetch_event_fn)(const mm_fetch_result *result, void *user);

/**
 * Has mailboxes of the setting fetch looked at now; one that is being looked at, once more behind that. Waits for none.
 *
 * account  user@host or user@host:port; NULL: all of them.
 * Returns MM_OK; MM_E_HANDLE; MM_E_NOT_FOUND (the setting names no such one); MM_E_ARGUMENT; MM_E_STATE (G2); and as
 * above. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_fetch_now(mm_engine *engine, const char *account);

/**
 * Tells of each mailbox of the setting fetch what has come of the last look at it, in the order of the settings.
 *
 * callback  hears of them, on the thread of the call, before it returns.
 * user      passed on to it untouched.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (callback NULL); MM_E_STATE (G2); and as above. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_fetch_list(mm_engine *engine, mm_fetch_event_fn callback, void *user);

/**
 * Names the callback that hears of each look that has ended, those of mm_fetch_begin too. It stays over stops and
 * starts of the engine. Calls for one engine come in order and never overlap, on a thread of the library's. It may
 * block: up to 100,000 events wait; more are lost, which the gap in their numbers shows. As mm_queue_set_events
 * otherwise.
 *
 * callback  NULL: nobody hears.
 * user      passed on to it untouched.
 * Returns MM_OK; MM_E_HANDLE. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_fetch_set_events(mm_engine *engine, mm_fetch_event_fn callback, void *user);

/** A look at a mailbox. */
typedef struct mm_fetch mm_fetch;

/**
 * Begins to look at a mailbox once, and returns at once. What of it was fetched before, by the setting fetch too, is
 * not fetched again.
 *
 * account  which one; copied.
 * fetch    gets the handle, which mm_fetch_free ends; NULL on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (fetch NULL; a member of account); MM_E_NOT_SUPPORTED (G4); MM_E_LIMIT (a
 * million handles are open); MM_E_STATE (the engine is being stopped, or G2); and as above. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_fetch_begin(mm_engine *engine, const mm_fetch_account *account, mm_fetch **fetch);

/**
 * Waits until the look has ended.
 *
 * timeout_ms  milliseconds; 0 only looks; -1 waits without limit.
 * Returns MM_OK, whatever came of it (mm_fetch_get_result tells that); MM_E_TIMEOUT (not yet; it goes on); MM_E_HANDLE;
 * MM_E_ARGUMENT (timeout below -1); MM_E_STATE (inside a callback, where it would wait). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_fetch_wait(mm_fetch *fetch, int timeout_ms);

/**
 * What has come of the look, so far.
 *
 * result  its member size is set by the caller; the others are filled. The texts live until the handle's next call.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (result NULL, its size). Threads: any, one at a time for a handle.
 * Since 0.1.
 */
MM_API int MM_CALL mm_fetch_get_result(mm_fetch *fetch, mm_fetch_result *result);

/**
 * Has the look end soon, with MM_E_CANCELLED; what was fetched stays here, and is not fetched again. Waits for nothing.
 * One that has ended is MM_OK. Returns MM_OK; MM_E_HANDLE. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_fetch_cancel(mm_fetch *fetch);

/**
 * Ends the handle; a look that is under way goes on. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, when no other thread uses the handle. Since 0.1.
 */
MM_API int MM_CALL mm_fetch_free(mm_fetch *fetch);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Is a message believed: SPF, DKIM, ARC, DMARC                                                                     */
/* ---------------------------------------------------------------------------------------------------------------- */

/*
 * What the library's servers check of a message from strangers, for hosts that have their own: SPF (RFC 7208) says
 * whether a client may use a domain's name, DKIM (RFC 6376, 8463) who has signed a message, ARC (RFC 8617) who has sent
 * it on and what they had found, DMARC (RFC 9989) whether one of these speaks for the domain in its From field, and
 * what that domain asks for if not. The same for signing, and for sealing what is sent on.
 *
 * A function asks the name servers of the engine's settings, all that a message needs at once. It needs no server of
 * the library; an engine that does not run is started by it. A message is read once, in the call and on its thread, and
 * is not in memory as a whole. One named _start returns then, and a callback hears the end; no thread waits meanwhile.
 * What no name server has said in time is MM_AUTH_TEMPERROR, and no failure of the call.
 */

/** Results of checks, from mm_spf_check, mm_dkim_verify, mm_arc_validate or mm_dmarc_check. Nothing changes them. */
typedef struct mm_auth mm_auth;

/** What a check says, in the words of RFC 8601 section 2.7. */
enum mm_auth_word {
    MM_AUTH_NONE = 0,      /**< nothing to check: no record, no signature */
    MM_AUTH_PASS = 1,      /**< it is right */
    MM_AUTH_FAIL = 2,      /**< it is not */
    MM_AUTH_SOFTFAIL = 3,  /**< SPF: probably not */
    MM_AUTH_NEUTRAL = 4,   /**< SPF: the domain does not say; DKIM: what cannot be read as a signature */
    MM_AUTH_POLICY = 5,    /**< right, but not accepted here: a key that is too short, say */
    MM_AUTH_TEMPERROR = 6, /**< not known for now: a name server did not answer */
    MM_AUTH_PERMERROR = 7  /**< never known: the record or the field is wrong */
};

/** What a domain asks for where its name is used without proof (RFC 9989). */
enum mm_dmarc_policy { MM_DMARC_NONE = 0, MM_DMARC_QUARANTINE = 1, MM_DMARC_REJECT = 2 };

/** Bits: more about a result. */
enum mm_auth_flag {
    MM_AUTH_FLAG_HELO = 1,         /**< SPF: it is about the name in HELO or EHLO, not about the reverse-path */
    MM_AUTH_FLAG_TESTING = 2,      /**< DKIM, DMARC: the domain is still testing (t=y) */
    MM_AUTH_FLAG_BODY_LONGER = 4,  /**< DKIM: what follows signed_length in the body is nobody's word */
    MM_AUTH_FLAG_SPF_ALIGNED = 8,  /**< DMARC: SPF has passed for the domain of the From field */
    MM_AUTH_FLAG_DKIM_ALIGNED = 16 /**< DMARC: a signature of the domain of the From field has passed */
};

/** One result. Texts are never NULL, "" for none. */
typedef struct mm_auth_result {
    size_t size;                 /**< sizeof(mm_auth_result) */
    const char *method;          /**< "spf", "dkim", "arc", "dmarc" */
    const char *domain;          /**< SPF: whose record was looked up first; DKIM: d=; ARC: d= of the last seal; DMARC:
                                      the domain of the From field */
    const char *selector;        /**< DKIM, ARC: s= */
    const char *identity;        /**< SPF: the address that was checked; DKIM: i= */
    const char *algorithm;       /**< DKIM: a=, such as "rsa-sha256" */
    const char *signature_start; /**< DKIM: the first characters of b= (RFC 6008) */
    const char *signed_fields;   /**< DKIM: names of h=, in small letters, with colons between */
    const char *sealers;         /**< ARC: d= of each seal, the oldest first, with spaces between */
    const char *mechanism;       /**< SPF: what has matched, "default" if nothing has */
    const char *explanation;     /**< SPF: what the domain has its refusals explained by; a stranger's text */
    const char *policy_domain;   /**< DMARC: where the record was found */
    const char *organization;    /**< DMARC: the organizational domain of the From field's */
    const char *overridden_by;   /**< DMARC: the trusted sealer by whose word a failure has no consequences */
    const char *reason;          /**< what is wrong, or worth a warning, in words */
    int64_t signed_length;       /**< DKIM: l=, octets of the body that are signed; -1: all */
    int64_t signed_at;           /**< DKIM: t=; 0: it does not say */
    int64_t expires;             /**< DKIM: x=; 0: it does not say */
    int result;                  /**< MM_AUTH_... */
    int key_bits;                /**< DKIM: the key's length; 0: there was none to look at */
    int policy;                  /**< DMARC: MM_DMARC_..., as the record has it */
    int disposition;             /**< DMARC: MM_DMARC_..., what is to be done with this message by the record */
    int instances;               /**< ARC: how many seals there are */
    int oldest_pass;             /**< ARC: the oldest instance whose signature is still right; 0: all are, or none */
    int flags;                   /**< MM_AUTH_FLAG_... */
    int reserved;                /**< 0 */
} mm_auth_result;

#define MM_AUTH_RESULT_INIT                                                                                            \
    {                                                                                                                  \
        sizeof(mm_auth_result), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                                                               \
    }

/** What is asked about: a message, and who brings it. Members that a function has no use for are left alone by it. */
typedef struct mm_auth_query {
    size_t size;          /**< sizeof(mm_auth_query) */
    const char *client;   /**< SPF: the client's address, such as "192.0.2.1" or "2001:db8::1"; NULL: SPF is not checked
                               by mm_dmarc_check */
    const char *helo;     /**< SPF: its name in HELO or EHLO; NULL: not known */
    const char *sender;   /**< SPF: the reverse-path, bare or in angle brackets; "" is the null one, which helo stands
                               for; NULL: helo alone is checked */
    const void *message;  /**< the message, from one source: octets in memory; NULL: none */
    size_t message_size;  /**< how many */
    const char *path;     /**< or a file; NULL: none */
    mm_send_read_fn read; /**< or a callback, asked on the thread of the call; NULL: none */
    void *read_user;      /**< passed on to read */
    const char *trusted_sealers; /**< mm_dmarc_check: domains whose ARC seals are believed, with commas between; NULL:
                                      the setting arc_trusted */
    int timeout_ms;              /**< for all questions to name servers together; 0: 20 seconds, which is the most */
    int reserved;                /**< 0 */
} mm_auth_query;

#define MM_AUTH_QUERY_INIT                                                                                             \
    { sizeof(mm_auth_query), NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0, 0 }

/**
 * Hears what a check that was started has found.
 *
 * error  MM_OK, or why there are no results: MM_E_CANCELLED (the engine was stopped), or a fault of the library.
 * auth   the results, which the host ends with mm_auth_free, here or later; NULL with an error.
 * user   passed on untouched.
 * Threads: one of the library's, once for each check, perhaps before the call that started it has returned; never
 * after mm_engine_stop has returned. It may block. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_auth_fn)(int error, mm_auth *auth, void *user);

/**
 * Checks by SPF whether a client may use the name in its HELO, and the domain of a reverse-path. Waits for the network.
 *
 * engine  whose name servers are asked.
 * query   client, and helo or sender or both.
 * auth    gets the results: that of helo, if it is given, and behind it that of sender. mm_auth_free ends them; NULL on
 *         failure.
 * Returns MM_OK, whatever was found; MM_E_HANDLE; MM_E_ARGUMENT (no address, neither helo nor sender, a NULL, a
 * member's value); MM_E_NOT_SUPPORTED (G4); MM_E_STATE (the engine is being stopped, or G2); MM_E_CANCELLED (it was
 * stopped meanwhile); MM_E_LIMIT (a million handles are open). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_spf_check(mm_engine *engine, const mm_auth_query *query, mm_auth **auth);

/**
 * As mm_spf_check, and returns at once.
 *
 * done  hears the end, unless the call fails.
 * user  passed on to it untouched.
 * Returns as mm_spf_check. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_spf_check_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user);

/**
 * Verifies the DKIM signatures of a message: at most ten of them, in their order. Waits for the network.
 *
 * engine  whose name servers are asked.
 * query   the message, with any line ends.
 * auth    gets the results: one for each signature, or one that is MM_AUTH_NONE. mm_auth_free ends them; NULL on
 *         failure.
 * Returns MM_OK, whatever was found; MM_E_HANDLE; MM_E_ARGUMENT (no message, or two; a NULL, a member's value);
 * MM_E_NOT_SUPPORTED (G4); MM_E_NOT_FOUND and MM_E_IO (the file, or read gave an error); MM_E_STATE (the engine is
 * being stopped, or G2); MM_E_CANCELLED (it was stopped meanwhile); MM_E_LIMIT (a million handles are open). Threads:
 * any. Since 0.1.
 */
MM_API int MM_CALL mm_dkim_verify(mm_engine *engine, const mm_auth_query *query, mm_auth **auth);

/**
 * As mm_dkim_verify, and returns when the message is read.
 *
 * done  hears the end, unless the call fails.
 * user  passed on to it untouched.
 * Returns as mm_dkim_verify. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_dkim_verify_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user);

/**
 * Validates the ARC chain of a message. Waits for the network.
 *
 * engine  whose name servers are asked.
 * query   the message, with any line ends.
 * auth    gets the result. mm_auth_free ends it; NULL on failure.
 * Returns as mm_dkim_verify. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_arc_validate(mm_engine *engine, const mm_auth_query *query, mm_auth **auth);

/**
 * As mm_arc_validate, and returns when the message is read.
 *
 * done  hears the end, unless the call fails.
 * user  passed on to it untouched.
 * Returns as mm_dkim_verify. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_arc_validate_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user);

/**
 * Checks a message as the library's servers do, by SPF, DKIM, ARC and DMARC, all at once. Waits for the network.
 *
 * engine  whose name servers are asked.
 * query   the message, with any line ends; and client with helo or sender or both, without which SPF is not checked.
 * auth    gets the results: of SPF, of each DKIM signature, of ARC and, last, of DMARC. mm_auth_free ends them; NULL on
 *         failure.
 * Returns as mm_dkim_verify; MM_E_ARGUMENT also where client is no address. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_dmarc_check(mm_engine *engine, const mm_auth_query *query, mm_auth **auth);

/**
 * As mm_dmarc_check, and returns when the message is read.
 *
 * done  hears the end, unless the call fails.
 * user  passed on to it untouched.
 * Returns as mm_dmarc_check. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_dmarc_check_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user);

/**
 * How many results there are.
 *
 * count  gets the number, at least 1; 0 on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (count NULL). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_auth_get_count(mm_auth *auth, int *count);

/**
 * One of the results.
 *
 * index   from 0.
 * result  its member size is set by the caller; the others are filled. The texts live until mm_auth_free.
 * Returns MM_OK; MM_E_HANDLE; MM_E_NOT_FOUND (index); MM_E_ARGUMENT (result NULL, its size). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_auth_get_result(mm_auth *auth, int index, mm_auth_result *result);

/**
 * The results as a field for the message, Authentication-Results (RFC 8601): folded, and with CRLF at its end. Who puts
 * it in front takes out those that came with the message and have the same name in them.
 *
 * name          of who has checked, such as the host's own domain; NULL: the setting authserv_id of the engine, which
 *               is smtp_name unless it is set.
 * buffer, size  where to, and how much fits, the NUL included; NULL and 0: only the length is wanted.
 * length        gets the text's octets without its NUL; NULL: not wanted.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT; MM_E_LIMIT (it does not fit). Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_auth_get_field(mm_auth *auth, const char *name, char *buffer, size_t size, size_t *length);

/**
 * Ends results and their texts. NULL is allowed.
 * Returns MM_OK; MM_E_HANDLE. Threads: any, when no other thread uses the handle. Since 0.1.
 */
MM_API int MM_CALL mm_auth_free(mm_auth *auth);

/** With which key a message is signed or sealed. NULL in its place: with those of the settings dkim or arc_seal. */
typedef struct mm_sign_options {
    size_t size;          /**< sizeof(mm_sign_options) */
    const char *domain;   /**< d=: in whose name */
    const char *selector; /**< s=: where the key's public half stands, SELECTOR._domainkey.DOMAIN */
    const char *key;      /**< the private key as PEM, RSA of at least 2048 bits or Ed25519; NULL: see key_path */
    const char *key_path; /**< of a file with it; NULL: see key */
} mm_sign_options;

#define MM_SIGN_OPTIONS_INIT                                                                                           \
    { sizeof(mm_sign_options), NULL, NULL, NULL, NULL }

/**
 * Hears that a message was signed or sealed.
 *
 * error   MM_OK, or why it was not, as the call without _start returns it.
 * fields  the fields to put in front of the message, each with CRLF at its end; "" with an error. It lives until the
 *         callback returns.
 * length  its octets without the NUL.
 * user    passed on untouched.
 * Threads: as mm_auth_fn says. It may block. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_sign_fn)(int error, const char *fields, size_t length, void *user);

/**
 * Signs a message (DKIM): reads it and makes the fields that go in front of it. What is sent then is the message as it
 * was read, its line ends as CRLF; one with octets beyond ASCII should be in a form that needs no conversion on its
 * way.
 *
 * engine        whose settings name the keys.
 * options       with which key; NULL: those of the setting dkim for the domain of the From field, or for its nearest
 *               parent that has one.
 * query         the message, with any line ends.
 * buffer, size  where to, and how much fits, the NUL included; NULL and 0: only the length is wanted.
 * length        gets the octets of the fields without the NUL; NULL: not wanted.
 * Returns MM_OK; MM_E_HANDLE; MM_E_ARGUMENT (no message, or two; not one From field with one domain; no domain or
 * selector; not one key; a NULL); MM_E_NOT_SUPPORTED (G4);
 * MM_E_NOT_FOUND (no key for that domain, or no such file); MM_E_CONFIG (a key that cannot be read, or is too short);
 * MM_E_IO; MM_E_STATE (the engine is being stopped); MM_E_TLS (no OpenSSL); MM_E_LIMIT (it does not fit). Threads: any.
 * Since 0.1.
 */
MM_API int MM_CALL mm_dkim_sign(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query,
                                char *buffer, size_t size, size_t *length);

/**
 * As mm_dkim_sign, and returns when the message is read: the signature is made on a thread of the library.
 *
 * done  hears the end, unless the call fails.
 * user  passed on to it untouched.
 * Returns as mm_dkim_sign. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_dkim_sign_start(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query,
                                      mm_sign_fn done, void *user);

/**
 * Seals a message that is sent on (ARC): makes the set of three fields that goes in front of it and says what was found
 * of it here. What is sent then is the message as it was read, its line ends as CRLF.
 *
 * engine        whose settings name the key.
 * options       with which key; NULL: that of the setting arc_seal.
 * query         the message as it is sent on, with any line ends.
 * found         what was found of it on its way in, with its ARC chain among it: the text that mm_auth_get_field gave
 *               for mm_dmarc_check, or the value of that field; NULL: the fields that the message itself has of the
 *               setting authserv_id.
 * buffer, size  where to, and how much fits, the NUL included; NULL and 0: only the length is wanted.
 * length        gets the octets of the fields without the NUL; NULL: not wanted.
 * Returns as mm_dkim_sign; MM_E_ARGUMENT also where the message takes no seal: found does not tell of its chain, it has
 * 50 sets, or one that says that the chain has failed. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_arc_seal(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query,
                               const char *found, char *buffer, size_t size, size_t *length);

/**
 * As mm_arc_seal, and returns when the message is read.
 *
 * done  hears the end, unless the call fails.
 * user  passed on to it untouched.
 * Returns as mm_arc_seal. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_arc_seal_start(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query,
                                     const char *found, mm_sign_fn done, void *user);

/**
 * How many results the checks of a session's message have (settings spf, dkim_verify, arc, dmarc): those of SPF from
 * mail on, which wait for it, all in message. A client that has logged in or may relay is not checked.
 *
 * count  gets the number; 0 on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (no handler of the session runs); MM_E_ARGUMENT (count NULL). Threads: any,
 * one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_auth_get_count(mm_session *session, int *count);

/**
 * One result of a session's message, in the order that mm_dmarc_check says.
 *
 * index   from 0.
 * result  its member size is set by the caller; the others are filled. The texts live until the handler returns.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (no handler of the session runs); MM_E_NOT_FOUND (index); MM_E_ARGUMENT.
 * Threads: any, one at a time for a session. Since 0.1.
 */
MM_API int MM_CALL mm_session_auth_get_result(mm_session *session, int index, mm_auth_result *result);

/**
 * How many results the checks of a message have that a callback is asked about (ACTION_SMTP_SENDMSG): those of SPF at
 * once, all when SRVRecv has read it to its end.
 *
 * count  gets the number; 0 on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (not such a request's stream, or callback_inline); MM_E_ARGUMENT (count NULL).
 * Threads: any, one at a time for a stream; waits for the network, up to 20 seconds. Since 0.1.
 */
MM_API int MM_CALL mm_stream_auth_get_count(ServerStream *stream, int *count);

/**
 * One result of a message that a callback is asked about, in the order that mm_dmarc_check says.
 *
 * index   from 0.
 * result  its member size is set by the caller; the others are filled. The texts live until the callback returns.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (as above); MM_E_NOT_FOUND (index); MM_E_ARGUMENT. Threads: as above. Since
 * 0.1.
 */
MM_API int MM_CALL mm_stream_auth_get_result(ServerStream *stream, int index, mm_auth_result *result);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Servers with a request callback                                                                                  */
/* ---------------------------------------------------------------------------------------------------------------- */

/**
 * Starts the SMTP server of the default engine and what it needs (spool, delivery); returns when it listens. If it
 * runs already, with the same port or 0: replaces callback and mask, for requests to come.
 *
 * callback  asked before the module acts; NULL: never asked.
 * port      0: the setting smtp_port (25); else 1 to 65535.
 * mask      the ACTION_... bits for which callback is asked.
 * Returns 0; below 0 an MM_E_... value: MM_E_ARGUMENT (port), MM_E_STATE (runs on another port or by
 * mm_smtp_server_start, or the engine is being stopped), MM_E_BIND, MM_E_LOCKED (another engine has the spool),
 * MM_E_NOT_SUPPORTED (a later version wrote the spool), MM_E_CONFIG (a key of dkim or arc_seal cannot be used),
 * MM_E_IO, MM_E_FULL, MM_E_NOT_FOUND (no file with the certificate or its key), MM_E_TLS (they cannot be read too, or
 * do not fit). Threads: any. Ended by mm_engine_stop. Since 0.1.
 */
MM_API int MM_CALL SetSMTPServer(SMTPReqCallback callback MM_DEFAULT(NULL), int port MM_DEFAULT(0),
                                 int mask MM_DEFAULT(ALL_ACTIONS));

/**
 * Starts the POP3 server of the default engine. As SetSMTPServer; port 0 is the setting pop_port (110). Since 0.1.
 */
MM_API int MM_CALL SetPOP3Server(SMTPReqCallback callback MM_DEFAULT(NULL), int port MM_DEFAULT(0),
                                 int mask MM_DEFAULT(ALL_ACTIONS));

/**
 * The user who logged in on a request's connection, or is about to (ACTION_POP_LOGIN).
 * Returns NULL if nobody is (MM_OK), or on failure: MM_E_HANDLE, MM_E_STATE (not a request's stream). The text lives
 * until the next call of this function for the stream, or the callback's return, and is not to be written to.
 * Threads: any, one at a time for a stream. Since 0.1.
 */
MM_API char *MM_CALL GetAUTHName(ServerStream *stream);

/**
 * The password that came with that name.
 * Returns NULL if there is none (MM_OK), or on failure, as GetAUTHName; the text lives as there. Since 0.1.
 */
MM_API char *MM_CALL GetAUTHPassw(ServerStream *stream);

/**
 * The IPv4 address of a request's client in network order: its first octet is the first in memory, as in struct
 * in_addr. An IPv4 address mapped into IPv6 counts as IPv4.
 * Returns 0 for a peer that has no IPv4 form (MM_OK), or on failure: MM_E_HANDLE, MM_E_STATE (not a request's
 * stream). Threads: any. Since 0.1.
 */
MM_API uint32_t MM_CALL GetRemoteIP(ServerStream *stream);

/**
 * The address and port of a request's client as the system's struct sockaddr_in (16 octets) or struct sockaddr_in6 (28
 * octets).
 *
 * addr, buflen  where to, and how much fits.
 * Returns the octets written; 0 on failure: MM_E_HANDLE, MM_E_STATE (not a request's stream), MM_E_ARGUMENT (addr
 * NULL or buflen too small), MM_E_CLOSED. Threads: any. Since 0.1.
 */
MM_API int MM_CALL GetRemoteAddr(ServerStream *stream, void *addr, int buflen);

/**
 * The socket of a request's connection, on Windows a SOCKET (its values fit). It stays the module's: look at it, set
 * options, but do not read, write or close it.
 * Returns -1 on failure: MM_E_HANDLE, MM_E_STATE (not a request's stream), MM_E_CLOSED. Threads: any. Since 0.1.
 */
MM_API int MM_CALL GetSocket(ServerStream *stream);

/**
 * Keeps a pointer of the host's with the connection whose request a callback is asked about: each later request of that
 * connection finds it. Before, it is NULL.
 *
 * user  never touched by the library.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (not a request's stream). Threads: any, one at a time for a stream. Since 0.1.
 */
MM_API int MM_CALL mm_stream_set_user(ServerStream *stream, void *user);

/**
 * The pointer that mm_stream_set_user has kept.
 *
 * user  gets it; NULL if there is none, and on failure.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (not a request's stream); MM_E_ARGUMENT (user NULL). Threads: any, one at a
 * time for a stream. Since 0.1.
 */
MM_API int MM_CALL mm_stream_get_user(ServerStream *stream, void **user);

/**
 * Hears that a connection has ended, and its stream is gone: no request of it comes any more, so what user points to
 * may be freed.
 *
 * user  what mm_stream_set_user has kept; NULL if nothing.
 * Threads: as a request callback; once for a connection. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_stream_closed_fn)(void *user);

/**
 * Names the callback that hears of the end of the connection whose request a callback is asked about.
 *
 * callback  NULL: nobody hears.
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (not a request's stream). Threads: any, one at a time for a stream. Since 0.1.
 */
MM_API int MM_CALL mm_stream_set_closed(ServerStream *stream, mm_stream_closed_fn callback);

/**
 * Sets the words that the client hears if the callback, inside which this is called, refuses the request. They hold for
 * that request alone; the last ones count. At ACTION_POP_DELMSG they are the answer to QUIT.
 *
 * status  enhanced status (RFC 3463) for SMTP, such as "5.7.1"; NULL: the one that goes with the code, as for a status
 *         of another class than the code's.
 * text    one line: 1 to 400 printable characters of ASCII. In POP3 it may begin with a response code (RFC 2449), such
 *         as "[SYS/TEMP]".
 * Returns MM_OK; MM_E_HANDLE; MM_E_STATE (not a request's stream); MM_E_ARGUMENT. Threads: any, one at a time for a
 * stream. Since 0.1.
 */
MM_API int MM_CALL mm_stream_set_reply(ServerStream *stream, const char *status, const char *text);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Look-ups                                                                                                         */
/* ---------------------------------------------------------------------------------------------------------------- */

/** One mail server of a domain: 116 octets, no padding, on every platform. */
typedef struct MailHostInfo {
    char name[64];   /**< its name, ends with NUL */
    int32_t prior;   /**< preference; lower is tried first */
    uint32_t ip[12]; /**< its IPv4 addresses in network order; 0 after the last */
} MailHostInfo;

/**
 * Finds the mail servers of a domain, ordered by preference, equal ones in random order. A domain without MX records
 * that has an address is its own server. As many are told as fit, the preferred ones first. Names over 63 octets are
 * left out; a server that has IPv6 alone, or whose addresses are not known for now, has no addresses here; of more than
 * 12 addresses the first 12 are told.
 *
 * domain     its name; what is outside ASCII is put into its ASCII form.
 * ret, size  an array and the number of its elements.
 * Returns the number of elements filled; 0 if there are none, and mm_last_error() tells why: MM_E_NOT_FOUND (no such
 * domain, or it has no server), MM_E_REFUSED_PERMANENT (it says that it takes no mail, RFC 7505), MM_E_DNS (not known
 * for now), MM_E_ARGUMENT (no domain name, ret NULL, size below 1), MM_E_LIMIT (all names are over 63 octets),
 * MM_E_CANCELLED and MM_E_STATE (the engine was or is being stopped, or G2). Threads: any; waits for the network.
 * Since 0.1.
 */
MM_API int MM_CALL FindMX(const char *domain, MailHostInfo *ret, int size);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Checking a configuration, and passwords for it                                                                   */
/* ---------------------------------------------------------------------------------------------------------------- */

/** How much a finding of mm_config_check matters. */
enum mm_config_severity {
    MM_CONFIG_ERROR = 1,  /**< the file is not taken, or its server does not start */
    MM_CONFIG_WARNING = 2 /**< it works, but is risky, has no effect, or is probably not what was meant */
};

/**
 * Gets one finding of mm_config_check.
 *
 * severity  MM_CONFIG_...
 * file      the file, or the one that it includes; line from 1, 0 if it is about no line.
 * key       the setting; "" if it is about none.
 * text      what is wrong or risky, and what to do. No value of a password.
 * user      what was given to mm_config_check.
 * Ownership: the texts live until it returns. Threads: the caller's. It must not throw an exception or jump out.
 */
typedef void(MM_CALL *mm_config_fn)(int severity, const char *file, int line, const char *key, const char *text,
                                    void *user);

/**
 * Reads a configuration file as mm_engine_load does, goes on behind what is wrong, and tells all of it, in the order of
 * the lines. Takes no setting, and changes no file.
 *
 * filename  of the file.
 * callback  gets the findings; NULL: only their number is wanted.
 * user      passed on to it untouched.
 * errors    gets the number of errors; NULL: not wanted.
 * Returns MM_OK, whatever was found; MM_E_NOT_FOUND; MM_E_IO; MM_E_ARGUMENT. Threads: any. Since 0.1.
 */
MM_API int MM_CALL mm_config_check(const char *filename, mm_config_fn callback, void *user, int *errors);

/** In which form a password is stored in the setting user. The servers' logins (PLAIN, LOGIN, USER) take each. */
enum mm_password_form {
    MM_PASSWORD_SCRAM_SHA_256 = 1, /**< {SCRAM-SHA-256}... (RFC 5803): the password cannot be had from it */
    MM_PASSWORD_PBKDF2_SHA256 = 2, /**< {PBKDF2-SHA256}...: nor from this */
    MM_PASSWORD_PLAIN = 3,         /**< {PLAIN}...: the password itself; who reads the file has it */
    MM_PASSWORD_SCRAM_SHA_1 = 4    /**< {SCRAM-SHA-1}... (RFC 5802): for clients that know nothing newer */
};

/**
 * Makes the stored form of a password, with a salt of its own each time.
 *
 * password      UTF-8; not "". It is prepared by SASLprep (RFC 4013).
 * form          MM_PASSWORD_...
 * iterations    of the slow hash; 0: the library's (its comment in docs/settings.md); 4096 to 10,000,000.
 * buffer, size  where to, and how much fits, the NUL included; NULL and 0: only the length is wanted.
 * length        gets the text's octets without its NUL; NULL: not wanted.
 * Returns MM_OK; MM_E_ARGUMENT; MM_E_LIMIT (it does not fit); MM_E_TLS (no OpenSSL for the digest). Threads: any; takes
 * about a tenth of a second. Since 0.1.
 */
MM_API int MM_CALL mm_password_make(const char *password, int form, int iterations, char *buffer, size_t size,
                                    size_t *length);

/** How a key signs messages (DKIM). */
enum mm_dkim_algorithm {
    MM_DKIM_RSA_SHA256 = 1,    /**< every receiver takes it (RFC 8301) */
    MM_DKIM_ED25519_SHA256 = 2 /**< a short key, which many receivers do not know yet (RFC 8463) */
};

/**
 * Makes a key for signatures of DKIM: the private half for a file that the setting dkim names, and the text of the TXT
 * record of SELECTOR._domainkey.DOMAIN. 4096 octets of room are enough for either, of any key. A text that does not fit
 * is not there, and another call makes another key.
 *
 * algorithm           MM_DKIM_...
 * bits                of an RSA key: 2048 to 4096, a multiple of 64; 0: 2048. Else 0.
 * key, key_size       where the private key goes, PKCS#8 in PEM form, and how much fits, its NUL included.
 * key_length          gets its octets without its NUL; NULL: not wanted.
 * record, record_size the same of the record's text, which goes into strings of at most 255 octets.
 * record_length       the same.
 * Returns MM_OK; MM_E_ARGUMENT; MM_E_LIMIT (one does not fit); MM_E_TLS (no OpenSSL that makes such a key). Threads:
 * any; takes up to some seconds of CPU. Since 0.1.
 */
MM_API int MM_CALL mm_dkim_key_make(int algorithm, int bits, char *key, size_t key_size, size_t *key_length,
                                    char *record, size_t record_size, size_t *record_length);

/* ---------------------------------------------------------------------------------------------------------------- */
/* Settings                                                                                                         */
/* ---------------------------------------------------------------------------------------------------------------- */

/**
 * Takes the settings of a file, all of them or, on failure, none. The keys and the grammar are in docs/settings.md.
 * What runs keeps the settings it was started with, save where that page says otherwise.
 *
 * filename  NULL: mailmodule.cfg in the working directory, or ftp.cfg, the old module's name for it, if only that is
 *           there.
 * Returns 0; below 0 an MM_E_... value: MM_E_NOT_FOUND, MM_E_IO, MM_E_ARGUMENT; MM_E_CONFIG, and MM_E_NOT_SUPPORTED (a
 * key for access or safety that has no effect here), where mm_last_error_message() has file and line. Threads: any.
 * Since 0.1.
 */
MM_API int MM_CALL LoadConfig(const char *filename MM_DEFAULT(NULL));

/**
 * Sets a parameter to text, read as in a file (there is no quoting). Lists (user, local_domain, ...) take one more
 * value. No result; mm_last_error() tells: MM_OK, MM_E_NOT_FOUND (no such parameter), MM_E_CONFIG (malformed or out
 * of range), MM_E_NOT_SUPPORTED (a key for access or safety that has no effect here), MM_E_ARGUMENT (NULL, not UTF-8).
 * Threads: any. Since 0.1.
 */
MM_API void MM_CALL SetConfigParamString(const char *param, const char *val);

/**
 * Sets a parameter to a number; flags take 0 or 1. Errors as SetConfigParamString. Threads: any. Since 0.1.
 */
MM_API void MM_CALL SetConfigParamInt(const char *param, int val);

/**
 * The value of a parameter that is a number or a flag (0, 1).
 * Returns 0 on failure: MM_E_NOT_FOUND (no such parameter), MM_E_CONFIG (it is no number, or too big for int),
 * MM_E_ARGUMENT. Threads: any. Since 0.1.
 */
MM_API int MM_CALL GetConfigParamInt(const char *param);

/**
 * The value of any parameter as text; the values of a list have line feeds between them.
 * Returns NULL if it has none (MM_OK), or on failure: MM_E_NOT_FOUND (no such parameter), MM_E_ARGUMENT. The text
 * lives until that parameter changes, and is not to be written to. Threads: any. Since 0.1.
 */
MM_API char *MM_CALL GetConfigParamStr(const char *param);

/**
 * The same as GetConfigParamStr; the old module's documentation gives the getter this name once. Since 0.1.
 */
MM_API char *MM_CALL SetConfigParamStr(const char *param);

#if !defined(__cplusplus)
/**
 * The same as SetConfigParamString. In C11 a macro of this name takes text or a number, as the old module's
 * overloads did; in C++ there are two overloads in its place. The library also exports the names that C++ compilers
 * gave to the old ones. Since 0.1.
 */
MM_API void MM_CALL SetConfigParam(const char *param, const char *val);
#endif

#if defined(__cplusplus)
} /* extern "C" */

/** Sets a parameter to a number: SetConfigParamInt. */
inline void SetConfigParam(const char *param, int val) {
    SetConfigParamInt(param, val);
}

/** Sets a parameter to text: SetConfigParamString. */
inline void SetConfigParam(const char *param, const char *val) {
    SetConfigParamString(param, val);
}
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
/* clang-format off */
#define SetConfigParam(param, val)                  \
    _Generic((val),                                 \
        char *: SetConfigParamString,               \
        const char *: SetConfigParamString,         \
        void *: SetConfigParamString,               \
        default: SetConfigParamInt)(param, val)
/* clang-format on */
#endif

#endif /* MAILMODULE_H */
