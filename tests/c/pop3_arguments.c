/*
 * Functions of the POP3 client in the wrong order, with arguments that are none, and with handles of another kind.
 */
#include "pop3_clients.h"

/* A handle of the other protocol is none of this one's. */
static void another_kind(void) {
    mm_smtp *smtp = new_client(NULL);
    mm_pop3 *pop3 = new_pop3(NULL);
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_noop((mm_pop3 *)(void *)smtp, NULL));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_cancel((mm_pop3 *)(void *)smtp));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_free((mm_pop3 *)(void *)smtp));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_close((mm_smtp *)(void *)pop3));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_free((mm_smtp *)(void *)pop3));
    CHECK_OK(mm_pop3_free(pop3));
    CHECK_OK(mm_smtp_free(smtp));
}

/* ---- the wrong order ---- */

static void the_wrong_order(void) {
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    char octet;
    size_t length;
    mm_pop3 *pop3 = new_pop3(NULL);
    CHECK_FAILS(MM_E_STATE, mm_pop3_capa(pop3, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_receive(pop3, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_start_tls(pop3, NULL, 0, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_auth_respond(pop3, "", NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_connect(pop3, NULL, 0, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_connect(pop3, "", 110, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_connect(pop3, "127.0.0.1", 65536, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_connect(pop3, "127.0.0.1", peer.port, 64, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_set_timeouts(pop3, -2, 0, 0));
    script_set(&peer, STEPS("+OK", ">", "-ERR", "silent"));
    CHECK_STATUS(MM_POP3_NONE, mm_pop3_connect(pop3, "127.0.0.1", peer.port, MM_POP3_NO_GREETING, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL)); /* the greeting comes first */
    CHECK_STATUS(MM_POP3_OK, mm_pop3_receive(pop3, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_start_tls(pop3, NULL, 0, NULL)); /* nobody has granted it */
    CHECK_FAILS(MM_E_STATE, mm_pop3_auth_respond(pop3, "", NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_next(pop3, &entry));
    CHECK_FAILS(MM_E_STATE, mm_pop3_read(pop3, &octet, 1, &length));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_next(pop3, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_read(pop3, NULL, 1, &length));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_read(pop3, &octet, 0, &length));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_read(pop3, &octet, 1, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_retr(pop3, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_top(pop3, 1, -1, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_retr_all(pop3, NULL, 1, -1, NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_user(pop3, NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_login(pop3, "ann", NULL, 0, NULL));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_retr(pop3, 1, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_read(pop3, &octet, 1, &length)); /* a refusal has no lines */
    CHECK_OK(mm_pop3_close(pop3));
    CHECK_OK(mm_pop3_close(pop3));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_OK(mm_pop3_free(pop3));
    CHECK_TEXT("RETR 1\n", script_heard(&peer));
}

int main(void) {
    server_settings();
    script_start(&peer);
    another_kind();
    the_wrong_order();
    script_stop(&peer);
    server_stop();
    return check_result();
}
