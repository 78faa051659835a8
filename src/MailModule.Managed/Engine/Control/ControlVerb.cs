namespace MailModule.Engine.Control;

/// <summary>What a request asks for; a number, once released, keeps its meaning (decision 0047).</summary>
internal enum ControlVerb : byte
{
    Counts = 1,
    List = 2,
    Find = 3,
    Retry = 4,
    Hold = 5,
    Release = 6,
    Remove = 7,
    Redirect = 8,
    OpenContent = 9,
    ReadContent = 10,
    BeginMessage = 11,
    AddContent = 12,
    EndMessage = 13,
}
