// The old functions from C++, where SetConfigParam has two overloads with C++ linkage.
#include "check.h"
#include "legacy_prototypes.h"
#include "legacy_calls.h"

int main() {
    SetConfigParam(text("from_same_host"), 7);
    CHECK_INT(7, GetConfigParamInt(text("from_same_host")));
    SetConfigParam(text("from_same_host"), text("9"));
    CHECK_INT(9, GetConfigParamInt(text("from_same_host")));
    return legacy_main();
}
