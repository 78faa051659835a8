namespace MailModule.Authentication.Checks;

/// <summary>Hands what is being found out on to all who wait for it.</summary>
internal static class AnswerSource
{
    /// <summary>Sets it to what <paramref name="lookUp"/> comes to, or has failed with.</summary>
    public static async Task SetFrom<T>(this TaskCompletionSource<T> answer, Func<ValueTask<T>> lookUp)
    {
        try
        {
            answer.SetResult(await lookUp().ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            // Whoever waits hears of it.
            answer.TrySetException(exception);
        }
    }
}
