/* What the tests ask of the operating system, by the same names everywhere. */
#ifndef SYSTEM_H
#define SYSTEM_H

#ifdef _WIN32
#include "system_windows.h"
#else
#include "system_posix.h"
#endif

#endif
