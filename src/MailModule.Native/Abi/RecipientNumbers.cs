using MailModule.Engine.Sending;

namespace MailModule.Native.Abi;

/// <summary>
/// Finds the number of a recipient by its address. An address that was added twice is final twice: the first time its
/// number is that of the first.
/// </summary>
internal sealed class RecipientNumbers
{
    private readonly Dictionary<string, Queue<int>> _byAddress = [];

    /// <param name="sending">With all of its recipients.</param>
    public RecipientNumbers(ISending sending)
    {
        for (int i = 0; i < sending.RecipientCount; i++)
        {
            string address = sending.ResultOf(i).Recipient.Text;
            if (!_byAddress.TryGetValue(address, out var numbers))
                _byAddress.Add(address, numbers = new Queue<int>(1));
            numbers.Enqueue(i);
        }
    }

    /// <param name="isFinal">The next one of the same address is another recipient.</param>
    public int Of(string address, bool isFinal)
    {
        if (!_byAddress.TryGetValue(address, out var numbers))
            return -1;
        return isFinal && numbers.Count > 1 ? numbers.Dequeue() : numbers.Peek();
    }
}
