# What must keep registers that the C calling convention does not.

    .text

# The cookie of the frame that is left, in rcx: right, or the process ends. Changes nothing but flags and rcx, and that
# not where it is right.
    .globl __security_check_cookie
    .p2align 4
__security_check_cookie:
    cmpq __security_cookie(%rip), %rcx
    jne __report_gsfailure
    retq

# Before a frame of rax octets is made: touches each page of it, for the stack grows by the page below the last. May
# change r10, r11 and flags.
    .globl __chkstk
    .p2align 4
__chkstk:
    leaq 8(%rsp), %r10
    movq %rax, %r11
1:  cmpq $0x1000, %r11
    jb 2f
    subq $0x1000, %r10
    testq %r10, (%r10)
    subq $0x1000, %r11
    jmp 1b
2:  subq %r11, %r10
    testq %r10, (%r10)
    retq

# Some objects of the runtime's archives are built for control flow guard, which this DLL does not claim to have: then
# these lead to the place itself, and to nothing.
    .p2align 4
call_target:
    jmpq *%rax
    .p2align 4
check_nothing:
    retq

    .section .rdata,"dr"
    .p2align 3
    .globl __guard_dispatch_icall_fptr
__guard_dispatch_icall_fptr:
    .quad call_target
    .globl __guard_check_icall_fptr
__guard_check_icall_fptr:
    .quad check_nothing
