/* curl_send: the same messages as client_send, by libcurl: one transfer after the other, the connection kept. */
#include "tool.h"
#include <curl/curl.h>

static char *text;
static size_t length;

static size_t give(char *buffer, size_t size, size_t items, void *at) {
    size_t *given = at;
    size_t count = size * items < length - *given ? size * items : length - *given;
    memcpy(buffer, text + *given, count);
    *given += count;
    return count;
}

int main(int argc, char **argv) {
    char url[64];
    long taken = 0;
    size_t at = 0;
    tool_init(argc, argv);
    long count = option_number("msgs", 10000);
    text = make_message((size_t)option_number("size", 1024), &length);
    snprintf(url, sizeof url, "smtp://127.0.0.1:%ld/load.example.org", option_number("port", 0));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int64_t began = now_ns(), cpu = own_cpu_us();
    CURL *curl = curl_easy_init();
    struct curl_slist *to = curl_slist_append(NULL, "<b@example.net>");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "<a@example.org>");
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &at);
    for (long i = 0; i < count; i++, at = 0) {
        CURLcode code = curl_easy_perform(curl);
        if (code != CURLE_OK)
            fail(curl_easy_strerror(code));
        taken++;
    }
    say_sent(taken, began, cpu);
    curl_easy_cleanup(curl);
    curl_slist_free_all(to);
    return taken != count;
}
