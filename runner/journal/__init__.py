"""The append-only record of what was done, and the stores it is kept in.

``journal.Journal(store, ...)`` is the way in: ``runs()``, ``history()``, ``open_intents()``, ``read_run(id)`` read;
``open_run(start, token)`` takes the lease and gives a ``writing.OpenRun``, whose ``record_*`` methods return when the
store has acknowledged, ``finish`` ends the run, and ``close`` adds the report and gives the lease back. The stores are
``folder.FolderStore`` and ``branch.GitBranchStore``. ``verify.check_journal`` finds what somebody changed,
``privacy`` makes and resolves pseudonyms.
"""
