/* The old module's functions as its documentation declares them, copied by hand, slips included; nothing of our
 * header. */
#ifndef LEGACY_PROTOTYPES_H
#define LEGACY_PROTOTYPES_H

#define ulong legacy_ulong /* 32 bits in the old module on every platform; the C library may have another */
typedef unsigned int ulong;

typedef void *ServerStream;
typedef int (*SMTPReqCallback)(ServerStream *stream, char *reqname, int action, ...);
typedef void (*MsgCallback)(ServerStream *stream, void *usr_par, int state, int sent);

struct MailHostInfo {
    char name[64];
    int prior;
    ulong ip[12];
};
typedef struct MailHostInfo MailHostInfo;

#ifdef __cplusplus
extern "C" {
#endif
ServerStream SRVInitSendMsgImidiatly(char *from, int *to, MsgCallback callback, void *callback_param);
ServerStream SRVInitSendMsgSMTP(char *from, int *to, char *smtp_host, int port, MsgCallback callback,
                                void *callback_param);
ServerStream SRVInitSendMsgBackgaund(char *from, int *to, MsgCallback callback, void *callback_param);
void SRVEndOfMsg(ServerStream *stream);
int SetSMTPServer(SMTPReqCallback callback, int port, int mask);
int SetPOP3Server(SMTPReqCallback callback, int port, int mask);
int SRVSend(ServerStream *stream, void *bufer, int size);
int SRVprintf(ServerStream *stream, char *format, ...);
int SRVRecv(ServerStream *stream, void *bufer, int l);
char *GetAUTHName(ServerStream *stream);
char *GetAUTHPassw(ServerStream *stream);
ulong GetRemoteIP(ServerStream *stream);
int GetRemoteAddr(ServerStream *stream, void *addr, int buflen);
int GetSocket(ServerStream *stream);
int FindMX(char *domain, MailHostInfo *ret, int size);
int LoadConfig(char *filename);
int GetConfigParamInt(char *param);
char *GetConfigParamStr(char *param);
char *SetConfigParamStr(char *param);
#ifdef __cplusplus
}
/* Two overloads, so the old header's were C++. */
void SetConfigParam(char *param, int val);
void SetConfigParam(char *param, char *val);
#else
void SetConfigParam(char *param, char *val);
#endif

#endif
