namespace SlackOAuth.Testing;

/// <summary>A button in a message is pressed.</summary>
public sealed record BlockAction : SlackInteraction
{
    /// <summary>The button's action id.</summary>
    public required string ActionId { get; init; }

    /// <summary>The button's block id.</summary>
    public string BlockId { get; init; } = "block";

    /// <summary>The button's value.</summary>
    public string Value { get; init; } = "";

    /// <summary>The channel of the message.</summary>
    public string ChannelId { get; init; } = "C0FAKECHAN1";
}
