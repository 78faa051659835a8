#include <mailmodule.h>
#include <stdio.h>

int main(void) {
    printf("MailModule %s, ABI %d\n", mm_version(), (int)mm_abi_version());
    return 0;
}
