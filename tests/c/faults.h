/* What of the census differs by system: who is told of signals and faults, what threads block, how a fault ends a
 * process. */
#ifndef FAULTS_H
#define FAULTS_H

#include "check.h"

#ifdef _WIN32
#include "faults_windows.h"
#else
#include "faults_posix.h"
#endif

#endif
