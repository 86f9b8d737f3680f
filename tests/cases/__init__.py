"""Cases: policies, an organization, and the plan they must yield."""
