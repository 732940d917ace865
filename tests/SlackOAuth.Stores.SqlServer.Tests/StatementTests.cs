using System.Reflection;
using Microsoft.SqlServer.Dac.Model;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using SlackOAuth.Stores.Relational;

namespace SlackOAuth.Stores.SqlServer.Tests;

/// <summary>What can be known of the statements without a server: Microsoft's parser reads them for every version, and Microsoft's model binds them to the tables.</summary>
public sealed class StatementTests
{
    private static readonly RelationalStatements Statements = SqlServerStatements.For("dbo", "slack_");

    private static readonly (string Name, TSqlParser Parser, SqlServerVersion Model)[] Versions =
    [
        ("2016", new TSql130Parser(true, SqlEngineType.Standalone), SqlServerVersion.Sql130),
        ("2017", new TSql140Parser(true, SqlEngineType.Standalone), SqlServerVersion.Sql140),
        ("2019", new TSql150Parser(true, SqlEngineType.Standalone), SqlServerVersion.Sql150),
        ("2022", new TSql160Parser(true, SqlEngineType.Standalone), SqlServerVersion.Sql160),
        ("2025", new TSql170Parser(true, SqlEngineType.Standalone), SqlServerVersion.Sql170),
        ("Azure", new TSql160Parser(true, SqlEngineType.SqlAzure), SqlServerVersion.SqlAzure),
    ];

    /// <summary>The parameters as the driver declares them.</summary>
    private const string Parameters =
        """
        @workspace binary(48), @client_id nvarchar(255), @enterprise_id nvarchar(255), @team_id nvarchar(255), @bot_installed_at datetime2(6), @bot nvarchar(max), @nobody binary(32), @kept int,
        @user binary(32), @user_id nvarchar(255), @installed_at datetime2(6), @document nvarchar(max), @after binary(48), @after_user binary(32), @end binary(48), @page int,
        @state binary(32), @client binary(16), @claim binary(16), @expires_at bigint, @now bigint, @batch int, @fence bigint, @lease_ends_at bigint, @older_than datetime2(6)
        """;

    public static TheoryData<string> VersionNames => [.. Versions.Select(version => version.Name)];

    private static IEnumerable<(string Name, string Text)> All =>
        typeof(RelationalStatements).GetProperties().Select(property => (property.Name, Text: property.GetValue(Statements) as string)).Where(statement => statement.Text is not null).Select(statement => (statement.Name, statement.Text!));

    [Theory]
    [MemberData(nameof(VersionNames))]
    public void Every_statement_is_read_by_the_parser_of(string version)
    {
        var parser = Versions.Single(known => known.Name == version).Parser;
        Assert.Equal(30, All.Count());
        Assert.Empty(All.SelectMany(statement => Parse(parser, statement.Text).Errors.Select(error => $"{statement.Name}, line {error.Line}: {error.Message}")));
    }

    [Theory]
    [MemberData(nameof(VersionNames))]
    public void Every_statement_binds_to_the_tables_in(string version) =>
        Assert.Empty(All.Where(statement => statement.Name != nameof(RelationalStatements.Prepare)).SelectMany(statement => Bind(version, statement.Name, statement.Text)));

    [Theory]
    [InlineData("SELECT bott FROM dbo.slack_workspaces WHERE workspace_key = @workspace")]
    [InlineData("SELECT bot FROM dbo.slack_workspace WHERE workspace_key = @workspace")]
    [InlineData("UPDATE dbo.slack_workspaces SET bots = @bot WHERE workspace_key = @workspace")]
    [InlineData("INSERT INTO dbo.slack_states (state_key, document) VALUES (@state, @data)")]
    public void A_wrong_statement_would_be_found(string statement) => Assert.NotEmpty(Bind("2022", "Wrong", statement));

    /// <summary>Who answers for the database reads one file, and no code puts more together than the names of the tables.</summary>
    [Fact]
    public void Every_statement_is_a_constant_of_one_file() => Assert.All(All.Where(statement => statement.Name != nameof(RelationalStatements.Prepare)), statement =>
    {
        var constant = typeof(SqlServerStatements).GetField(statement.Name, BindingFlags.Static | BindingFlags.NonPublic);
        Assert.True(constant is { IsLiteral: true }, $"{statement.Name} is not a constant.");
        var text = (string)constant!.GetRawConstantValue()!;
        Assert.Equal(text.Replace("{table}", "[dbo].slack_", StringComparison.Ordinal).Replace("{name}", "slack_", StringComparison.Ordinal).Replace("{json}", "nvarchar(max)", StringComparison.Ordinal), statement.Text);
    });

    /// <summary>A parameter of another type than its column's would have the server convert the column, and read the table instead of the index.</summary>
    [Fact]
    public void Every_parameter_has_the_type_of_the_column_it_meets()
    {
        var columns = new ColumnVisitor();
        Parse(Versions[0].Parser, Statements.Prepare).Fragment.Accept(columns);
        var visitor = new MeetingVisitor();
        foreach (var (_, text) in All)
        {
            Parse(Versions[0].Parser, text).Fragment.Accept(visitor);
        }

        Assert.True(visitor.Meetings.Count > 50, $"Only {visitor.Meetings.Count} comparisons were found.");
        Assert.DoesNotContain(visitor.Meetings, meeting => !Parameters.Contains($"{meeting.Parameter} {columns.Types[meeting.Column]}", StringComparison.Ordinal));
    }

    [Fact]
    public void The_rules_of_every_engine_that_speaks_T_SQL_are_kept()
    {
        foreach (var (name, text) in All)
        {
            var faults = FaultsOf(text);
            Assert.True(faults.Count == 0, $"{name}: {string.Join(", ", faults)}");
        }
    }

    [Theory]
    [InlineData("SELECT 1 FROM a WITH (REPEATABLEREAD) INNER JOIN b ON b.id = a.id")]
    [InlineData("SELECT 1 FROM a WITH (UPDLOCK)")]
    [InlineData("DELETE TOP (1) FROM a WITH (READPAST) WHERE id = 1")]
    [InlineData("SELECT 'text'")]
    public void A_broken_rule_would_be_found(string statement) => Assert.Single(FaultsOf(statement));

    private static List<string> FaultsOf(string text)
    {
        var visitor = new RuleVisitor();
        Parse(Versions[0].Parser, text).Fragment.Accept(visitor);
        return visitor.Faults;
    }

    [Fact]
    public void Ids_and_documents_keep_every_character_and_times_their_microseconds()
    {
        var columns = new ColumnVisitor();
        Parse(Versions[0].Parser, Statements.Prepare).Fragment.Accept(columns);
        Assert.NotEmpty(columns.Text);
        Assert.All(columns.Text, column => Assert.Equal("Latin1_General_100_BIN2", column.Collation?.Value));
        Assert.All(columns.Text.Where(column => column.ColumnIdentifier.Value is "bot" or "document"), column => Assert.Equal("max", ((SqlDataTypeReference)column.DataType).Parameters[0].Value));
        Assert.NotEmpty(columns.Times);
        Assert.All(columns.Times, column => Assert.Equal("6", ((SqlDataTypeReference)column.DataType).Parameters[0].Value));
    }

    private static (TSqlFragment Fragment, IList<ParseError> Errors) Parse(TSqlParser parser, string text)
    {
        using var reader = new StringReader(text);
        return (parser.Parse(reader, out var errors), errors);
    }

    /// <summary>What the model has against a statement that stands in a procedure beside the tables of the script.</summary>
    private static IEnumerable<string> Bind(string version, string name, string text)
    {
        var (_, parser, modelVersion) = Versions.Single(known => known.Name == version);
        using var model = new TSqlModel(modelVersion, new TSqlModelOptions());
        var tables = new DefinitionVisitor();
        Parse(parser, Statements.Prepare).Fragment.Accept(tables);
        Assert.Equal(7, tables.Definitions.Count);
        foreach (var definition in tables.Definitions)
        {
            model.AddObjects(definition);
        }

        try
        {
            model.AddObjects($"CREATE PROCEDURE dbo.[{name}] {Parameters} AS BEGIN\n{text}\nEND");
            return [.. model.Validate().Select(message => $"{name}: {message.Message}")];
        }
        catch (DacModelException exception)
        {
            return [$"{name}: {exception.Message}"];
        }
    }

    private sealed class DefinitionVisitor : TSqlFragmentVisitor
    {
        internal List<string> Definitions { get; } = [];

        public override void Visit(CreateTableStatement node) => Definitions.Add(Text(node));

        /// <summary>The model takes a table as it is at the end.</summary>
        public override void Visit(AlterTableAddTableElementStatement node)
        {
            var table = Definitions.FindIndex(definition => definition.StartsWith($"CREATE TABLE {Text(node.SchemaObjectName)} (", StringComparison.Ordinal));
            Definitions[table] = Definitions[table].Insert(Definitions[table].IndexOf('(', StringComparison.Ordinal) + 1, string.Concat(node.Definition.ColumnDefinitions.Select(column => Text(column) + ", ")));
        }

        public override void Visit(CreateIndexStatement node) => Definitions.Add(Text(node));

        internal static string Text(TSqlFragment node) =>
            string.Concat(Enumerable.Range(node.FirstTokenIndex, node.LastTokenIndex - node.FirstTokenIndex + 1).Select(index => node.ScriptTokenStream[index].Text));
    }

    /// <summary>What some engine that speaks T-SQL lacks, or has in another way.</summary>
    private sealed class RuleVisitor : TSqlFragmentVisitor
    {
        private readonly List<(bool IsHeld, bool IsLocked)> _tables = [];

        internal List<string> Faults { get; } = [];

        public override void Visit(ThrowStatement node) => Faults.Add("THROW");

        public override void Visit(TryCatchStatement node) => Faults.Add("TRY and CATCH");

        public override void Visit(OutputIntoClause node) => Faults.Add("OUTPUT INTO");

        public override void Visit(DeclareTableVariableStatement node) => Faults.Add("a table variable");

        public override void Visit(WithCtesAndXmlNamespaces node) => Faults.Add("a common table expression");

        public override void Visit(DeleteSpecification node) => RefuseJoin("DELETE", node.FromClause);

        public override void Visit(UpdateSpecification node) => RefuseJoin("UPDATE", node.FromClause);

        public override void Visit(SchemaObjectName node)
        {
            // Their names are not those that were given, on an engine whose indexes share a name space.
            if (node.BaseIdentifier.Value == "indexes")
            {
                Faults.Add("sys.indexes");
            }
        }

        private void RefuseJoin(string statement, FromClause? from)
        {
            if (from is not null)
            {
                Faults.Add($"{statement} with a FROM clause of its own");
            }
        }

        public override void Visit(MergeStatement node) => Faults.Add("MERGE");

        public override void Visit(CreateOrAlterProcedureStatement node) => Faults.Add("CREATE OR ALTER");

        public override void Visit(CreateOrAlterViewStatement node) => Faults.Add("CREATE OR ALTER");

        public override void Visit(IndexDefinition node) => Faults.Add("an inline index");

        public override void Visit(TableHint node)
        {
            // What no correctness rests on where writes come first: see SqlServerStatements.
            if (node.HintKind is not (TableHintKind.ReadPast or TableHintKind.RepeatableRead or TableHintKind.ReadCommittedLock))
            {
                Faults.Add($"the hint {node.HintKind}");
            }
        }

        /// <summary>A statement that reads one table by locks and another by the versions of its start would see two moments; and READPAST is about locks.</summary>
        public override void Visit(NamedTableReference node)
        {
            var hints = node.TableHints.Select(hint => hint.HintKind).ToArray();
            _tables.Add((hints.Contains(TableHintKind.RepeatableRead), hints.Contains(TableHintKind.ReadCommittedLock)));
            if (hints.Contains(TableHintKind.ReadPast) && !hints.Contains(TableHintKind.ReadCommittedLock))
            {
                Faults.Add("READPAST beside row versions");
            }
        }

        public override void ExplicitVisit(FromClause node)
        {
            _tables.Clear();
            base.ExplicitVisit(node);
            if (_tables.Any(table => table.IsHeld) && !_tables.All(table => table.IsHeld || table.IsLocked))
            {
                Faults.Add("a join of what is locked with what is versioned");
            }
        }

        public override void Visit(StringLiteral node)
        {
            if (!node.IsNational)
            {
                Faults.Add($"the literal '{node.Value}', which is not Unicode");
            }
        }
    }

    private sealed class MeetingVisitor : TSqlFragmentVisitor
    {
        internal List<(string Column, string Parameter)> Meetings { get; } = [];

        public override void Visit(BooleanComparisonExpression node) => Meet(node.FirstExpression, node.SecondExpression);

        public override void Visit(AssignmentSetClause node) => Meet(node.Column, node.NewValue);

        private void Meet(ScalarExpression first, ScalarExpression second)
        {
            if (first is ColumnReferenceExpression column && second is VariableReference parameter)
            {
                Meetings.Add((column.MultiPartIdentifier.Identifiers[^1].Value, parameter.Name));
            }
        }
    }

    private sealed class ColumnVisitor : TSqlFragmentVisitor
    {
        internal List<ColumnDefinition> Text { get; } = [];

        internal List<ColumnDefinition> Times { get; } = [];

        /// <summary>By the column's name, which means the same in every table.</summary>
        internal Dictionary<string, string> Types { get; } = [];

        public override void Visit(ColumnDefinition node)
        {
            Types[node.ColumnIdentifier.Value] = DefinitionVisitor.Text(node.DataType);
            if (node.DataType is SqlDataTypeReference { SqlDataTypeOption: var type })
            {
                (type switch { SqlDataTypeOption.NVarChar => Text, SqlDataTypeOption.DateTime2 => Times, _ => [] }).Add(node);
            }
        }
    }
}
