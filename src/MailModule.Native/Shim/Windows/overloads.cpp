// What a host asks for that Microsoft's compiler makes against the old header, whose SetConfigParam has two overloads.
// A part of mailmodule.lib: the DLL itself exports what other systems do.
extern "C" __declspec(dllimport) void __cdecl SetConfigParamInt(const char *param, int val);
extern "C" __declspec(dllimport) void __cdecl SetConfigParamString(const char *param, const char *val);

void __cdecl SetConfigParam(char *param, int val) {
    SetConfigParamInt(param, val);
}

void __cdecl SetConfigParam(char *param, char *val) {
    SetConfigParamString(param, val);
}
