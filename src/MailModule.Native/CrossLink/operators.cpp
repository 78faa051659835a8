// The operators of C++ that the runtime's objects use; all of them are built without exceptions.
extern "C" {
#include "startup.h"
void *malloc(__SIZE_TYPE__ size);
void free(void *memory);
}

namespace std {
struct nothrow_t {};
extern const nothrow_t nothrow;
const nothrow_t nothrow = {};
} // namespace std

static const unsigned fatal_exit = 7; // FAST_FAIL_FATAL_APP_EXIT

static void *allocate(__SIZE_TYPE__ size) {
    return malloc(size ? size : 1);
}

static void *must_allocate(__SIZE_TYPE__ size) {
    void *memory = allocate(size);
    if (!memory)
        end_process(fatal_exit);
    return memory;
}

void *operator new(__SIZE_TYPE__ size) {
    return must_allocate(size);
}

void *operator new[](__SIZE_TYPE__ size) {
    return must_allocate(size);
}

void *operator new(__SIZE_TYPE__ size, const std::nothrow_t &) noexcept {
    return allocate(size);
}

void *operator new[](__SIZE_TYPE__ size, const std::nothrow_t &) noexcept {
    return allocate(size);
}

void operator delete(void *memory) noexcept {
    free(memory);
}

void operator delete[](void *memory) noexcept {
    free(memory);
}

void operator delete(void *memory, __SIZE_TYPE__) noexcept {
    free(memory);
}

void operator delete[](void *memory, __SIZE_TYPE__) noexcept {
    free(memory);
}
