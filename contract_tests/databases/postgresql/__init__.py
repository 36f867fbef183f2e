"""PostgreSQL: databases on a server of ours, or on a given one."""
