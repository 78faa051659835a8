// A host of the old days that is linked with the import library, in C++, where SetConfigParam has two overloads.
#include "check.h"
#include "legacy_prototypes.h"
#include "host.h"

int main() {
    SetConfigParam(text("from_same_host"), 7);
    CHECK_INT(7, GetConfigParamInt(text("from_same_host")));
    SetConfigParam(text("from_same_host"), text("90"));
    CHECK_INT(90, GetConfigParamInt(text("from_same_host")));
    return host_main();
}
