"""policy-runner: GitOps for Atlassian Cloud user management."""

__version__ = "0.1.0"
