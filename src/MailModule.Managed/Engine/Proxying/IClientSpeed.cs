namespace MailModule.Engine.Proxying;

/// <summary>How fast a client gets what another server sends it (<c>pop_speed</c>).</summary>
internal interface IClientSpeed
{
    /// <summary>Octets that it may have at once.</summary>
    int Piece { get; }

    /// <summary>For so long it gets nothing.</summary>
    TimeSpan Wait { get; }

    /// <summary>It has got so many.</summary>
    void Add(int octets);
}
