using MailModule.Delivery.Outgoing;

namespace MailModule.Engine.Sending;

/// <summary>Which way an outgoing message takes.</summary>
/// <param name="Host">Name or address of the server, for <see cref="SubmissionRoute.Server"/>; else empty.</param>
/// <param name="Port">1 to 65535, for <see cref="SubmissionRoute.Server"/>; else 0.</param>
public readonly record struct SendRoute(SubmissionRoute Kind, string Host = "", int Port = 0);
