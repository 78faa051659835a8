/* mm_config_check: all that is wrong with a file, in the order of its lines, and no password in any text. */
#include "check.h"
#include "mailmodule.h"

enum { FINDINGS = 40 };

static struct {
    int severity, line;
    char file[200], key[64], text[400];
} found[FINDINGS];
static int count;

static void on_finding(int severity, const char *file, int line, const char *key, const char *text, void *user) {
    CHECK(user == &count);
    if (count == FINDINGS)
        return;
    CHECK(severity == MM_CONFIG_ERROR || severity == MM_CONFIG_WARNING);
    CHECK(!strstr(text, "secret"));
    found[count].severity = severity;
    found[count].line = line;
    snprintf(found[count].file, sizeof found[count].file, "%s", file);
    snprintf(found[count].key, sizeof found[count].key, "%s", key);
    snprintf(found[count].text, sizeof found[count].text, "%s", text);
    count++;
}

static char path[160], included[160];

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "wb");
    CHECK(file != NULL);
    fputs(text, file);
    fclose(file);
}

static int check(const char *text) {
    int errors = -1;
    write_file(path, text);
    count = 0;
    CHECK_OK(mm_config_check(path, on_finding, &count, &errors));
    for (int i = 1; i < count; i++)
        CHECK(strcmp(found[i].file, found[i - 1].file) != 0 || found[i].line >= found[i - 1].line);
    return errors;
}

/* What was found about a line and a key has these words in it. */
static void tells(int severity, int line, const char *key, const char *words) {
    for (int i = 0; i < count; i++)
        if (found[i].severity == severity && found[i].line == line && strcmp(found[i].key, key) == 0 &&
            strstr(found[i].text, words))
            return;
    fprintf(stderr, "nothing about line %d, %s: %s; but\n", line, key, words);
    for (int i = 0; i < count; i++)
        fprintf(stderr, "  %d: line %d, %s: %s\n", found[i].severity, found[i].line, found[i].key, found[i].text);
    check_failures++;
}

static void all_errors_are_told(void) {
    CHECK_INT(4, check("smtp_port=99999\n\"x\"\nsmtp_max=0 # twice\npop_timeout=x\nasync=1\n"));
    tells(MM_CONFIG_ERROR, 1, "smtp_port", "1 to 65535");
    tells(MM_CONFIG_ERROR, 2, "", "a quote");
    tells(MM_CONFIG_ERROR, 3, "smtp_max", "1 to 1000000");
    tells(MM_CONFIG_ERROR, 4, "pop_timeout", "1 to 86400");
}

static void unknown_keys_are_told_with_the_nearest(void) {
    CHECK_INT(0, check("smtp_prot=2525\n"));
    tells(MM_CONFIG_WARNING, 1, "", "smtp_port");
    CHECK_INT(1, check("strict\nsmtp_prot=2525\n"));
    tells(MM_CONFIG_ERROR, 2, "", "smtp_port");
    CHECK_INT(0, check("\nsecretword=1\n"));
    tells(MM_CONFIG_WARNING, 2, "", "not known");
}

static void risks_are_told(void) {
    CHECK_INT(0, check("smtp_range=0.0.0.0/0\nsmtp6_range=::/0\nplain_auth=always\nsubmission_port=5870\n"
                       "queue_lifetime=10\n"));
    tells(MM_CONFIG_WARNING, 1, "smtp_range", "open relay");
    tells(MM_CONFIG_WARNING, 2, "smtp6_range", "open relay");
    tells(MM_CONFIG_WARNING, 3, "plain_auth", "clear text");
    tells(MM_CONFIG_WARNING, 4, "submission_port", "smtp_tls");
    tells(MM_CONFIG_WARNING, 5, "queue_lifetime", "queue_retry");
    CHECK_INT(0, check("smtp_range=127.0.0.1,10.0.0.0/8 smtp6_range=fd00::/48\n"));
    for (int i = 0; i < count; i++)
        CHECK(!strstr(found[i].text, "relay"));
}

static void what_has_no_effect_and_what_repeats(void) {
    CHECK_INT(0, check("smtpipv6\nasync\nsmtpproxy_user=x\nasync=0\nuser=ann;{PLAIN}secret;;PS\nuser=ann;secret;;P\n"));
    tells(MM_CONFIG_WARNING, 1, "smtpipv6", "no effect");
    tells(MM_CONFIG_WARNING, 3, "smtpproxy_user", "smtpproxy");
    tells(MM_CONFIG_WARNING, 4, "async", "line 2");
    tells(MM_CONFIG_WARNING, 6, "user", "line 5");
    CHECK_INT(0, check("user=ann;;;PS\n"));
    tells(MM_CONFIG_WARNING, 1, "user", "nobody can log in");
}

static void what_loosens_a_check_is_told(void) {
    CHECK_INT(0, check("smtpchktls\nvpncln_tlsigntime\nvpncln_tlsssign\n"));
    tells(MM_CONFIG_WARNING, 2, "vpncln_tlsigntime", "expired");
    tells(MM_CONFIG_WARNING, 3, "vpncln_tlsssign", "proves nothing");
    CHECK_INT(1, check("grp_pop=mail\nvpncln_tlssshstyle\n"));
    tells(MM_CONFIG_ERROR, 2, "vpncln_tlssshstyle", "tls_cafile");
}

static void what_contradicts(void) {
    CHECK_INT(1, check("smtp_port=2525\nsubmission_port=2525\nsmtponlytls\nnosmtptls\n"));
    tells(MM_CONFIG_ERROR, 2, "submission_port", "smtp_port");
    tells(MM_CONFIG_WARNING, 3, "smtponlytls", "smtptls");
    CHECK_INT(1, check("smtp_tls\ntls_cert_file=none.pem\n"));
    tells(MM_CONFIG_ERROR, 2, "tls_cert_file", "no such file");
    CHECK_INT(0, check("tls_cert_file=none.pem\n"));
    tells(MM_CONFIG_WARNING, 1, "tls_cert_file", "no effect");
}

static void included_files(void) {
    write_file(included, "async\nsmtp_port=0\n");
    CHECK_INT(2, check("@more.cfg\n@none.cfg\n"));
    tells(MM_CONFIG_ERROR, 2, "", "no such file");
    tells(MM_CONFIG_ERROR, 2, "smtp_port", "1 to 65535");
    int last = 0;
    for (int i = 0; i < count; i++)
        if (strstr(found[i].file, "more.cfg"))
            last = i;
    CHECK_INT(2, found[last].line);
}

static void what_is_no_file(void) {
    int errors = 1;
    CHECK_INT(MM_E_NOT_FOUND, mm_config_check("none/none.cfg", on_finding, &count, &errors));
    CHECK_INT(0, errors);
    CHECK_INT(MM_E_ARGUMENT, mm_config_check(NULL, on_finding, &count, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_config_check("", on_finding, &count, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_config_check("\xff", on_finding, &count, NULL));
    write_file(path, "smtp_port=0\n");
    CHECK_OK(mm_config_check(path, NULL, NULL, &errors));
    CHECK_INT(1, errors);
    CHECK_OK(mm_config_check(path, NULL, NULL, NULL));
}

int main(void) {
    sprintf(path, "%s/test.cfg", check_make_folder());
    sprintf(included, "%s/more.cfg", check_folder);
    all_errors_are_told();
    unknown_keys_are_told_with_the_nearest();
    risks_are_told();
    what_has_no_effect_and_what_repeats();
    what_loosens_a_check_is_told();
    what_contradicts();
    included_files();
    what_is_no_file();
    return check_result();
}
