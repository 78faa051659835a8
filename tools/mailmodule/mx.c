/* mailmodule mx: the mail hosts of a domain. */
#include "command.h"

static const char help[] =
    "usage: mailmodule mx [OPTION...] DOMAIN\n"
    "\n"
    "Finds the hosts that take a domain's mail, in the order in which they are tried: preference, name, and IPv4\n"
    "addresses.\n"
    "\n"
    "options:\n"
    "  --json             an array of objects with preference, name and addresses\n"
    "  --dns SERVERS      ip[:port] of resolvers, commas between; else the setting smtp_dns, else the system's\n"
    "  -c, --config FILE  whose settings are used; else mailmodule.cfg, if that is there\n"
    "\n"
    "exit codes:\n"
    "  0   at least one host was found\n"
    "  64  the command line is wrong\n"
    "  65  it is no domain name\n"
    "  66  the configuration cannot be read\n"
    "  68  there is no such domain, or it has no mail host\n"
    "  69  the domain takes no mail (RFC 7505)\n"
    "  75  it is not known for now\n"
    "  78  the configuration is wrong\n"
    "\n"
    "examples:\n"
    "  mailmodule mx example.org\n"
    "  mailmodule mx --json --dns 192.0.2.53 example.org\n";

enum { HOSTS = 64, ADDRESSES = 12 };

static void address_text(uint32_t address, char *text, size_t size) {
    unsigned char octets[4];
    memcpy(octets, &address, sizeof octets); /* in network order */
    snprintf(text, size, "%d.%d.%d.%d", octets[0], octets[1], octets[2], octets[3]);
}

static void print_host(const MailHostInfo *host, int is_json) {
    char address[16];
    if (is_json) {
        json_number("preference", host->prior, 1);
        json_member("name", host->name, 0);
        fputs(", \"addresses\": [", stdout);
    } else {
        printf("%d %s", (int)host->prior, host->name);
    }
    for (int i = 0; i < ADDRESSES && host->ip[i]; i++) {
        address_text(host->ip[i], address, sizeof address);
        if (is_json)
            printf("%s\"%s\"", i ? ", " : "", address);
        else
            printf(" %s", address);
    }
    if (is_json)
        putchar(']');
}

static int load(const char *config) {
    int error = LoadConfig(config ? config : "mailmodule.cfg");
    if (error == MM_OK || (!config && error == MM_E_NOT_FOUND))
        return 0;
    return fail(error == MM_E_NOT_FOUND || error == MM_E_IO ? EXIT_NO_INPUT : EXIT_CONFIG, "%s",
                mm_last_error_message());
}

static int look_up(const char *domain, int is_json) {
    static MailHostInfo hosts[HOSTS];
    int found = FindMX(domain, hosts, HOSTS);
    if (found == 0)
        return fail_by_library(domain);
    for (int i = 0; i < found; i++) {
        if (is_json)
            fputs(i ? ",\n  {" : "[\n  {", stdout);
        print_host(&hosts[i], is_json);
        fputs(is_json ? "}" : "\n", stdout);
    }
    if (is_json)
        puts("\n]");
    return finish_output(EXIT_OK);
}

static int run(int count, char **words) {
    int is_json = 0;
    const char *dns = NULL, *config = NULL;
    struct text_list rest = {NULL, 0};
    const struct option options[] = {{"json", 0, &is_json, NULL, NULL},
                                     {"dns", 0, NULL, &dns, NULL},
                                     {"config", 'c', NULL, &config, NULL},
                                     {NULL, 0, NULL, NULL, NULL}};
    if (read_options(count, words, options, &rest) != 0)
        return EXIT_USAGE;
    if (rest.count != 1)
        return fail(EXIT_USAGE, "one domain is wanted");
    int code = load(config);
    if (!code && dns) {
        SetConfigParamString("smtp_dns", dns);
        code = mm_last_error() == MM_OK ? 0 : fail(EXIT_USAGE, "--dns: %s", mm_last_error_message());
    }
    if (!code)
        code = look_up(rest.items[0], is_json);
    mm_engine_stop(mm_engine_default(), 0);
    return code;
}

const struct command mx_command = {"mx", help, run};
