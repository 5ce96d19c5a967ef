"""How fast the server is, compared with what is possible on the same machine in the same minute.

Owns the measuring. Each subject is a module with ``measure``; asserts nothing: tests do.
"""
