"""The made-up organization `acme`: something lifelike to try policies on.

Nothing in here knows the rest of the package. It makes plain JSON values in the file-directory format, so that the
demo goes through the same reading, the same checks and the same rails as a recorded organization does.
"""
