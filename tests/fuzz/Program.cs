using MailModule.Tests.Fuzz.Targets;
using SharpFuzz;

// list                    the names of the targets
// instrument FILE         changes the copy of MailModule.Managed.dll that this program does not use yet
// fuzz TARGET             for afl-fuzz, which gives inputs one after another
// check TARGET FILE...    each file once; what a property says of it; ends with 1 if one does not hold
string command = args.Length > 0 ? args[0] : "";
if (command == "list")
    return List();
if (command == "instrument" && args.Length == 2)
    return Instrument(args[1]);
if (args.Length < 2 || FuzzTarget.Find(args[1]) is not { } target)
    return Misused();
return command switch
{
    "fuzz" => Fuzz(target),
    "check" => args[2..].Count(file => !Holds(target, file)) > 0 ? 1 : 0,
    _ => Misused(),
};

static int List()
{
    foreach (FuzzTarget target in FuzzTarget.All)
        Console.WriteLine(target.Name);
    return 0;
}

static int Instrument(string file)
{
    Fuzzer.Instrument(file, static _ => true, Options.Value);
    return 0;
}

static int Fuzz(FuzzTarget target)
{
    var input = new MemoryStream();
    Fuzzer.Run(stream =>
    {
        input.SetLength(0);
        stream.CopyTo(input);
        // The first input may be read before afl-fuzz has written it; one that reaches no counter would end afl-fuzz.
        if (input.Length == 0)
            input.Write(new byte[4]);
        target.Check(input.ToArray());
    });
    return 0;
}

static bool Holds(FuzzTarget target, string file)
{
    try
    {
        target.Check(File.ReadAllBytes(file));
        return true;
    }
    catch (Exception found)
    {
        Console.WriteLine($"{file}: {found}");
        return false;
    }
}

static int Misused()
{
    Console.Error.WriteLine("list | instrument FILE | fuzz TARGET | check TARGET FILE...");
    return 2;
}
