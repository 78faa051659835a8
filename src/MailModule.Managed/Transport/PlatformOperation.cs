using System.Net.Sockets;

namespace MailModule.Transport;

/// <summary>
/// Begins operations of the platform's socket engine. They are begun and end on threads of the platform's, where an
/// exception would end the process: so what the system lacks for one (memory, a handle) is an error as any other.
/// </summary>
internal static class PlatformOperation
{
    /// <summary>Null: it is under way, and its completion will be called. Else how it has ended; it is not.</summary>
    public static SocketError? Begin(
        Socket socket, SocketAsyncEventArgs operation, Func<Socket, SocketAsyncEventArgs, bool> start)
    {
        try
        {
            return start(socket, operation) ? null : operation.SocketError;
        }
        catch (ObjectDisposedException)
        {
            return SocketError.OperationAborted;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
        catch (Exception)
        {
            return SocketError.NoBufferSpaceAvailable;
        }
    }
}
