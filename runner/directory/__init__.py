"""Where users live: a file, or Atlassian Cloud; each with a half that reads and a half that writes."""
