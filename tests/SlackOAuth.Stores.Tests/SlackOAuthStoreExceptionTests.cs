namespace SlackOAuth.Stores.Tests;

public sealed class SlackOAuthStoreExceptionTests
{
    [Fact]
    public void The_message_says_what_failed_why_whether_a_retry_helps_and_what_to_do()
    {
        var cause = new IOException("disk");
        var exception = new SlackOAuthStoreException("FileSystem", "SaveAsync", "the disk is full", isTransient: true, "Free some space.", cause);

        Assert.Equal("SaveAsync failed in the FileSystem store: the disk is full. A retry can help. Free some space.", exception.Message);
        Assert.Equal(("FileSystem", "SaveAsync", true), (exception.ProviderName, exception.Operation, exception.IsTransient));
        Assert.Same(cause, exception.InnerException);
    }

    [Fact]
    public void Where_a_retry_is_of_no_use_the_message_says_so() =>
        Assert.EndsWith("A retry will not help.", new SlackOAuthStoreException("X", "FindBotAsync", "the record is damaged", isTransient: false).Message, StringComparison.Ordinal);
}
