"""Agent and recipe files as a language: what the editor shows while one is written.

Every feature answers for such files alone, which are recognised by their path, and gives nothing for any other
document.
"""
