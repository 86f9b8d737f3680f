"""Atlassian Cloud over its organization admin API: one host, one key, few verbs."""
