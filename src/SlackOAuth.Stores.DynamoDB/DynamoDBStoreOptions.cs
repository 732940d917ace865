using System.Buffers;
using Microsoft.Extensions.Options;

namespace SlackOAuth.Stores.DynamoDB;

/// <summary>Which table the DynamoDB stores use, and how.</summary>
public sealed class DynamoDBStoreOptions
{
    private const int MinTableNameLength = 3;
    private const int MaxTableNameLength = 255;

    private static readonly SearchValues<char> TableNameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>The table, which installations and states of any number of apps share.</summary>
    /// <value><c>SlackOAuth</c> by default; 3 to 255 characters of <c>A-Z a-z 0-9 _ . -</c>, as DynamoDB wants it.</value>
    public string TableName { get; set; } = "SlackOAuth";

    /// <summary>The AWS region, such as <c>eu-central-1</c>. Not used with a client of the app's own.</summary>
    /// <value>Null by default: that of the environment, the profile or the machine, as the AWS SDK finds it.</value>
    public string? Region { get; set; }

    /// <summary>Where DynamoDB is, if not where its region has it: DynamoDB Local (<c>http://localhost:8000</c>), a VPC endpoint. Not used with a client of the app's own.</summary>
    /// <value>Null by default; else an absolute http or https address.</value>
    public string? ServiceUrl { get; set; }

    /// <summary>How long one try of a request may take; the AWS SDK makes up to three. Not used with a client of the app's own.</summary>
    /// <value>10 seconds by default; more than zero.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether lookups see every write that was acknowledged before, and an installation together with the bot it was saved with. [7, 11]</summary>
    /// <value>True by default. False for lookups at a quarter of the price or less, which may show what was there about a second ago.</value>
    public bool ConsistentReads { get; set; } = true;

    /// <summary>Whether the first call looks for the table, and creates it where it is missing.</summary>
    /// <value>True by default. False where <see cref="IStorePreparation"/> does, or a deployment by its template; then the app needs no privilege for it.</value>
    public bool PrepareOnFirstUse { get; set; } = true;

    /// <summary>Checks the options, for those who create a store without the container. [26]</summary>
    /// <exception cref="OptionsValidationException">An option is wrong; the message names it and says how to mend it.</exception>
    public void Validate()
    {
        var faults = FindFaults().ToArray();
        if (faults.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(DynamoDBStoreOptions), faults);
        }
    }

    internal IEnumerable<string> FindFaults()
    {
        if (TableName is null || TableName.Length is < MinTableNameLength or > MaxTableNameLength || TableName.AsSpan().ContainsAnyExcept(TableNameCharacters))
        {
            yield return $"{nameof(DynamoDBStoreOptions)}.{nameof(TableName)} is '{TableName}'. Set it to {MinTableNameLength} to {MaxTableNameLength} characters of A-Z a-z 0-9 _ . -";
        }

        if (Region is not null && string.IsNullOrWhiteSpace(Region))
        {
            yield return $"{nameof(DynamoDBStoreOptions)}.{nameof(Region)} is empty. Set it to a region such as 'eu-central-1', or to null for that of the environment.";
        }

        if (ServiceUrl is not null && !(Uri.TryCreate(ServiceUrl, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)))
        {
            yield return $"{nameof(DynamoDBStoreOptions)}.{nameof(ServiceUrl)} is no absolute http or https address. Set it to one such as 'http://localhost:8000', or to null for DynamoDB's own.";
        }

        if (RequestTimeout <= TimeSpan.Zero || RequestTimeout > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(DynamoDBStoreOptions)}.{nameof(RequestTimeout)} is {RequestTimeout}. Set it to more than zero and an hour at most.";
        }
    }
}
