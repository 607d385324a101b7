/// Completions for shells, out of the table that the parser reads.
enum Completions {
    enum Shell: String, CaseIterable { case bash, zsh, fish }

    static func text(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: "#compdef reconcile\nautoload -U +X bashcompinit && bashcompinit\n" + bash
        case .fish: fish
        }
    }

    /// A word and what may follow it; the pass has no word.
    private static var commands: [(word: String, topic: HelpTopic)] {
        HelpTopic.allCases.filter { $0 != .reconcile }.map { ($0.rawValue, $0) }
            + [("plan", .reconcile), ("diff", .reconcile)]
    }

    private static func names(_ topic: HelpTopic) -> String {
        (OptionSpec.all(for: topic).map(\.name) + ["--help"]).joined(separator: " ")
    }

    private static func isOfFile(_ option: OptionSpec) -> Bool {
        ["DIR", "FILE", "FORMAT[=FILE]"].contains(option.placeholder ?? "")
    }

    /// Words to choose from, as in `text|json`.
    private static func choices(_ option: OptionSpec) -> [String] {
        guard let placeholder = option.placeholder, placeholder.contains("|") else { return [] }
        return placeholder.split(separator: "|").map(String.init)
    }

    private static var bash: String {
        var cases: [String] = []
        var seen: Set<String> = []
        for topic in HelpTopic.allCases {
            for option in OptionSpec.all(for: topic) where option.placeholder != nil {
                guard seen.insert(option.name).inserted else { continue }
                let words = choices(option)
                if !words.isEmpty {
                    cases.append(
                        "    \(option.name)) COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$word\")); return;;"
                    )
                } else if isOfFile(option) {
                    cases.append("    \(option.name)) COMPREPLY=($(compgen -f -- \"$word\")); return;;")
                } else {
                    cases.append("    \(option.name)) return;;")
                }
            }
        }
        let options = commands.map { "    \($0.word)) options='\(names($0.topic))';;" }
        return """
            _reconcile() {
              local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options
              COMPREPLY=()
              case $before in
            \(cases.joined(separator: "\n"))
              esac
              case ${COMP_WORDS[1]} in
            \(options.joined(separator: "\n"))
                *) options='\(names(.reconcile)) --version';;
              esac
              if [[ $word == -* ]]; then
                COMPREPLY=($(compgen -W "$options" -- "$word"))
              elif [[ $COMP_CWORD -eq 1 ]]; then
                COMPREPLY=($(compgen -W '\((commands.map(\.word) + ["help", "version"]).sorted().joined(separator: " "))' -- "$word") $(compgen -d -- "$word"))
              else
                COMPREPLY=($(compgen -f -- "$word"))
              fi
            }
            complete -o filenames -F _reconcile reconcile
            """
    }

    private static var fish: String {
        func quoted(_ text: String) -> String {
            "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }
        var lines: [String] = []
        let words = commands.map(\.word).sorted()
        for word in words + ["help", "version"] {
            lines.append("complete -c reconcile -n __fish_use_subcommand -a \(word)")
        }
        let sets: [(condition: String, topic: HelpTopic)] =
            [("__fish_use_subcommand", .reconcile)]
            + commands.map { ("__fish_seen_subcommand_from \($0.word)", $0.topic) }
        for (condition, topic) in sets {
            for option in OptionSpec.all(for: topic) {
                var line =
                    "complete -c reconcile -n '\(condition)' -l \(option.name.dropFirst(2)) -d \(quoted(option.help))"
                let choices = choices(option)
                if !choices.isEmpty {
                    line += " -x -a \(quoted(choices.joined(separator: " ")))"
                } else if option.placeholder != nil {
                    line += isOfFile(option) ? " -r" : " -x"
                }
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }
}
