"""A run's record to Markdown, JSON and CSV, and a plan to text; pure, the only room with templates."""
