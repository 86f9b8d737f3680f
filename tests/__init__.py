"""`unit` mirrors the rooms, `contract` goes over the catalog, `cases` are drop-in files, `journeys` run the command."""
