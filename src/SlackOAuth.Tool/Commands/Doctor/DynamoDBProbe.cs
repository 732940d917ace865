using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using SlackOAuth.Stores.DynamoDB;
using SlackOAuth.Tool.Stores;

namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>DynamoDB: the table, its time to live, its backups.</summary>
internal sealed class DynamoDBProbe : IEngineProbe
{
    private readonly AmazonDynamoDBClient _client;
    private readonly string _table;
    private DateTimeOffset? _clock;

    internal DynamoDBProbe(OpenedStore store)
    {
        var options = store.Options<DynamoDBStoreOptions>();
        _table = options.TableName;
        var config = new AmazonDynamoDBConfig { Timeout = options.RequestTimeout };
        if (options.ServiceUrl is { } url)
        {
            (config.ServiceURL, config.AuthenticationRegion) = (url, options.Region);
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        _client = new AmazonDynamoDBClient(config);
        _client.AfterResponseEvent += (_, answer) => _clock = ReadDate(answer) ?? _clock;
    }

    public async ValueTask<string> ReachAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var table = (await _client.DescribeTableAsync(_table, cancellationToken).ConfigureAwait(false)).Table;
            return $"DynamoDB, table {_table} is {table.TableStatus}";
        }
        catch (ResourceNotFoundException)
        {
            return $"DynamoDB, without a table {_table}";
        }
        catch (AmazonDynamoDBException exception) when (exception.ErrorCode is "AccessDeniedException")
        {
            return "DynamoDB, which does not describe the table to this user";
        }
    }

    /// <remarks>No call tells it: it is the date of an answer.</remarks>
    public async ValueTask<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken = default)
    {
        await ReachAsync(cancellationToken).ConfigureAwait(false);
        return _clock;
    }

    public async IAsyncEnumerable<DoctorCheck> CheckAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return await TryAsync("expiry", CheckExpiryAsync, "Allow it dynamodb:DescribeTimeToLive, or look yourself that time to live is on for expires_at.", cancellationToken).ConfigureAwait(false);
        yield return await TryAsync("backups", CheckBackupsAsync, "Allow it dynamodb:DescribeContinuousBackups, or look yourself that point-in-time recovery is on.", cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static DateTimeOffset? ReadDate(ResponseEventArgs answer) =>
        answer is WebServiceResponseEventArgs { ResponseHeaders: { } headers }
            && headers.FirstOrDefault(header => header.Key.Equals("Date", StringComparison.OrdinalIgnoreCase)).Value is { } date
            && DateTimeOffset.TryParseExact(date, "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : null;

    private async Task<DoctorCheck> CheckExpiryAsync(CancellationToken cancellationToken)
    {
        var found = (await _client.DescribeTimeToLiveAsync(new DescribeTimeToLiveRequest { TableName = _table }, cancellationToken).ConfigureAwait(false)).TimeToLiveDescription;
        return found?.TimeToLiveStatus?.Value is "ENABLED" or "ENABLING" && found.AttributeName == "expires_at"
            ? DoctorCheck.Ok("expiry", "time to live is on for expires_at")
            : DoctorCheck.Warn("expiry", "time to live is not on for expires_at, so expired states pile up", $"aws dynamodb update-time-to-live --table-name {_table} --time-to-live-specification Enabled=true,AttributeName=expires_at");
    }

    private async Task<DoctorCheck> CheckBackupsAsync(CancellationToken cancellationToken)
    {
        var found = (await _client.DescribeContinuousBackupsAsync(new DescribeContinuousBackupsRequest { TableName = _table }, cancellationToken).ConfigureAwait(false)).ContinuousBackupsDescription;
        return found?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus?.Value == "ENABLED"
            ? DoctorCheck.Ok("backups", "point-in-time recovery is on")
            : DoctorCheck.Warn("backups", "point-in-time recovery is off", $"aws dynamodb update-continuous-backups --table-name {_table} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true");
    }

    private static async ValueTask<DoctorCheck> TryAsync(string name, Func<CancellationToken, Task<DoctorCheck>> check, string nextStep, CancellationToken cancellationToken)
    {
        try
        {
            return await check(cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonServiceException)
        {
            return DoctorCheck.Unknown(name, nextStep);
        }
    }
}
