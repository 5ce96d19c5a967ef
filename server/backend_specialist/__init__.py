"""A language server that puts a backend engineer into any editor that speaks LSP."""

__version__ = "0.1.0"
