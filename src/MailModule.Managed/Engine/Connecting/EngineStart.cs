using MailModule.Primitives;

namespace MailModule.Engine.Connecting;

/// <summary>
/// The running engine, as its clients see it, started if it does not run; <see cref="Fault.State"/> while it is being
/// stopped.
/// </summary>
internal delegate Fault EngineStart(out OpenClients? running);
