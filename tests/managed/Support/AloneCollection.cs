namespace MailModule.Tests.Support;

/// <summary>
/// Tests that run while no other does: they measure what is the whole process's, its memory or its descriptors.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class AloneCollection
{
    public const string Name = "Alone";
}
