"""The projects' own tests are texts here: nothing of a project is run."""

collect_ignore = ["projects"]
