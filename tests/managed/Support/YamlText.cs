using YamlDotNet.RepresentationModel;

namespace MailModule.Tests.Support;

/// <summary>
/// Suites of others that are YAML, read as they are: mappings, lists and texts. Nothing is guessed of types: 0 is "0".
/// </summary>
internal static class YamlText
{
    /// <summary>The documents of a file below <c>tests/vectors</c>; one that is missing is a failure.</summary>
    public static IReadOnlyList<YamlMappingNode> OfFile(params string[] path)
        => Documents(File.ReadAllText(Repository.In(["tests", "vectors", .. path])));

    /// <summary>The documents of a text.</summary>
    public static IReadOnlyList<YamlMappingNode> Documents(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>()];
    }

    /// <summary>The entries of a mapping below a key, in order; none where the key is missing or empty.</summary>
    public static IEnumerable<KeyValuePair<string, YamlNode>> Entries(this YamlNode node, string key)
        => node.Find(key) is YamlMappingNode mapping ? mapping.Entries() : [];

    public static IEnumerable<KeyValuePair<string, YamlNode>> Entries(this YamlMappingNode mapping)
        => mapping.Children.Select(pair => KeyValuePair.Create(pair.Key.Text(), pair.Value));

    /// <summary>What stands below a key; null: nothing does.</summary>
    public static YamlNode? Find(this YamlNode node, string key)
        => node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? found)
            ? found
            : null;

    /// <summary>The text of a scalar, or of the one below a key; empty where it is missing.</summary>
    public static string Text(this YamlNode node) => (node as YamlScalarNode)?.Value ?? "";

    /// <inheritdoc cref="Text(YamlNode)"/>
    public static string Text(this YamlNode node, string key) => node.Find(key)?.Text() ?? "";

    /// <summary>The texts of a list, or the one text that stands in its place.</summary>
    public static IReadOnlyList<string> Texts(this YamlNode node)
        => node is YamlSequenceNode list ? [.. list.Select(Text)] : [node.Text()];
}
