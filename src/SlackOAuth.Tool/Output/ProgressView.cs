using SlackOAuth.Tool.Copying;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SlackOAuth.Tool.Output;

/// <summary>Shows how far a run is: a bar where somebody looks on, and else a line every few seconds.</summary>
/// <param name="host">The run; progress goes to its error output.</param>
/// <param name="what">What is being done.</param>
internal sealed class ProgressView(ToolHost host, string what)
{
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <summary>Waits for the work, and shows what it has done until then.</summary>
    /// <param name="work">The work, which has begun.</param>
    /// <param name="pace">Its clock.</param>
    /// <param name="done">How many records are done.</param>
    /// <param name="countAsync">How many there are in all. It may take long, so it is asked only for a bar.</param>
    internal async Task ShowAsync(Task work, Pace pace, Func<long> done, Func<CancellationToken, ValueTask<long?>> countAsync)
    {
        if (host.Error.Profile is { Out.IsTerminal: true, Capabilities: { Ansi: true, Interactive: true } })
        {
            await ShowBarAsync(work, pace, done, countAsync).ConfigureAwait(false);
        }
        else
        {
            while (!await IsOverAsync(work, BetweenLines).ConfigureAwait(false))
            {
                host.Error.WritePlainLine($"{what}: {pace.Describe(done())}");
            }
        }

        await work.ConfigureAwait(false);
    }

    private async Task ShowBarAsync(Task work, Pace pace, Func<long> done, Func<CancellationToken, ValueTask<long?>> countAsync)
    {
        using var ending = new CancellationTokenSource();
        var counting = Task.Run(() => CountAsync(pace, countAsync, ending.Token), CancellationToken.None);
        await host.Error.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PaceColumn(() => pace.Describe(done())))
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(what));
                bar.IsIndeterminate = true;
                do
                {
                    if (pace.Total is { } total)
                    {
                        bar.IsIndeterminate = false;
                        bar.MaxValue = Math.Max(1, Math.Max(total, done()));
                        bar.Value = done();
                    }
                }
                while (!await IsOverAsync(work, BetweenFrames).ConfigureAwait(false));
            }).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await counting.ConfigureAwait(false);
    }

    private static async Task CountAsync(Pace pace, Func<CancellationToken, ValueTask<long?>> countAsync, CancellationToken cancellationToken)
    {
        try
        {
            pace.Total = await countAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The bar does without an end, whatever a driver throws. The work meets what is wrong itself, and reports it.
        }
    }

    private async ValueTask<bool> IsOverAsync(Task work, TimeSpan wait)
    {
        using var stop = new CancellationTokenSource();
        var first = await Task.WhenAny(work, Task.Delay(wait, host.Time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        return first == work;
    }

    private sealed class PaceColumn(Func<string> describe) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(describe());
    }
}
