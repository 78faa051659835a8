/*
 * The public functions with the old names. Compiled against the public header, so that a definition that differs from
 * its declaration does not compile.
 */
#include "edge.h"

ServerStream SRVInitSendMsgImidiatly(const char *from, const char *to, MsgCallback callback, void *callback_param) {
    if (mmi_enter() != MM_OK)
        return NULL;
    return mmi_init_direct(from, to, callback, callback_param);
}

ServerStream SRVInitSendMsgSMTP(const char *from, const char *to, const char *smtp_host, int port, MsgCallback callback,
                                void *callback_param) {
    if (mmi_enter() != MM_OK)
        return NULL;
    return mmi_init_smtp(from, to, smtp_host, port, callback, callback_param);
}

ServerStream SRVInitSendMsgBackgaund(const char *from, const char *to, MsgCallback callback, void *callback_param) {
    if (mmi_enter() != MM_OK)
        return NULL;
    return mmi_init_queue(from, to, callback, callback_param);
}

int SRVSend(ServerStream *stream, const void *bufer, int size) {
    if (mmi_enter() != MM_OK)
        return 0;
    return mmi_send(stream, bufer, size);
}

int SRVRecv(ServerStream *stream, void *bufer, int l) {
    if (mmi_enter() != MM_OK)
        return 0;
    return mmi_recv(stream, bufer, l);
}

void SRVEndOfMsg(ServerStream *stream) {
    if (mmi_enter() != MM_OK)
        return;
    mmi_end(stream);
}

const char *mm_stream_recipient(ServerStream *stream) {
    if (mmi_enter() != MM_OK)
        return NULL;
    return mmi_stream_recipient(stream);
}

int SetSMTPServer(SMTPReqCallback callback, int port, int mask) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_set_smtp_server(callback, port, mask);
    mmi_restore_signals(&signals);
    return result;
}

int SetPOP3Server(SMTPReqCallback callback, int port, int mask) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_set_pop3_server(callback, port, mask);
    mmi_restore_signals(&signals);
    return result;
}

char *GetAUTHName(ServerStream *stream) {
    if (mmi_enter() != MM_OK)
        return NULL;
    return mmi_auth_name(stream);
}

char *GetAUTHPassw(ServerStream *stream) {
    if (mmi_enter() != MM_OK)
        return NULL;
    return mmi_auth_password(stream);
}

uint32_t GetRemoteIP(ServerStream *stream) {
    if (mmi_enter() != MM_OK)
        return 0;
    return mmi_remote_ip(stream);
}

int GetRemoteAddr(ServerStream *stream, void *addr, int buflen) {
    if (mmi_enter() != MM_OK)
        return 0;
    return mmi_remote_addr(stream, addr, buflen);
}

int GetSocket(ServerStream *stream) {
    if (mmi_enter() != MM_OK)
        return -1;
    return mmi_socket(stream);
}

int FindMX(const char *domain, MailHostInfo *ret, int size) {
    if (mmi_enter() != MM_OK)
        return 0;
    return mmi_find_mx(domain, ret, size);
}

int LoadConfig(const char *filename) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_load_config(filename);
}

void SetConfigParamString(const char *param, const char *val) {
    if (mmi_enter() != MM_OK)
        return;
    mmi_set_text(param, val);
}

void SetConfigParamInt(const char *param, int val) {
    if (mmi_enter() != MM_OK)
        return;
    mmi_set_int(param, val);
}

int GetConfigParamInt(const char *param) {
    if (mmi_enter() != MM_OK)
        return 0;
    return mmi_get_int(param);
}

char *GetConfigParamStr(const char *param) {
    if (mmi_enter() != MM_OK)
        return NULL;
    return mmi_get_text(param);
}

char *SetConfigParamStr(const char *param) {
    return GetConfigParamStr(param);
}

/* In parentheses, for in C11 the name is a macro too. */
void(SetConfigParam)(const char *param, const char *val) {
    SetConfigParamString(param, val);
}

/* The names that C++ compilers of the Itanium ABI gave to the old header's overloads SetConfigParam(char *, int) and
 * SetConfigParam(char *, char *). */
MM_API void _Z14SetConfigParamPci(char *param, int val);
MM_API void _Z14SetConfigParamPcS_(char *param, char *val);

void _Z14SetConfigParamPci(char *param, int val) {
    SetConfigParamInt(param, val);
}

void _Z14SetConfigParamPcS_(char *param, char *val) {
    SetConfigParamString(param, val);
}
