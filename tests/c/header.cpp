#include "mailmodule.h"
