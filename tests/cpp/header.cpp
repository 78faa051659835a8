// The wrapper alone, twice: it needs nothing before it, and guards itself.
#include <mailmodule.hpp>
#include <mailmodule.hpp>
