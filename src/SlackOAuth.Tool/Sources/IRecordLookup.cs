using SlackOAuth.Stores;

namespace SlackOAuth.Tool.Sources;

/// <summary>A source that can be asked for one record, so that <c>verify</c> need not remember which it has seen.</summary>
internal interface IRecordLookup
{
    /// <summary>The store to ask, which finds what the source has read: nothing is decrypted.</summary>
    /// <param name="clientId">The app.</param>
    IInstallationStore Open(string clientId);
}
