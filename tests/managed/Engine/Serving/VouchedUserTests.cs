using MailModule.Engine.Serving;
using MailModule.Policy;

namespace MailModule.Tests.Engine.Serving;

public class VouchedUserTests
{
    private static readonly Accounts s_accounts = Of("ann;secret;/h/ann;PS", "with/slash;secret;/h/slash;PS");

    [Theory]
    [InlineData("ann", "/h/ann", "")]
    [InlineData("ann/sub", "/h/ann", "sub")]
    [InlineData("ann@example.org/sub", "/h/ann", "sub")]
    [InlineData("ann/lists/friends", "/h/ann", "lists/friends")]
    [InlineData("with/slash", "/h/slash", "")]
    [InlineData("new", "/users/new", "")]
    [InlineData("new/sub", "/users/new", "sub")]
    [InlineData("/sub", "/users/%2Fsub", "")]
    public void A_name_is_a_user_or_a_folder_of_one(string name, string home, string folder)
    {
        Account? account = VouchedUser.Find(s_accounts, name, out string found);
        Assert.Equal((home, folder), (account?.Home, found));
    }

    [Theory]
    [InlineData("ann/")]
    [InlineData("ann/..")]
    [InlineData("ann/../bob")]
    [InlineData("ann//etc/passwd")]
    [InlineData("")]
    public void What_leads_out_of_the_mailbox_is_nobody(string name)
        => Assert.Null(VouchedUser.Find(s_accounts, name, out _));

    [Fact]
    public void Guesses_that_name_folders_count_for_the_user()
        => Assert.Equal(s_accounts.CountedName("ann"), s_accounts.CountedName("Ann@example.org/sub"));

    private static Accounts Of(params string[] users)
        => new(users.Select(Parse), new LocalDomains(["example.org"], _ => false), "shs", "/users");

    private static Account Parse(string text)
    {
        Assert.True(Account.TryParse(text, "/", out Account account, out string error), error);
        return account;
    }
}
