using System.Collections;
using System.Reflection;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;
using MailModule.Mail.Logins.Server;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Spool;
using MailModule.Tests.Engine.Serving.Handlers;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Logins that a host's handlers judge: nothing of what proves them outlives the step.</summary>
public sealed class HandledLoginTests : IDisposable
{
    private const string Hidden = "hidden-and-forgotten";

    // RFC 7677 §3: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    private const string Scram = "SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=";

    private readonly Workers _workers = new(4);
    private readonly SpoolRun _run
        = new(new SpoolOptions { Directory = "/spool", Disk = new SimulatedDisk(), RunJob = work => work.Run() });

    private HandledBackend _backend = null!;

    public void Dispose()
    {
        _run.Dispose();
        Assert.True(_workers.Stop(Loopback.Loop.Long));
    }

    public static TheoryData<string, int, string> Logins => new()
    {
        { Token, HandlerVerdict.Accept, "235" },
        { Token, HandlerVerdict.Reject, "334" },
        { Token, 454, "454" },
        { Token, HandlerVerdict.Close, "421" },
        { Token, HandlerVerdict.Continue, "334" },
        { Password, HandlerVerdict.Accept, "235" },
        { Scram, HandlerVerdict.Accept, "334" },
        { Scram, HandlerVerdict.Reject, "334" },
        { Scram, HandlerVerdict.Error, "451" },
        { Scram, HandlerVerdict.Close, "421" },
    };

    private static string Token => "XOAUTH2 " + Base64($"user=ann\u0001auth=Bearer {Hidden}\u0001\u0001");
    private static string Password => "PLAIN " + Base64($"\0ann\0{Hidden}");

    [Theory]
    [MemberData(nameof(Logins))]
    public void What_proves_a_login_is_not_kept_behind_the_step(string command, int verdict, string reply)
    {
        bool isThere = false;
        var table = new TestTable(HandlerSteps.Auth | HandlerSteps.Secret)
        {
            Answer = (step, session) =>
            {
                if (step == HandlerSteps.Secret)
                    Assert.Equal(Fault.None, session.SetSecret(Hidden));
                isThere |= IsKept(_backend.Calls);
                return verdict;
            },
        };
        using SteppedClient client = Begin(table);
        client.Send("EHLO c\r\n");
        Assert.StartsWith(reply, client.Send($"AUTH {command}\r\n"), StringComparison.Ordinal);
        Assert.True(isThere);
        Assert.False(IsKept(_backend.Calls));
    }

    private SteppedClient Begin(ISmtpHandlers table)
    {
        var nobody = new HostCallback(null, RequestAction.None, Inline: false);
        var settings = new EngineSettings(Log.None);
        var own = new SmtpBackend(
            new SmtpDependencies(_run.Spool, _workers.Run, nobody, () => settings.Current.Relay, Log.None), null);
        _backend = new HandledBackend(
            own, new HandlerSet([table], null, _workers.Run, new PendingAnswers(TimeProvider.System), Log.None));
        var options = new SmtpServerOptions
        {
            OfferAuth = true,
            Mechanisms = MechanismSet.XOAuth2 | MechanismSet.Plain | MechanismSet.ScramSha256,
        };
        return new SteppedClient("198.51.100.7", options, _backend);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    /// <summary>What is hidden is in some field of the calls' own objects, as text or octets.</summary>
    private static bool IsKept(HandlerCalls calls)
        => new object?[] { calls.Arguments, calls.Findings, calls.Reply }.Any(Holds);

    private static bool Holds(object? value) => value switch
    {
        null => false,
        string text => text.Contains(Hidden, StringComparison.Ordinal),
        ReadOnlyMemory<byte> octets => octets.Span.IndexOf(Encoding.ASCII.GetBytes(Hidden)) >= 0,
        IEnumerable all => all.Cast<object?>().Any(Holds),
        _ => value.GetType() is { IsPrimitive: false, IsEnum: false } type
            && type.Namespace!.StartsWith("MailModule", StringComparison.Ordinal)
            && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Any(field => Holds(field.GetValue(value))),
    };
}
