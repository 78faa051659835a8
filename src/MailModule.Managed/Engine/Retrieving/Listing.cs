namespace MailModule.Engine.Retrieving;

/// <summary>What the lines of an answer list.</summary>
internal enum Listing
{
    None,
    Sizes,
    UniqueIds,
}
