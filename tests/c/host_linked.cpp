// A host of the old days that is linked with the import library, in C++, where SetConfigParam has two overloads. Its
// thread has exceptions of floating-point arithmetic switched on, as Delphi and C++Builder switch them.
#include "check.h"
#include "legacy_prototypes.h"
#include "host.h"
#include <xmmintrin.h>

int main() {
    unsigned int masked = _MM_MASK_DENORM | _MM_MASK_UNDERFLOW | _MM_MASK_INEXACT;

    _MM_SET_EXCEPTION_MASK(masked);
    SetConfigParam(text("from_same_host"), 7);
    CHECK_INT(7, GetConfigParamInt(text("from_same_host")));
    SetConfigParam(text("from_same_host"), text("90"));
    CHECK_INT(90, GetConfigParamInt(text("from_same_host")));
    host_main();
    CHECK_INT(masked, _MM_GET_EXCEPTION_MASK());
    return check_result();
}
