/* Options of a command line, as everybody writes them: --name=value, --name value, -n value, -nvalue, and -- before
 * words that begin with a dash. */
#include "command.h"
#include <ctype.h>
#include <errno.h>

void add_text(struct text_list *list, const char *text) {
    list->items = allocate(list->items, (size_t)(list->count + 1) * sizeof *list->items);
    list->items[list->count++] = text;
}

/* So many letters are too many, missing or wrong; the words are short. */
static int distance(const char *one, const char *other) {
    enum { LONGEST = 32 };
    size_t first = strlen(one), second = strlen(other);
    int row[LONGEST + 1];
    if (first > LONGEST || second > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= second; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= first; i++) {
        int corner = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= second; j++) {
            int change = corner + (tolower((unsigned char)one[i - 1]) != tolower((unsigned char)other[j - 1]));
            corner = row[j];
            row[j] = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            if (change < row[j])
                row[j] = change;
        }
    }
    return row[second];
}

const char *nearest_word(const char *word, const char *const *words, int count) {
    const char *nearest = NULL;
    int least = strlen(word) < 4 ? 2 : 3;
    for (int i = 0; i < count; i++) {
        int found = distance(word, words[i]);
        if (found < least) {
            nearest = words[i];
            least = found;
        }
    }
    return nearest;
}

static int unknown_option(const char *word, const struct option *options) {
    struct text_list names = {NULL, 0};
    char name[64];
    const char *nearest = NULL;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    for (const struct option *option = options; option->name; option++)
        add_text(&names, option->name);
    if (strncmp(name, "--", 2) == 0)
        nearest = nearest_word(name + 2, names.items, names.count);
    free(names.items);
    return nearest
               ? fail(EXIT_USAGE, "unknown option %s; did you mean --%s?", name, nearest)
               : fail(EXIT_USAGE, "unknown option %s; mailmodule %s --help lists those there are", name, command_name);
}

static const struct option *find_option(const char *word, const struct option *options, const char **value) {
    size_t length = strcspn(word, "=");
    *value = word[length] ? word + length + 1 : NULL;
    for (const struct option *option = options; option->name; option++) {
        int is_long = strncmp(word, "--", 2) == 0 && strlen(option->name) == length - 2 &&
                      strncmp(word + 2, option->name, length - 2) == 0;
        int is_short = word[1] != '-' && option->letter == word[1];
        if (is_short)
            *value = word[2] ? word + 2 : NULL;
        if (is_long || is_short)
            return option;
    }
    return NULL;
}

/* How many words it took; 0: what is wrong has been said. */
static int take_option(int count, char **words, const struct option *options) {
    const char *value;
    const struct option *option = find_option(words[0], options, &value);
    if (!option)
        return unknown_option(words[0], options), 0;
    if (option->flag) {
        *option->flag = 1;
        return value ? (fail(EXIT_USAGE, "option --%s takes no value", option->name), 0) : 1;
    }
    int taken = value ? 1 : 2;
    if (!value && count < 2)
        return fail(EXIT_USAGE, "option --%s needs a value", option->name), 0;
    value = value ? value : words[1];
    if (option->text)
        *option->text = value;
    else
        add_text(option->list, value);
    return taken;
}

int read_options(int count, char **words, const struct option *options, struct text_list *rest) {
    int ended = 0;
    for (int i = 0; i < count;) {
        if (!ended && strcmp(words[i], "--") == 0) {
            ended = 1;
            i++;
        } else if (!ended && words[i][0] == '-' && words[i][1]) {
            int taken = take_option(count - i, words + i, options);
            if (!taken)
                return EXIT_USAGE;
            i += taken;
        } else {
            add_text(rest, words[i++]);
        }
    }
    return 0;
}

int read_number(const char *option, const char *text, long least, long most, long *number) {
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    if (*text && !*end && errno == 0 && *number >= least && *number <= most)
        return 1;
    fail(EXIT_USAGE, "option --%s: not a number from %ld to %ld", option, least, most);
    return 0;
}
