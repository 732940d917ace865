namespace SlackOAuth.Tool.Commands.Doctor;

/// <summary>How a check went.</summary>
internal enum DoctorStatus
{
    Ok,
    Warn,
    Fail,
}

/// <summary>A line of the doctor's. Its properties are the fields of the JSON.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Check">What was looked at, in a word or two.</param>
/// <param name="Finding">What was found, without a full stop and without a secret.</param>
/// <param name="NextStep">What to do, as a sentence; null where there is nothing to do.</param>
internal sealed record DoctorCheck(DoctorStatus Status, string Check, string Finding, string? NextStep = null)
{
    internal static DoctorCheck Ok(string check, string finding) => new(DoctorStatus.Ok, check, finding);

    internal static DoctorCheck Warn(string check, string finding, string nextStep) => new(DoctorStatus.Warn, check, finding, nextStep);

    internal static DoctorCheck Fail(string check, string finding, string nextStep) => new(DoctorStatus.Fail, check, finding, nextStep);

    /// <summary>What the engine does not tell this user.</summary>
    internal static DoctorCheck Unknown(string check, string nextStep) => Warn(check, "the engine does not tell this user", nextStep);
}
