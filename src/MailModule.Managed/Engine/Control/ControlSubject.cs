using MailModule.Delivery.Queue;
using MailModule.Engine.Sending;
using MailModule.Primitives;

namespace MailModule.Engine.Control;

/// <summary>Begins a message for the queue. <see cref="Fault.Argument"/>: no sender.</summary>
internal delegate Fault NewMessage(string from, out ISending? message);

/// <summary>What a control connection sees and steers.</summary>
internal sealed record ControlSubject(IMailQueue Queue, NewMessage NewMessage);
