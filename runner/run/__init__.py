"""The life of one run: load, choose the due tasks, snapshot, plan, rails, record, apply, verify, report."""
