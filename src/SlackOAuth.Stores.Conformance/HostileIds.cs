namespace SlackOAuth.Stores.Conformance;

/// <summary>Ids and states that look like syntax to some engine, or like each other to some comparison, for this suite and for an author's own tests. [9, 19]</summary>
public static class HostileIds
{
    /// <summary>Ids that can be saved, each of which a store must find exactly and keep apart from all others.</summary>
    public static IReadOnlyList<string> Savable { get; } =
    [
        // Paths and file names.
        ".", "..", "...", "a/b", "a\\b", "/", "\\", "../../etc/passwd", "..\\..\\x", "~", "~root", "CON", "nul", "NUL.txt", "COM1", "a.", "a", "A", ".hidden", "x:stream", "a.json", "a.tmp",
        "%2e%2e%2f", "a%2Fb", "a%5Cb", "a_2Fb", "a~2Fb", "a~2f b", "a+b", "a b", "a$2Fb", "=2F", "file://x", "none", "NONE", "None", "latest", "bot-latest", "U1-latest", "installer-latest", "installer-U1-latest",
        // Keys and their separators.
        "a:b", "a::b", ":", "a|b", "a#b", "a-b", "a--b", "a_b", "a,b", "a;b", "a&b", "a=b", "{x}", "{", "}", "{}", "x}{y", "#", "@", "!", "null", "undefined", "true", "0", "-0", "00", "1", "01", "1.0", "1e0", "NaN",
        // Patterns.
        "*", "?", "**", "T[0-9]", "T1", "T*", "T?", "T%", "%", "_", "T_", "%%", "[a]", "[^a]", "[!a]", "^", "$", ".*", "(a|b)", "\\d", "\\*", "a{1,2}",
        // Statements and documents.
        "'", "''", "\"", "`", "'; --", "' OR '1'='1", "\"; DROP TABLE x; --", "/* */", "$ne", "$where", "a.b.c", "$.a", "{\"$gt\":\"\"}", "[]", "@p0", ":p0", "?1", "${x}", "{{x}}", "$(x)", "<x>", "&amp;", "\\u0041", "__proto__", "_id",
        // What a comparison may take for the same.
        "U1", "u1", "U1 ", " U1", "U 1", "U1  ", "U12", "U1.", "U01", "U\u00a01", "U1\u00a0", "Ｕ１", "ｕ1", "U¹", "straße", "strasse", "STRASSE", "I", "i", "ı", "İ", "K", "\u212a", "ﬁ", "fi", "Å", "A\u030a", "\u212b", "é", "e\u0301", "E\u0301",
        "ß", "ẞ", "ss", "ς", "σ", "Σ", "あ", "ア", "ｱ", "が", "か\u3099", "日本語", "한", "\u1112\u1161\u11ab", "עברית", "\u202eU1", "U1\u200b", "U\u00ad1", "\ufeffU1", "U1\ufe0f",
        "😀", "😁", "👩\u200d👩\u200d👧", "👩👩👧", "\ud83d\udc69\ud83c\udffd", "\U0010ffff", "\uffff",
        // Lengths.
        new('x', 254), new('x', 255), new string('x', 254) + "y", new('X', 255), new('/', 255), new('%', 255), new('日', 255), new string('日', 254) + "月", string.Concat(Enumerable.Repeat("😀", 127)),
    ];

    /// <summary>Texts that cannot be saved as a required id: a save is refused, a find finds nothing, a delete deletes nothing.</summary>
    public static IReadOnlyList<string> Unsavable { get; } =
    [
        "", new('x', 256), new('日', 256), new('x', 100_000), "\0", "U1\0", "\0U1", "U\01", "U1\n", "U1\r\n", "\tU1", "U\u001b[31m", "U1\u007f", "U1\u0085", "U1\u0001",
        "\ud800", "U1\ud83d", "\udc00U1", "\ude00\ud83d",
    ];

    /// <summary>Texts that no store issued as a state.</summary>
    public static IReadOnlyList<string?> States { get; } =
    [
        null, " ", new('a', 43), new('A', 43), new('-', 43), new('0', 64), new('a', 42), new('a', 44), new('é', 43), new('／', 43), new('x', 1_000_000), "../" + new string('a', 40),
        .. Savable, .. Unsavable,
    ];
}
