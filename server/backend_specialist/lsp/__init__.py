"""The protocol edge: what the editor says, and what it is told.

The only layer, with the terminal editor, that knows pygls and LSP's types. Decides nothing about a session.
"""
