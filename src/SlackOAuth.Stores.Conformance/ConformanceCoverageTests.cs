using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace SlackOAuth.Stores.Conformance;

/// <summary>Derive it once in a test assembly: it fails, by name, where the assembly leaves a suite out without saying so.</summary>
/// <remarks>The suites of capabilities are asked for by the contracts' suites, for each fixture that declares the capability.</remarks>
public abstract class ConformanceCoverageTests
{
    /// <summary>The suites of contracts that this assembly has no store for, such as <c>typeof(InstallationStoreConformanceTests&lt;&gt;)</c>; and
    /// <see cref="RegistrationConformanceTests"/> where a registration method is tested in another way.</summary>
    protected virtual IReadOnlyCollection<Type> NotImplemented => [];

    /// <summary>Every contract's suite is derived in this assembly, or listed in <see cref="NotImplemented"/>.</summary>
    [Fact]
    public virtual void Every_contracts_suite_is_derived_or_listed_as_not_implemented() =>
        AssertCovered([typeof(InstallationStoreConformanceTests<>), typeof(StateStoreConformanceTests<>)]);

    /// <summary>Where this assembly or one it references extends <see cref="SlackOAuthStoresBuilder"/>, <see cref="RegistrationConformanceTests"/> is derived or listed.</summary>
    [Fact]
    public virtual void Registration_methods_are_covered_or_listed_as_not_implemented() =>
        AssertCovered(RegistrationMethods().Any() ? [typeof(RegistrationConformanceTests)] : []);

    /// <summary>What is listed in <see cref="NotImplemented"/> is a suite, and is derived nowhere in this assembly.</summary>
    [Fact]
    public virtual void What_is_listed_as_not_implemented_is_a_suite_that_nothing_derives()
    {
        foreach (var listed in NotImplemented)
        {
            Assert.True(SuiteTypes.All.Contains(listed), $"{listed.Name} is listed in {nameof(NotImplemented)} and is no suite. The suites are {string.Join(", ", SuiteTypes.All.Select(SuiteTypes.NameOf))}.");
            Assert.False(IsDerived(listed), $"{SuiteTypes.NameOf(listed)} is listed in {nameof(NotImplemented)}, and a class of {Assembly.GetName().Name} derives it. Take it off the list.");
        }
    }

    private Assembly Assembly => GetType().Assembly;

    private void AssertCovered(IEnumerable<Type> suites)
    {
        var missing = suites.Where(suite => !NotImplemented.Contains(suite) && !IsDerived(suite)).Select(SuiteTypes.NameOf).ToArray();
        Assert.True(
            missing.Length == 0,
            $"No class of {Assembly.GetName().Name} derives {string.Join(" or ", missing)}. Derive it for your store, or list it in {nameof(NotImplemented)}.");
    }

    private bool IsDerived(Type suite) => Assembly.GetTypes().Any(type => !type.IsAbstract && SuiteTypes.Derives(type, suite));

    private IEnumerable<MethodInfo> RegistrationMethods() =>
        from assembly in Assembly.GetReferencedAssemblies().Select(Assembly.Load).Append(Assembly)
        where assembly != typeof(SlackOAuthStoresBuilder).Assembly && assembly.GetReferencedAssemblies().Any(name => name.Name == typeof(SlackOAuthStoresBuilder).Assembly.GetName().Name)
        from type in assembly.GetExportedTypes()
        where type is { IsAbstract: true, IsSealed: true }
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        where method.IsDefined(typeof(ExtensionAttribute), false) && method.GetParameters()[0].ParameterType == typeof(SlackOAuthStoresBuilder)
        select method;
}
