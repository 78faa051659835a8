/* What a signature costs: dkim_sign KEYFILE DOMAIN SELECTOR COUNT MESSAGE
 *
 * Makes a message of 10 KiB, signs it COUNT times by mm_dkim_sign, which reads and hashes it each time, and as often
 * makes a signature by OpenSSL alone, in turns of a tenth; in the same turns OpenSSL alone does what verifying needs of
 * it, a hash of so large a text and the check of a signature. Says the processor's time of each, in microseconds, and
 * leaves the signed message in the file MESSAGE. */
#include <mailmodule.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TURNS = 10, MESSAGE_SIZE = 10 * 1024, LINE = 78 };

static char message[MESSAGE_SIZE + LINE + 1], fields[4096];
static size_t message_size, fields_size;

static double cpu_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void make_message(const char *domain) {
    message_size = (size_t)snprintf(message, sizeof message,
                                    "From: <load@%s>\r\nTo: <user@example.org>\r\nSubject: load\r\n"
                                    "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@%s>\r\n\r\n",
                                    domain, domain);
    while (message_size < MESSAGE_SIZE) {
        memset(message + message_size, 'a' + (int)(message_size % 26), LINE);
        memcpy(message + message_size + LINE - 2, "\r\n", 2);
        message_size += LINE;
    }
}

static int sign_ours(int count) {
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    query.message = message;
    query.message_size = message_size;
    for (int i = 0; i < count; i++)
        if (mm_dkim_sign(mm_engine_default(), NULL, &query, fields, sizeof fields, &fields_size) != MM_OK)
            return fprintf(stderr, "%s\n", mm_last_error_message()), -1;
    return 0;
}

static unsigned char signature[512];
static size_t signature_size;

static int sign_alone(EVP_PKEY *key, int count) {
    for (int i = 0; i < count; i++) {
        size_t size = sizeof signature;
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        int done = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                   EVP_DigestSign(context, signature, &size, (const unsigned char *)fields, 300) == 1;
        EVP_MD_CTX_free(context);
        signature_size = size;
        if (!done)
            return fprintf(stderr, "OpenSSL does not sign\n"), -1;
    }
    return 0;
}

static int verify_alone(EVP_PKEY *key, int count) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    for (int i = 0; i < count; i++) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        int done = context && EVP_Digest(message, message_size, hash, NULL, EVP_sha256(), NULL) == 1 &&
                   EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                   EVP_DigestVerify(context, signature, signature_size, (const unsigned char *)fields, 300) == 1;
        EVP_MD_CTX_free(context);
        if (!done)
            return fprintf(stderr, "OpenSSL does not verify\n"), -1;
    }
    return 0;
}

static int write_message(const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(fields, 1, fields_size, file) != fields_size ||
        fwrite(message, 1, message_size, file) != message_size || fclose(file) != 0)
        return perror(path), -1;
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 6 || atoi(argv[4]) < TURNS)
        return fprintf(stderr, "dkim_sign KEYFILE DOMAIN SELECTOR COUNT MESSAGE\n"), 2;
    char setting[1024];
    snprintf(setting, sizeof setting, "%s;%s;%s", argv[2], argv[3], argv[1]);
    SetConfigParamString("dkim", setting);
    int count = atoi(argv[4]) / TURNS;
    FILE *file = fopen(argv[1], "r");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (!key)
        return fprintf(stderr, "%s: no key\n", argv[1]), 1;
    fclose(file);
    make_message(argv[2]);
    double ours = 0, alone = 0, verifying = 0;
    for (int turn = -1; turn < TURNS; turn++) { /* the first warms up */
        double began = cpu_us();
        if (sign_ours(count) < 0)
            return 1;
        double between = cpu_us();
        if (sign_alone(key, count) < 0)
            return 1;
        double signed_by_both = cpu_us();
        if (verify_alone(key, count) < 0)
            return 1;
        if (turn >= 0)
            ours += between - began, alone += signed_by_both - between, verifying += cpu_us() - signed_by_both;
    }
    int all = TURNS * count;
    printf("ours=%.2f openssl=%.2f verifying=%.2f\n", ours / all, alone / all, verifying / all);
    EVP_PKEY_free(key);
    return write_message(argv[5]) < 0 || mm_engine_stop(mm_engine_default(), 10000) != MM_OK;
}
