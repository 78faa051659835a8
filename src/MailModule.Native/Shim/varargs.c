/* What C# cannot say: a variadic function, and a call of one. */
#include "edge.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int send_long(ServerStream *stream, const char *format, va_list arguments, int length) {
    char *text = malloc((size_t)length + 1);
    if (!text) {
        mmi_fail(MM_E_MEMORY, "for the formatted text");
        return 0;
    }
    vsnprintf(text, (size_t)length + 1, format, arguments);
    int sent = mmi_send(stream, text, length);
    free(text);
    return sent;
}

int SRVprintf(ServerStream *stream, const char *format, ...) {
    char text[1024];
    va_list arguments, again;
    int length, sent;

    if (mmi_enter() != MM_OK)
        return 0;
    if (!format) {
        mmi_fail(MM_E_ARGUMENT, "format is NULL");
        return 0;
    }
    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(text, sizeof text, format, arguments);
    if (length < 0) {
        mmi_fail(MM_E_ARGUMENT, "the C library refuses the format");
        sent = 0;
    } else if ((size_t)length < sizeof text) {
        sent = mmi_send(stream, text, length);
    } else {
        sent = send_long(stream, format, again, length);
    }
    va_end(again);
    va_end(arguments);
    return sent;
}

/* The variadic arguments of each action are those of the table at SMTPReqCallback. */
int mmi_call_request(SMTPReqCallback callback, ServerStream *stream, char *reqname, int action, const char *text1,
                     const char *text2, const char *text3, int number) {
    switch (action) {
    case ACTION_SMTP_CONNECT:
        return callback(stream, reqname, action, text1);
    case ACTION_SMTP_SENDMSG:
        return callback(stream, reqname, action, text1, text2, text3);
    case ACTION_POP_LOGIN:
        return callback(stream, reqname, action, text1, text2);
    case ACTION_POP_GETMSG:
    case ACTION_POP_DELMSG:
        return callback(stream, reqname, action, number, text1);
    default:
        return callback(stream, reqname, action);
    }
}
