using System.Globalization;

namespace SlackOAuth.Tool.Copying;

/// <summary>How far a run is, how fast it goes and how long it will take, in words.</summary>
/// <param name="timeProvider">The clock; the run starts now.</param>
internal sealed class Pace(TimeProvider timeProvider)
{
    private readonly long _started = timeProvider.GetTimestamp();

    /// <summary>How many records there are in all; null while or where that is not known.</summary>
    internal long? Total { get; set; }

    internal TimeSpan Elapsed => timeProvider.GetElapsedTime(_started);

    /// <summary>Records a second since the start.</summary>
    internal double Rate(long done) => Elapsed > TimeSpan.Zero ? done / Elapsed.TotalSeconds : 0;

    /// <summary>Such as <c>45,000 of 150,000 records, 5,120/s, 20s left</c>. What came while the records were counted makes them more than that.</summary>
    internal string Describe(long done) => Total is { } total && done <= total
        ? string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {total:N0} records, {Rate(done):N0}/s{(Rate(done) > 0 ? $", {Short(TimeSpan.FromSeconds((total - done) / Rate(done)))} left" : "")}")
        : string.Create(CultureInfo.InvariantCulture, $"{done:N0} records, {Rate(done):N0}/s");

    /// <summary>A time as <c>45s</c>, <c>12m 03s</c>, <c>1h 02m</c>.</summary>
    internal static string Short(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? string.Create(CultureInfo.InvariantCulture, $"{(int)Math.Ceiling(time.TotalSeconds)}s")
        : time < TimeSpan.FromHours(1) ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}m {time.Seconds:00}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}h {time.Minutes:00}m");
}
