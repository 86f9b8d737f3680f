"""Tests: unit mirrors the rooms, contract goes over catalog and directories, cases are drop-in files, journeys are whole."""
