"""The append-only record of what was done, and the stores it is kept in.

``journal.Journal(store, clock=..., owner=lease.read_owner(), gone=...)`` is the way in. ``read_past()`` gives a
``Past``: the runs, the ``history`` for the next plan, the ``open_intents`` to be read back. ``open_run(start, token)``
takes the lease and gives a ``writing.OpenRun``, whose ``record_*`` methods return when the store has acknowledged;
``hold`` makes sure of the lease before each write, ``finish`` ends the run, ``close`` adds the report and gives the
lease back.

The stores are ``folder.FolderStore`` and ``branch.GitBranchStore``. ``verify.check_journal`` finds what somebody
changed, ``privacy.Pseudonyms`` hides people.
"""
