using MailModule.Transport;

namespace MailModule.Engine.Proxying;

/// <summary>
/// The connection to the other server: first the login, then the far half of a proxied session. What the server says is
/// given on as it is; when the client takes nothing, the server is not read.
/// </summary>
/// <param name="idle">How long nothing may be said behind the login.</param>
/// <param name="runJob">Runs what may take long.</param>
/// <param name="told">Hears how the login came out, once.</param>
internal sealed class RemoteServerSession(
    RemoteLoginDialogue dialogue, PipeEnd end, Connection connection, TimeSpan idle, Action<IJob> runJob,
    Action<RemoteLoginOutcome> told)
    : ISession, IJob
{
    /// <summary>From the connection to the end of the login.</summary>
    public static readonly TimeSpan LoginTime = TimeSpan.FromMinutes(1);

    private bool _isLoggedIn;
    private bool _isTold;
    private bool _isExpired;

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
        => _isLoggedIn ? Pass(ref input, output) : LogIn(ref input, output);

    public void Expire(ExpiryReason reason, Output output) => _isExpired = true;

    public void Closed()
    {
        end.End();
        if (!_isLoggedIn)
            Tell(dialogue.Lost(_isExpired ? "no answer in time" : connection.FaultText ?? "it closed the connection"));
    }

    /// <summary>On a worker: goes on with the login there.</summary>
    void IJob.Run() => connection.Resume();

    private Next LogIn(ref ReadOnlySpan<byte> input, Output output)
    {
        if (dialogue.MayCompute && !input.IsEmpty && !Workers.IsCurrent)
        {
            runJob(this);
            return Next.Wait;
        }
        switch (dialogue.Advance(ref input, connection, output))
        {
            case RemoteLoginStep.Input:
                return Next.Read;
            case RemoteLoginStep.StartTls:
                return Next.StartTls;
        }
        RemoteLoginOutcome outcome = dialogue.Outcome!;
        if (!outcome.IsAccepted)
        {
            input = default;
            Tell(outcome);
            return Next.Close;
        }
        _isLoggedIn = true;
        connection.IdleTimeout = idle;
        connection.SetDeadline(TimeSpan.MaxValue);
        end.Attach(connection);
        Tell(outcome);
        return Pass(ref input, output);
    }

    private Next Pass(ref ReadOnlySpan<byte> input, Output output)
    {
        while (true)
        {
            int count = Math.Min(input.Length, end.Room);
            end.Give(input[..count]);
            input = input[count..];
            end.Take(output, PipeEnd.Capacity);
            if (end.IsOver)
            {
                input = default;
                return Next.Close;
            }
            if (input.IsEmpty)
                return Next.Read;
            if (end.TryWait(1))
                return Next.Wait;
        }
    }

    private void Tell(RemoteLoginOutcome outcome)
    {
        if (_isTold)
            return;
        _isTold = true;
        told(outcome);
    }
}
