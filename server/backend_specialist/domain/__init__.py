"""Plain frozen data and pure functions: what a session is made of.

Owns the words of the product. Imports the standard library (and ``merge3``, a pure function) only,
and does no input or output.
"""
