using SlackOAuth.Soak;

// soak [minutes] [engine] [--ahead] [--protect] [--cache] [--grid]: three processes of an app on one engine, and a checker that knows what each workspace must answer. See docs/reliability.md.
if (args is ["app", ..])
{
    await SoakApp.RunAsync(args[1..]);
    return 0;
}

var minutes = args.Select(word => double.TryParse(word, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0).FirstOrDefault(number => number > 0, 10);
return await Soak.RunAsync(SoakChoice.Read(args), TimeSpan.FromMinutes(minutes));
