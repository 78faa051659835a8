using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

public unsafe class OpenSslBuffersTests
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public
        | BindingFlags.DeclaredOnly;

    private static int s_exports;

    [ThreadStatic]
    private static int t_isOurs;

    [ThreadStatic]
    private static int t_calls;

    [Fact]
    public void No_other_library_calls_managed_code_on_threads_of_the_host()
        => Assert.Empty(typeof(OpenSslBuffers).Assembly.GetTypes().SelectMany(type => type.GetMethods(All))
            .Where(method => method.IsDefined(typeof(UnmanagedCallersOnlyAttribute)))
            .Select(method => $"{method.DeclaringType}.{method.Name}"));

    [Fact]
    public void Settings_are_ours_between_begin_and_end_on_this_thread()
    {
        if (!OperatingSystem.IsLinux())
            return;
        OpenSslBuffers.SetCalls(&Watch, &SetOurs);
        OpenSslBuffers.BeginOurs();
        Assert.Equal((1, 1), (t_isOurs, t_calls));
        OpenSslBuffers.EndOurs();
        Assert.Equal((0, 2), (t_isOurs, t_calls));
        Assert.Equal(2, s_exports);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Watch(nint newIndex, nint control)
    {
        s_exports = (newIndex != 0 ? 1 : 0) + (control != 0 ? 1 : 0);
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void SetOurs(int ours)
    {
        t_isOurs = ours;
        t_calls++;
    }
}
