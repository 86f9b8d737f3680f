"""Rules of branches for GitHub's *Import a ruleset*, and forms of issues: as this repository has them itself. Pure."""

from __future__ import annotations

_MAIN = """\
{
  "name": "policies: two people for every change",
  "target": "branch",
  "enforcement": "active",
  "conditions": {
    "ref_name": {
      "include": [
        "~DEFAULT_BRANCH"
      ],
      "exclude": []
    }
  },
  "rules": [
    {
      "type": "deletion"
    },
    {
      "type": "non_fast_forward"
    },
    {
      "type": "pull_request",
      "parameters": {
        "required_approving_review_count": 1,
        "require_code_owner_review": true,
        "require_last_push_approval": true,
        "dismiss_stale_reviews_on_push": true,
        "required_review_thread_resolution": false
      }
    },
    {
      "type": "required_status_checks",
      "parameters": {
        "strict_required_status_checks_policy": false,
        "do_not_enforce_on_create": true,
        "required_status_checks": [
          {
            "context": "CHECK",
            "integration_id": 15368
          }
        ]
      }
    }
  ],
  "bypass_actors": []
}
"""
AUDIT_RULES = """\
{
  "name": "audit: what was written stays",
  "target": "branch",
  "enforcement": "active",
  "conditions": {
    "ref_name": {
      "include": [
        "refs/heads/audit"
      ],
      "exclude": []
    }
  },
  "rules": [
    {
      "type": "deletion"
    },
    {
      "type": "non_fast_forward"
    }
  ],
  "bypass_actors": []
}
"""
FORMS = {
    ".github/ISSUE_TEMPLATE/keep-my-seat.yml": """\
name: Keep my seat
description: You were told that your seat is idle, and you still need it
title: Keep my seat
labels: [keep-my-seat]
body:
  - type: input
    id: email
    attributes:
      label: Whose seat
      description: The e-mail address of the Atlassian account
      placeholder: ann@acme.example
    validations:
      required: true
  - type: input
    id: until
    attributes:
      label: Until when
      description: The last day on which the seat is needed though unused, as YYYY-MM-DD; at most 180 days from now
      placeholder: 2027-01-31
    validations:
      required: true
  - type: textarea
    id: reason
    attributes:
      label: Why
      description: One sentence. It will stand in the policies, where everybody who may read them can read it.
      placeholder: Parental leave until the end of January
    validations:
      required: true
""",
    ".github/ISSUE_TEMPLATE/give-me-back.yml": """\
name: Give me back what I had
description: Access was taken away that is still needed
title: Give me back what I had
labels: [give-me-back]
body:
  - type: input
    id: email
    attributes:
      label: Whose access
      description: The e-mail address of the Atlassian account
      placeholder: ann@acme.example
    validations:
      required: true
  - type: textarea
    id: what
    attributes:
      label: What is missing
      description: What you can no longer do, and since when
    validations:
      required: true
""",
}


def main_rules(check: str) -> str:
    """The rules of the default branch, as JSON; ``check`` is what the check of pull requests is called there."""
    return _MAIN.replace("CHECK", check)
