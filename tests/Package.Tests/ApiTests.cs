using System.Reflection;

namespace Package.Tests;

/// <summary>The rules of the house that the compiler does not know.</summary>
public sealed partial class ApiTests
{
    [System.Text.RegularExpressions.GeneratedRegex("(Token|Secret|Nonce|Password|Code|State|Cookie|Payload|ConnectionString|WebhookUrl)$")]
    private static partial System.Text.RegularExpressions.Regex SecretName();

    public static TheoryData<string> Packages => [.. Repository.ShippedNames];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_public_class_is_sealed_or_made_to_be_derived_from(string package)
    {
        var open = PublicTypes(package).Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false });
        Check.None(open.Select(type => type.FullName));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_public_type_lives_in_the_namespace_of_its_package_or_extends_the_frameworks(string package)
    {
        // Extensions live where those they extend are found: see the registration rules of .NET's own libraries.
        var strays = PublicTypes(package).Where(type =>
            type.Namespace?.StartsWith("SlackOAuth", StringComparison.Ordinal) != true
            && !(type is { IsAbstract: true, IsSealed: true } && type.Namespace is "Microsoft.Extensions.DependencyInjection" or "OpenTelemetry.Trace" or "OpenTelemetry.Metrics" or "Microsoft.AspNetCore.Builder" or "Microsoft.AspNetCore.Http"));
        Check.None(strays.Select(type => type.FullName));
    }

    // A suite's tests and fixtures are called by xUnit, whose context has the token.
    public static TheoryData<string> PackagesForApps => [.. Repository.ShippedNames.Where(name => name != "SlackOAuth.Stores.Conformance")];

    [Theory]
    [MemberData(nameof(PackagesForApps))]
    public void An_asynchronous_method_takes_a_cancellation_token_last_and_optionally(string package)
    {
        // Disposal has no token by its interface, and a request brings its own with it.
        var methods = PublicTypes(package)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsSpecialName && method.GetBaseDefinition() == method && ReturnsTask(method.ReturnType))
            .Where(method => method.Name is not "DisposeAsync")
            .Where(method => !method.GetParameters().Any(parameter => parameter.ParameterType.Name.Contains("HttpContext", StringComparison.Ordinal)));
        var faults = methods.Where(method => method.GetParameters().LastOrDefault() is not { IsOptional: true } last || last.ParameterType != typeof(CancellationToken));
        Check.None(faults.Select(method => $"{method.DeclaringType!.Name}.{method.Name}"));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Internals_are_open_to_the_packages_own_tests_alone(string package)
    {
        var friends = Assembly.Load(package).GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName);
        Assert.Equal([$"{package}.Tests"], friends);
    }

    [Theory]
    [InlineData("SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.Conformance", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.FileSystem", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.Redis", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.MongoDB", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.DynamoDB", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.Relational", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.Sqlite", "SlackOAuth.Stores.Relational", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.PostgreSql", "SlackOAuth.Stores.Relational", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Stores.SqlServer", "SlackOAuth.Stores.Relational", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.AspNetCore", "SlackOAuth", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.OpenTelemetry", "SlackOAuth", "SlackOAuth.Stores")]
    [InlineData("SlackOAuth.Testing")]
    [InlineData("SlackOAuth.Tool", "SlackOAuth.Stores", "SlackOAuth.Stores.FileSystem", "SlackOAuth.Stores.Redis", "SlackOAuth.Stores.MongoDB", "SlackOAuth.Stores.DynamoDB", "SlackOAuth.Stores.Relational", "SlackOAuth.Stores.Sqlite", "SlackOAuth.Stores.PostgreSql", "SlackOAuth.Stores.SqlServer")]
    public void A_package_knows_no_more_of_the_family_than_its_place_in_the_house(string package, params string[] mayKnow)
    {
        var known = Assembly.Load(package).GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => name.StartsWith("SlackOAuth", StringComparison.Ordinal));
        Check.None(known.Except(mayKnow));
    }

    [Fact]
    public void Every_package_has_its_place_in_the_house()
    {
        var placed = typeof(ApiTests).GetMethod(nameof(A_package_knows_no_more_of_the_family_than_its_place_in_the_house))!
            .GetCustomAttributes<InlineDataAttribute>().Select(data => (string)data.Data[0]!);
        Assert.Equal(Repository.ShippedNames, placed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_record_with_something_secret_says_itself_what_it_shows(string package)
    {
        var records = Assembly.Load(package).GetTypes().Where(type => Declared(type, "PrintMembers") is not null && type != typeof(SlackOAuth.SlackError));
        var faults = records
            .Where(type => type.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Any(property => (property.PropertyType == typeof(string) || property.PropertyType == typeof(byte[])) && SecretName().IsMatch(property.Name)))
            .Where(type => !IsHandwritten(Declared(type, "PrintMembers")) && !IsHandwritten(Declared(type, nameof(ToString))));
        Check.None(faults.Select(type => type.FullName));

        static MethodInfo? Declared(Type type, string name) => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly).FirstOrDefault(method => method.Name == name);

        static bool IsHandwritten(MethodInfo? method) => method is not null && !method.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute));
    }

    public static TheoryData<string> StorePackages => [.. Repository.ShippedNames.Where(name => name.StartsWith("SlackOAuth.Stores", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(StorePackages))]
    public void Stores_know_nothing_of_HTTP(string package)
    {
        var references = Assembly.Load(package).GetReferencedAssemblies().Select(reference => reference.Name!);

        // Data Protection has its name from the framework it was made for, and knows nothing of HTTP.
        Assert.DoesNotContain(
            references,
            name => name.Contains("Http", StringComparison.Ordinal)
                || (name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) && name != "Microsoft.AspNetCore.DataProtection.Abstractions"));
    }

    private static IEnumerable<Type> PublicTypes(string package) => Assembly.Load(package).GetExportedTypes();

    private static bool ReturnsTask(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)));
}
