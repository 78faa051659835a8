/* A child made by fork that leaves the library alone holds none of its locks, ports and connections. */
#include "server.h"
#include <signal.h>
#include <sys/wait.h>

/* A child that does nothing until it is killed, and no more than it has said so. */
static pid_t passive_child(void) {
    int ready[2];
    char octet;
    CHECK_INT(0, pipe(ready));
    pid_t child = fork();
    if (child == 0) {
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    CHECK_INT(1, read(ready[0], &octet, 1));
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void end_child(pid_t child) {
    CHECK_INT(0, kill(child, 0)); /* it lived till now */
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void child_holds_neither_lock_nor_port_nor_connection(void) {
    struct wire smtp, pop;
    mm_engine *other;
    char root[128];
    server_start(NULL, 0);
    smtp_open(&smtp);
    pop_wait(&pop, "ann", "secret", 0);
    pid_t child = passive_child();
    CHECK_INT(1, wire_pop(&pop, "QUIT"));
    CHECK(!wire_read(&pop));
    wire_close(&pop);
    pop_wait(&pop, "ann", "secret", 0); /* the mailbox's lock is free */
    CHECK_INT(221, wire_smtp(&smtp, "QUIT"));
    CHECK(!wire_read(&smtp));
    wire_close(&smtp);
    wire_close(&pop);
    server_stop();
    server_start(NULL, 0);
    server_stop();
    sprintf(root, "%s/mail", check_folder);
    CHECK_OK(mm_engine_new(&other));
    CHECK_OK(mm_engine_set(other, "mail_root", root));
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    CHECK_OK(mm_queue_get_counts(other, &counts));
    CHECK_OK(mm_engine_free(other));
    end_child(child);
}

/* The whole life of a host that is killed; its child lives on. */
static void host_is_killed(int tell, const char *root) {
    SetConfigParamString("mail_root", root);
    SetConfigParamString("smtp_bind", "127.0.0.1");
    SetConfigParamString("pop_bind", "127.0.0.1");
    server_start(NULL, 0);
    pid_t child = passive_child();
    if (write(tell, &child, sizeof child) != sizeof child)
        _exit(1);
    raise(SIGKILL);
}

/* Before the library is used in this process. The host's folder and ports are the next one's too. */
static pid_t make_orphan(const char *root) {
    int told[2];
    pid_t orphan = 0;
    CHECK_INT(0, pipe(told));
    pid_t killed = fork();
    if (killed == 0)
        host_is_killed(told[1], root);
    waitpid(killed, NULL, 0);
    CHECK_INT(sizeof orphan, read(told[0], &orphan, sizeof orphan));
    close(told[0]);
    close(told[1]);
    return orphan;
}

int main(void) {
    char root[128];
    int ports[2] = {check_free_port(), check_free_port()};
    sprintf(root, "%s/mail", check_make_folder());
    smtp_port = ports[0];
    pop_port = ports[1];
    pid_t orphan = make_orphan(root);
    SetConfigParamString("mail_root", root);
    SetConfigParamString("smtp_name", "example.org");
    SetConfigParamString("smtp_bind", "127.0.0.1");
    SetConfigParamString("pop_bind", "127.0.0.1");
    SetConfigParamString("user", "ann;secret;;PS");
    child_holds_neither_lock_nor_port_nor_connection();
    CHECK_INT(0, kill(orphan, SIGKILL)); /* it lived till now */
    return check_result();
}
