using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlackOAuth.Stores;

namespace SlackOAuth.AspNetCore;

/// <summary>How often one client may ask the public endpoints of the flow: what each visit stores, or asks Slack, is paid by the app.</summary>
/// <remarks>The limiters are those of System.Threading.RateLimiting, which refill by the machine's monotonic clock and not by <see cref="TimeProvider"/>.</remarks>
internal sealed class ClientRateLimiter : IDisposable
{
    /// <summary>
    /// How many clients are told apart, and as many proxies: there are no more limiters than these, some 10 MB, whoever comes. Clients that fall into one slot share its limit; the
    /// hash that decides is another in each process, so that nobody can aim at another's slot.
    /// </summary>
    internal const int Slots = 16_384;

    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    // Where proxies and load balancers are: loopback, RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291.
    private static readonly IPNetwork[] PrivateNetworks =
    [
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("::1/128"),
        IPNetwork.Parse("fc00::/7"),
        IPNetwork.Parse("fe80::/10"),
    ];

    private readonly FlowResponder _responder;
    private readonly FlowTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PartitionedRateLimiter<IPAddress?>? _limiter;
    private long _refused;
    private long _nextLog;

    public ClientRateLimiter(IOptions<SlackOAuthOptions> options, FlowResponder responder, FlowTelemetry telemetry, TimeProvider time, ILogger<ClientRateLimiter> logger)
    {
        (_responder, _telemetry, _time, _logger) = (responder, telemetry, time, logger);
        var limits = options.Value.RateLimits;
        if (limits.Enabled)
        {
            var client = Bucket(limits.RequestsPerClient, limits.Window);
            var proxy = Bucket(limits.RequestsPerProxy, limits.Window);
            _limiter = PartitionedRateLimiter.Create<IPAddress?, int>(address => MayBeProxy(address)
                ? RateLimitPartition.GetTokenBucketLimiter(~Slot(address), _ => proxy)
                : RateLimitPartition.GetTokenBucketLimiter(Slot(address), _ => client));
        }
    }

    public void Dispose() => _limiter?.Dispose();

    /// <summary>Puts the limit in front of an endpoint: what is over it costs no call to a store or to Slack, and ends no flow.</summary>
    internal RequestDelegate Guard(OAuthStatePurpose purpose, RequestDelegate endpoint) => _limiter is null ? endpoint : context => RunAsync(_limiter, context, purpose, endpoint);

    /// <summary>Whether an address tells the client from others. A private one may be a proxy's; none at all is a Unix socket's. What a header says of the client never counts here.</summary>
    internal static bool MayBeProxy(IPAddress? address) =>
        address is null || Array.Exists(PrivateNetworks, network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>The slot of a client: of an IPv4 address, or of the IPv6 network of 64 bits that one client has to itself.</summary>
    internal static int Slot(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        var length = 0;
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.TryWriteBytes(bytes, out length);
        var hash = default(HashCode);
        hash.AddBytes(bytes[..Math.Min(length, 8)]);
        return hash.ToHashCode() & (Slots - 1);
    }

    private static TokenBucketRateLimiterOptions Bucket(int requests, TimeSpan window) => new()
    {
        TokenLimit = requests,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = window / requests,
    };

    private async Task RunAsync(PartitionedRateLimiter<IPAddress?> limiter, HttpContext context, OAuthStatePurpose purpose, RequestDelegate endpoint)
    {
        using var lease = limiter.AttemptAcquire(context.Connection.RemoteIpAddress);
        if (lease.IsAcquired)
        {
            await endpoint(context).ConfigureAwait(false);
            return;
        }

        _telemetry.CountRateLimited(purpose);
        NoteRefusal();
        await _responder.RefuseAsync(context, purpose, lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : default).ConfigureAwait(false);
    }

    /// <summary>Logs that requests are refused, seldom: a line for each would be what a flood fills next.</summary>
    private void NoteRefusal()
    {
        Interlocked.Increment(ref _refused);
        var (now, next) = (_time.GetUtcNow().UtcTicks, Volatile.Read(ref _nextLog));
        if (now >= next && Interlocked.CompareExchange(ref _nextLog, now + LogInterval.Ticks, next) == next)
        {
            Log.RateLimited(_logger, Interlocked.Exchange(ref _refused, 0));
        }
    }
}
