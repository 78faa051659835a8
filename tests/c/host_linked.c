/* A host of the old days that is linked with the import library, in C. */
#include "check.h"
#include "legacy_prototypes.h"
#include "host.h"

int main(void) {
    return host_main();
}
