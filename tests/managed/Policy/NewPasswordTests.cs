using System.Text;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Tests.Policy;

public class NewPasswordTests
{
    [Theory]
    [InlineData(PasswordForm.ScramSha256)]
    [InlineData(PasswordForm.Pbkdf2Sha256)]
    [InlineData(PasswordForm.Plain)]
    [InlineData(PasswordForm.ScramSha1)]
    public void What_is_made_is_the_password_and_no_other(PasswordForm form)
    {
        Assert.Equal(Fault.None, NewPassword.Make("grün 7", form, NewPassword.FewestIterations, out string stored));
        Assert.True(StoredPassword.TryParse(stored, out StoredPassword password, out _));
        Assert.True(password.Verify("ann", "", Encoding.UTF8.GetBytes("grün 7")));
        Assert.False(password.Verify("ann", "", Encoding.UTF8.GetBytes("grün 8")));
    }

    [Fact]
    public void Each_has_a_salt_of_its_own()
    {
        NewPassword.Make("x", PasswordForm.ScramSha256, NewPassword.FewestIterations, out string one);
        NewPassword.Make("x", PasswordForm.ScramSha256, NewPassword.FewestIterations, out string other);
        Assert.NotEqual(one, other);
        Assert.DoesNotContain(";", one, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", PasswordForm.Plain, 0)]
    [InlineData("a;b", PasswordForm.Plain, 0)]
    [InlineData("a\nb", PasswordForm.Pbkdf2Sha256, 0)]
    [InlineData("x", (PasswordForm)0, 0)]
    [InlineData("x", (PasswordForm)5, 0)]
    [InlineData("x", PasswordForm.ScramSha256, 4095)]
    [InlineData("x", PasswordForm.ScramSha256, 10_000_001)]
    [InlineData("x", PasswordForm.ScramSha256, -1)]
    public void What_cannot_be_stored_is_refused(string password, PasswordForm form, int iterations)
    {
        Assert.Equal(Fault.Argument, NewPassword.Make(password, form, iterations, out string stored));
        Assert.Equal("", stored);
    }
}
