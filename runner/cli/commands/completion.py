"""``completion``: a script that lets a shell complete commands, options, tasks and filters."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from runner.cli.arguments import PROGRAM, parser_of
from runner.cli.registry import command_names, command_of
from runner.cli.workplace import Workplace
from runner.errors import FINE

HELP = "print a script that completes commands and options in your shell"
ABOUT = """
Print a completion script: commands, options, their choices, and the names of tasks and filters in policies/.

examples:
  policy-runner completion bash > ~/.local/share/bash-completion/completions/policy-runner
  policy-runner completion zsh > ~/.zfunc/_policy-runner       (a folder of $fpath)
  policy-runner completion fish > ~/.config/fish/completions/policy-runner.fish
"""
_NAMED = {"TASK": "tasks", "PLAN|TASK": "tasks", "FILTER": "filters"}
"""Arguments, as the help calls them, and the folder of policies whose files have their names."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("shell", choices=["bash", "zsh", "fish"], help="which shell")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    scripts = {"bash": render_bash, "zsh": render_zsh, "fish": render_fish}
    place.console.document(scripts[args.shell]())
    return FINE


def words_of(name: str) -> tuple[str, ...]:
    """The words that may follow a command: its options, and the choices of its arguments."""
    found: list[str] = []
    for action in parser_of(name, command_of(name))._actions:  # noqa: SLF001 (argparse lists them nowhere else)
        found += action.option_strings or [str(choice) for choice in action.choices or ()]
    return tuple(found)


def choices_of(name: str) -> Mapping[str, Sequence[str]]:
    """The values that an option takes, where they are known."""
    actions = parser_of(name, command_of(name))._actions  # noqa: SLF001
    return {flag: list(map(str, a.choices)) for a in actions for flag in a.option_strings if a.choices}


def folders_of(name: str) -> tuple[str, ...]:
    """The folders of policies whose names may follow a command."""
    actions = parser_of(name, command_of(name))._actions  # noqa: SLF001
    return tuple(dict.fromkeys(_NAMED[str(a.metavar)] for a in actions if a.metavar in _NAMED))


def render_bash() -> str:
    """The script for bash."""
    cases = "\n".join(_bash_case(name) for name in command_names())
    names = " ".join(command_names())
    return f"""\
# bash completion of {PROGRAM}; made by: {PROGRAM} completion bash
_policy_runner_named() {{
    local file
    for file in policies/"$1"/*.yaml; do
        [ -e "$file" ] && file=${{file##*/}} && printf '%s\\n' "${{file%.yaml}}"
    done
}}
_policy_runner() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command="" words="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${{COMP_WORDS[i]}}" in {names.replace(" ", " | ")}) command=${{COMP_WORDS[i]}} && break ;; esac
    done
    case "$command $before" in
{_bash_choices()}
    *)
        case "$command" in
        "") words="{names} --help --version" ;;
{cases}
        esac
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    [ ${{#COMPREPLY[@]}} -eq 0 ] && mapfile -t COMPREPLY < <(compgen -f -- "$word")
}}
complete -o filenames -F _policy_runner {PROGRAM}
"""


def _bash_case(name: str) -> str:
    named = "".join(f" $(_policy_runner_named {folder})" for folder in folders_of(name))
    return f'        {name}) words="{" ".join(words_of(name))}{named}" ;;'


def _bash_choices() -> str:
    return "\n".join(
        f'    "{name} {flag}") words="{" ".join(choices)}" ;;'
        for name in command_names()
        for flag, choices in choices_of(name).items()
    )


def render_zsh() -> str:
    """The script for zsh, which runs the one for bash."""
    bash = render_bash().replace("mapfile -t COMPREPLY < <(compgen", "COMPREPLY=($(compgen")
    bash = bash.replace('-- "$word")', '-- "$word"))')
    return f"#compdef {PROGRAM}\nautoload -U +X bashcompinit && bashcompinit\n{bash}"


def render_fish() -> str:
    """The script for fish."""
    return "\n".join([f"# fish completion of {PROGRAM}; made by: {PROGRAM} completion fish", *_fish_lines(), ""])


def _fish_lines() -> Iterator[str]:
    start = f"complete -c {PROGRAM}"
    for name in command_names():
        about = command_of(name).HELP.replace("'", "")
        yield f"{start} -n __fish_use_subcommand -a {name} -d '{about}'"
        inside = f"{start} -n '__fish_seen_subcommand_from {name}'"
        known = choices_of(name)
        for word in words_of(name):
            choices = f" -x -a '{' '.join(known[word])}'" if word in known else ""
            option = f"-l {word[2:]}" if word.startswith("--") else f"-s {word[1:]}" if word[0] == "-" else f"-a {word}"
            yield f"{inside} {option}{choices}"
        for folder in folders_of(name):
            yield f"{inside} -a '(path basename -E policies/{folder}/*.yaml)'"
