"""The real workflow files, executed by act against a bare repository, the emulated API and a stand-in of GitHub's."""
