using System.Globalization;
using System.Text;

namespace SlackOAuth.Tool.Output;

/// <summary>Text that others chose, such as the name of a workspace, made harmless for a terminal.</summary>
internal static class SafeText
{
    /// <summary>The text with what steers a terminal or reorders a line replaced by <c>U+FFFD</c>, and cut where it is long. Null and empty give an empty text.</summary>
    /// <param name="text">What a record holds.</param>
    /// <param name="maxLength">The greatest length, in characters.</param>
    internal static string Of(string? text, int maxLength = 255)
    {
        var safe = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (safe.Length >= maxLength)
            {
                return safe.Append('…').ToString();
            }

            var isHarmful = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            safe.Append(isHarmful ? Rune.ReplacementChar : rune);
        }

        return safe.ToString();
    }
}
