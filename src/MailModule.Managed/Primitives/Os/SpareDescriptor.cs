using Microsoft.Win32.SafeHandles;

namespace MailModule.Primitives.Os;

/// <summary>
/// A descriptor held in reserve: closed for the moment in which the process needs one and has no other.
/// </summary>
internal sealed class SpareDescriptor : IDisposable
{
    private readonly Lock _lock = new();
    private SafeFileHandle? _held;
    private bool _isDisposed;

    public SpareDescriptor() => Open();

    public bool TryClose()
    {
        lock (_lock)
        {
            if (_held is null)
                return false;
            _held.Dispose();
            _held = null;
            return true;
        }
    }

    /// <summary>
    /// Tries to open it again; where another thread took the last descriptor, the next call may succeed.
    /// </summary>
    public void Reopen()
    {
        lock (_lock)
            if (_held is null && !_isDisposed)
                Open();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _held?.Dispose();
            _held = null;
        }
    }

    private void Open()
    {
        try
        {
            _held = File.OpenHandle(SystemFiles.Nothing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _held = null;
        }
    }
}
