"""``python -m backend_specialist``: the same as the ``backend-specialist`` command."""

from backend_specialist.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
