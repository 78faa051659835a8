/* What the parts of sizes.c share: which functions of the header are to be tried, and what that takes. */
#ifndef SIZES_H
#define SIZES_H

#include "clients.h"
#include "declared.h"
#include <stdint.h>

/* A declaration up to its ";" that takes a number by value, or a pointer to a structure that begins with its size. */
static int has_size(const char *parameters) {
    static const char *const sized[] = {"int ",
                                        "size_t ",
                                        "int64_t ",
                                        "mm_socket ",
                                        "_options *",
                                        "_handlers *",
                                        "mm_send_result *",
                                        "mm_queue_counts *",
                                        "mm_queue_message *",
                                        "mm_queue_recipient *",
                                        "mm_import_result *",
                                        "mm_fetch_account *",
                                        "mm_fetch_result *",
                                        "mm_mail *",
                                        "mm_mailbox_message *",
                                        "mm_mailbox_delivery *",
                                        "mm_transport *",
                                        "mm_smtp_reply *",
                                        "mm_pop3_reply *",
                                        "mm_pop3_entry *",
                                        "mm_error_detail *",
                                        "mm_smtp_message *",
                                        "mm_smtp_recipient *",
                                        "mm_part *",
                                        "mm_field *",
                                        "mm_address *",
                                        "mm_parameter *",
                                        "mm_attachment *",
                                        "mm_session_info *",
                                        "mm_session_rcpt *",
                                        "mm_session_check *",
                                        "mm_auth_result *",
                                        "mm_auth_query *"};
    for (size_t i = 0; i < sizeof sized / sizeof sized[0]; i++)
        for (const char *at = parameters; (at = strstr(at, sized[i])) != NULL; at++)
            if (sized[i][strlen(sized[i]) - 1] == '*' || (at[strlen(sized[i])] != '*' && !isalnum(at[-1])))
                return 1;
    return 0;
}

#define TRY(name) calling(#name)

/* No file may pass 16 MiB: so what would fill the disk fails soon. Where that cannot be had, it is not written. */
static int files_are_limited;

/* qemu takes ten seconds to look through two gibibytes for the end of a line. */
enum { LARGEST_CONTENT = BY_QEMU ? 128 << 20 : INT32_MAX };

/* Two gibibytes that cost nothing; a write to them is a fault. */
static const char *nothing_but_zeros(void) {
    void *place = map_zeros((size_t)INT32_MAX + 1, 0);
    CHECK(place);
    return place;
}

/* One structure of a family: any size but its own, and none above it, is refused. */
#define SIZES_REFUSED(structure, call)                                                                                 \
    do {                                                                                                               \
        size_t own = (structure).size, odd[] = {0, 1, own - 1, 4097, SIZE_MAX};                                        \
        for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {                                                      \
            (structure).size = odd[i];                                                                                 \
            CHECK_INT(MM_E_ARGUMENT, call);                                                                            \
        }                                                                                                              \
        (structure).size = own;                                                                                        \
    } while (0)

#endif
