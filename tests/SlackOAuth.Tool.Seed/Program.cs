using System.Globalization;
using SlackOAuth.Stores.Seed;

// FOLDER CLIENT-ID INSTALLATIONS
SeedFiles.Write(args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture));
