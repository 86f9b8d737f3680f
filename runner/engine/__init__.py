"""From conditions and a world to a plan: pure functions over frozen values."""
