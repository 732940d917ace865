using System.CommandLine;
using SlackOAuth.Tool.Output;

namespace SlackOAuth.Tool.Commands;

/// <summary><c>slackoauth completion SHELL</c>: the script that makes a shell complete the command. Each asks the command itself, by the library's <c>[suggest]</c>.</summary>
internal static class CompletionCommand
{
    private const string Bash =
        """
        _slackoauth_complete() {
          local line="${COMP_LINE#* }" point word prefix
          point=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
          word="${COMP_LINE:0:COMP_POINT}"
          word="${word##* }"
          mapfile -t COMPREPLY < <(compgen -W "$(slackoauth "[suggest:$point]" "$line" 2>/dev/null)" -- "$word")
          # Readline takes a colon and an equals sign for the end of a word: what is before them stands there already.
          if [[ $word == *[:=]* && $COMP_WORDBREAKS == *[:=]* ]]; then
            prefix="${word%"${word##*[:=]}"}"
            COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
          fi
          [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace
        }
        complete -o default -F _slackoauth_complete slackoauth
        """;

    private const string Zsh =
        """
        _slackoauth() {
          local line="${BUFFER#* }" point
          point=$((CURSOR - ${#BUFFER} + ${#line}))
          local -a found
          found=("${(@f)$(slackoauth "[suggest:$point]" "$line" 2>/dev/null)}")
          compadd -S '' -- ${found:#}
        }
        compdef _slackoauth slackoauth
        """;

    private const string Fish =
        """
        function __slackoauth_complete
            set --local line (string replace --regex '^\S+\s?' '' -- (commandline --cut-at-cursor))
            slackoauth "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete --command slackoauth --arguments '(__slackoauth_complete)'
        """;

    private const string PowerShell =
        """
        Register-ArgumentCompleter -Native -CommandName slackoauth -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $whole = $commandAst.ToString().PadRight($cursorPosition)
            $line = $whole -replace '^\S+\s?', ''
            $point = [Math]::Max(0, $cursorPosition - ($whole.Length - $line.Length))
            slackoauth "[suggest:$point]" $line 2>$null | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    internal static Command Create(ToolHost host)
    {
        var shellArgument = new Argument<string>("SHELL") { HelpName = "bash|zsh|fish|pwsh", Description = "The shell." };
        shellArgument.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new ExampleCommand("completion", "Prints the script that makes a shell complete this command.")
        {
            Examples =
            [
                "completion bash >> ~/.bashrc",
                "completion zsh >> ~/.zshrc",
                "completion fish > ~/.config/fish/completions/slackoauth.fish",
                "completion pwsh >> $PROFILE",
            ],
        };
        command.Add(shellArgument);
        command.SetAction(parsed => host.Out.WritePlainLine(parsed.GetRequiredValue(shellArgument) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => PowerShell,
        }));
        return command;
    }
}
