/* The program "mailmodule": finds the command, and shows its help. */
#include "command.h"
#include "system.h"

static const struct command *const commands[] = {&send_command, &queue_command,    &import_command,   &check_command,
                                                 &mx_command,   &password_command, &dkim_key_command, &serve_command};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const char help[] =
    "usage: mailmodule COMMAND [OPTION...] [WORD...]\n"
    "       mailmodule COMMAND --help\n"
    "\n"
    "Sends mail, looks after the queue of a mail host, and runs one, by the library MailModule.\n"
    "\n"
    "commands:\n"
    "  send       sends a message, through the queue, a server, or the recipients' own servers\n"
    "  queue      shows and steers the queue of an engine that runs\n"
    "  import     takes over mailboxes and queue of the old module\n"
    "  check      says what is wrong or risky in a configuration file\n"
    "  mx         finds the mail hosts of a domain\n"
    "  password   makes the stored form of a password\n"
    "  dkim-key   makes a key for signatures, and its record for the DNS\n"
    "  serve      runs a mail host in the foreground\n"
    "\n"
    "options:\n"
    "  --help     this text; behind a command, the command's\n"
    "  --version  the version of the program and of the library\n"
    "\n"
    "exit codes:\n"
    "  0          it is done\n"
    "  64         the command line is wrong\n"
    "  others     the commands say which\n"
    "\n"
    "files:\n"
    "  mailmodule.cfg  the settings, in the working directory, where --config names no other\n";

static int show_version(void) {
    printf("mailmodule %s (library %s)\n", MM_VERSION, mm_version());
    return finish_output(EXIT_OK);
}

static int show_help(const char *text) {
    fputs(text, stdout);
    return finish_output(EXIT_OK);
}

static const struct command *find_command(const char *name) {
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name) {
    const char *names[COMMANDS];
    for (int i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *nearest = nearest_word(name, names, COMMANDS);
    return nearest ? fail(EXIT_USAGE, "unknown command %s; did you mean %s?", name, nearest)
                   : fail(EXIT_USAGE, "unknown command %s; mailmodule --help lists those there are", name);
}

static int asks_help(int count, char **words) {
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return 1;
    return 0;
}

static int run_help(const char *name) {
    const struct command *command = name ? find_command(name) : NULL;
    if (name && !command)
        return unknown_command(name);
    return show_help(command ? command->help : help);
}

int main(int count, char **words) {
    words = words_of(&count, words);
    fill_standard_files();
    if (count < 2) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    const char *name = words[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return show_help(help);
    if (strcmp(name, "help") == 0)
        return run_help(count > 2 ? words[2] : NULL);
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0)
        return show_version();
    const struct command *command = find_command(name);
    if (!command)
        return unknown_command(name);
    command_name = command->name;
    if (asks_help(count - 2, words + 2))
        return show_help(command->help);
    return command->run(count - 2, words + 2);
}
