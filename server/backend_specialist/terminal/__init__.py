"""An editor without a window: the client behind ``demo`` and ``run``.

Starts the server as a child process, shows what it does, asks the user, and saves what was accepted.
Knows the protocol and ``domain``, and no other part of the server.
"""
