/* TLS between a server and a sender of the library's own, by a certificate with an RSA key for this test alone. */
#include "sends.h"

static const char certificate[] = "-----BEGIN CERTIFICATE-----\n"
                                  "MIIC8zCCAdugAwIBAgIBATANBgkqhkiG9w0BAQsFADAUMRIwEAYDVQQDDAlsb2Nh\n"
                                  "bGhvc3QwIBcNMDAwMTAxMDAwMDAwWhgPMjA5OTEyMzEyMzU5NTlaMBQxEjAQBgNV\n"
                                  "BAMMCWxvY2FsaG9zdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBANx8\n"
                                  "4hefkgUKFp/Q6nYLEvEtziRddKFGKrzzMtOLkjfokj6kWd/uKAYV3Hke5z21kdws\n"
                                  "4nQNP91hK1DhpNwAUu0s5wltJ/BzQsr96Wit+BDxa3W9fr9U0mxB4yM4TTwk33DF\n"
                                  "NJ5r1D9iLu2tMNZhSf9r8Zl83EvOaHO5zyvV+vyOzMR1cKWFi9ZIFXfPpddeOiYB\n"
                                  "+ho3rL9oMNu7H03eQE0N3ABbLQAjrf3R+zrQKoTOgGjyECzzPBao/kAPDYbZhsVB\n"
                                  "uaKGAwDaAJhcDusWrGnlmlgolkZO1sT0lEDphsDX+Fj5otOODeIMpmonplji2eLY\n"
                                  "7MNQg/kkv8++tyomjTcCAwEAAaNOMEwwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/\n"
                                  "AAABMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFKV0Oxy+Z9pRbXZoBRVIZUlG\n"
                                  "oQPFMA0GCSqGSIb3DQEBCwUAA4IBAQDXsKbOOVYd7oekDK/dC3PM1bjp0abYC7Mx\n"
                                  "4jbrI4ED2+W63SWTF5MaQARMw1jYw8pajMLbWwsfczymmWIPCGmFAZ9InsA/9r9K\n"
                                  "PD42i+RRHr24+b8OGoHPkDmxY1JK3gpOrShCl9RoaAKbp9WqGiEDrWcAPz/BUUqs\n"
                                  "noLQlF86S4+yyURM4DN1FrGncJGoSMOe/55lPOs8GHKgFByOWFfA35xKbgxV9eOJ\n"
                                  "Qz6u/hBGWenwfoOcdFqJ46b3oVMECGk+DkGl73+h5TRfWtwRCNQorX3ZFoQzcCIN\n"
                                  "39lraGD3Zj1GbUwlWNAfIzlWTtG9ymI6KxbpNQLeSlzvbaGBFYPZ\n"
                                  "-----END CERTIFICATE-----\n";

static const char key[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDcfOIXn5IFChaf\n"
                          "0Op2CxLxLc4kXXShRiq88zLTi5I36JI+pFnf7igGFdx5Huc9tZHcLOJ0DT/dYStQ\n"
                          "4aTcAFLtLOcJbSfwc0LK/elorfgQ8Wt1vX6/VNJsQeMjOE08JN9wxTSea9Q/Yi7t\n"
                          "rTDWYUn/a/GZfNxLzmhzuc8r1fr8jszEdXClhYvWSBV3z6XXXjomAfoaN6y/aDDb\n"
                          "ux9N3kBNDdwAWy0AI6390fs60CqEzoBo8hAs8zwWqP5ADw2G2YbFQbmihgMA2gCY\n"
                          "XA7rFqxp5ZpYKJZGTtbE9JRA6YbA1/hY+aLTjg3iDKZqJ6ZY4tni2OzDUIP5JL/P\n"
                          "vrcqJo03AgMBAAECggEAD+ILI2qCSUylvpN9IE3B6o/DJsl4qll0oLHgOm72dIKT\n"
                          "bmHGe6QbS/ztKeh4/fADdtng4j1GGXtzdFsc1iBL2PwAFKTBWMfkytypoLnPgeDy\n"
                          "PcQNylig492HMDVREwEQ+32pQbRA0OQQv1xXhUny26x59fWRpQBUc+mxq9W5Q9If\n"
                          "U+oUYCHFTeXTHxNfnSjnPEhM8aPeiuEQgD2Hxo38Ieyebzt6Nnh2uSbkXA96/LbN\n"
                          "jFIcn/1xbOBzcDfilfw+04HU5lk1+/wVzgtOjbuXoXBB5nFLcnw7H3yNei92Zy2c\n"
                          "QrSVFp+gaSTTdcB1l4gp1jl0JwnicwZdciQVs4x9YQKBgQD7I0gk/hCDq5SOiWnh\n"
                          "8Ywg9A3xpZ7qitnnEhGIPKRj5CsPKbA5C2BpeoRxN/C88Sv9P4O/xEeam0psNzTe\n"
                          "MA8EHRrNPF8EioRRYB8wkWahbjdKPjTu3E1w14JZdTK0Ujxzp4JiRrdw6MWm8d/p\n"
                          "TQbEn2oPuaKcSgHqrJBRPadXRwKBgQDgwbC5H+J9eaWk7GsmgWuy3Gj8XcccnQQZ\n"
                          "rEU3oBHb+xeYvFGeceEU0KZVTmsArkVkdpzXwD3ND+aNOfacH31pWMi2DhVoI0HL\n"
                          "hL6LVBgw4qJ5KqSLZCqhiXivO5XSIE4BgP8ZVW9disCX+cabsqvpGkKKXvl4JYVj\n"
                          "uU2/y7vykQKBgQDusQTz6+okS2MB6ocRcbP+6heKsiCNyXT700eIliKksoteeP/9\n"
                          "59s1xXW16jZMTmjB5alCDbsErk4Y9ouwFjtfbI45vQSOW10RvutGDRxfmFLCpMdI\n"
                          "s2iDNMG2ZtbPXk4ImpAo+g+GKCcb2k43/rbNELsMwSJVq12Q/3yXSqMPJwKBgQCq\n"
                          "cNf2m4JjivOdrRfYvH6SxejrsKYFQeFRIr3e4AmLG9AaKH1wvYVmBpCM0on8myvO\n"
                          "ctCgII39SxiYcqNcY9j0IbsbrHR5Y3tKviDNgflSYRu67SaY+l4F4D1gDbyg+5SM\n"
                          "OWm6qXppooZI+cauXgFWJW7ehgWDIlkUdfrK/tJJsQKBgArWASCP6+hQHcbALbxi\n"
                          "9b5fzRe5sq47EL6SfHwWxg/PX2FjQenSaOJpAC/AFBC/SiCs1O6/xgwgKWHU1CiE\n"
                          "ofdqfMijJ7SN73N4f2V1oMO0Bez9YlcAefmvQVDxiB2lZVAywpkZcfwVF3oL1wyw\n"
                          "/THZPKma4ksbpa37uGShLUrm\n"
                          "-----END PRIVATE KEY-----\n";

static void settings_of_tls(void) {
    char path[128];
    sprintf(path, "%s/pair.pem", check_folder);
    FILE *file = fopen(path, "wb");
    fputs(certificate, file);
    fputs(key, file);
    fclose(file);
    CHECK_OK(mm_engine_set(mm_engine_default(), "smtp_tls", "1"));
    CHECK_OK(mm_engine_set(mm_engine_default(), "tls_cert_file", path));
    CHECK_OK(mm_engine_set(mm_engine_default(), "tls_cafile", path));
}

/* A message to our server, with TLS or not at all. */
static mm_send *new_by_tls(const char *host, int tls_check) {
    mm_send_options options = to_remote();
    options.host = host;
    options.port = smtp_port;
    options.tls = MM_TLS_REQUIRED;
    options.tls_check = tls_check;
    mm_send *send = new_send(&options, "ann@example.org");
    CHECK_OK(mm_send_write(send, "Subject: tls\n\nx\n", 16));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    return send;
}

static void is_taken_by_tls(const char *host, int tls_check, int is_checked) {
    mm_send *send = new_by_tls(host, tls_check);
    mm_send_result result = result_of(send, 0);
    CHECK_INT(MM_OK, result.error);
    CHECK(strncmp(result.tls, "TLS", 3) == 0);
    CHECK_INT(is_checked, result.tls_checked);
    CHECK_OK(mm_send_free(send));
}

static void a_wrong_name_is_refused(void) {
    mm_send *send = new_by_tls("127.0.0.2", MM_TLS_CHECK_ALWAYS);
    CHECK_INT(MM_E_TLS, outcome_of(send));
    CHECK_OK(mm_send_free(send));
}

int main(void) {
    server_settings();
    CHECK_OK(mm_engine_set(mm_engine_default(), "smtp_bind", "0.0.0.0"));
    settings_of_tls();
    if (by_wine()) {
        CHECK_INT(MM_E_TLS, SetSMTPServer(NULL, smtp_port, 0));
        CHECK(strstr(mm_last_error_message(), "cryptography"));
        return check_failures ? check_result() : check_skipped("tls, a server and a sender", "wine has no RSA");
    }
    CHECK_OK(SetSMTPServer(NULL, smtp_port, 0));
    is_taken_by_tls("127.0.0.2", MM_TLS_CHECK_NEVER, 0);
    is_taken_by_tls("127.0.0.1", MM_TLS_CHECK_ALWAYS, 1);
    a_wrong_name_is_refused();
    server_stop();
    return check_result();
}
