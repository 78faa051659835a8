# Windows x64, built elsewhere by mingw-w64 and run there by wine: samples and tests for out/win-x64/mailmodule.dll.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)
# The one of Debian's two that has std::thread and std::mutex.
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CLANG_TARGET x86_64-pc-windows-msvc)

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(MAILMODULE_OUT "${root}/out/win-x64" CACHE PATH "Where build.sh has put the DLL and its import libraries")
set(CMAKE_CROSSCOMPILING_EMULATOR "${root}/scripts/wine.sh")
