"""The application: who runs, in what order, under whose permission."""
