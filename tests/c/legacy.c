/* The old functions from C, linked by the old prototypes. */
#include "check.h"
#include "legacy_prototypes.h"
#include "legacy_calls.h"

int main(void) {
    return legacy_main();
}
