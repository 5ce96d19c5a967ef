"""The specialist on small backend tasks, each decided by tests that it does not see.

``python -m evals --model PROVIDER/NAME`` runs it; README.md says what a result means.
"""
