#!/usr/bin/env bash
# compare.sh recorded|live: writes whom a pull request touches into $RUNNER_TEMP/comment/comment.md and the summary.
#
# COMMAND is the installed policy-runner, HEAD the commit that is compared. `recorded` compares on the snapshot without
# names of the audit branch, `live` on the organization of ATLASSIAN_API_KEY. What the audit branch is called, the
# policies before the change say: what a pull request would call it chooses nothing here.
set -euo pipefail

folder="$RUNNER_TEMP/comment"
text="$folder/comment.md"
mkdir -p "$folder"
if git diff --quiet "HEAD^1" HEAD -- policies; then # then there is nothing to say
    : >"$text"
    exit 0
fi

audit_branch() {
    local before="$RUNNER_TEMP/before"
    mkdir -p "$before/policies"
    git archive "HEAD^1" -- policies 2>/dev/null | tar -x -C "$before" 2>/dev/null || true # none in the first one
    env -u GITHUB_OUTPUT "$COMMAND" settings reports.branch --policies "$before/policies" --no-color
}

compare() {
    local options=(--base "HEAD^1" --format markdown --no-color) branch
    branch="refs/remotes/origin/$(audit_branch)" || return
    if git rev-parse --quiet --verify "$branch" >/dev/null; then
        mkdir -p "$RUNNER_TEMP/journal"
        git archive "$branch" | tar -x -C "$RUNNER_TEMP/journal"
        options+=(--journal "$RUNNER_TEMP/journal")
    fi
    if [ "$1" = recorded ]; then
        if [ ! -f "$RUNNER_TEMP/journal/snapshots/latest.json" ]; then
            echo "There is no snapshot on the branch \`${branch##refs/remotes/origin/}\` yet to compare on; the schedule records one."
            return
        fi
        options+=(--directory "$RUNNER_TEMP/journal/snapshots/latest.json")
        # Nobody is named in the snapshot; where the journal hides people too, any key will do.
        POLICY_RUNNER_PSEUDONYM_KEY=$(git rev-parse HEAD)
        export POLICY_RUNNER_PSEUDONYM_KEY
    elif [ "${NAMES:-}" = true ]; then
        options+=(--names)
    fi
    env -u GITHUB_STEP_SUMMARY "$COMMAND" diff "${options[@]}" # the summary is written below, once
}

code=0
compare "$1" >"$text" || code=$?
if [ ! -s "$text" ]; then
    echo "The comparison could not be made (exit code $code). The job's log and the lines of the change say why." >"$text"
fi
{
    printf '\n\n<sub>Commit %s' "${HEAD:0:12}"
    if [ "$1" = recorded ]; then
        printf ', on a recorded snapshot without names: conditions on names match nobody in it, and its digests fit no plan'
    fi
    printf '.</sub>\n'
} >>"$text"
cat "$text" >>"$GITHUB_STEP_SUMMARY"
case "$code" in
    0 | 3 | 10) ;; # a rail that would refuse, or changes, are what the comment is about
    *) exit "$code" ;;
esac
