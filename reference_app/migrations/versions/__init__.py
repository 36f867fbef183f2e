"""The revisions. Each can be undone, and neither way loses what is stored."""
