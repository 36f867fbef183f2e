"""Statements that ask MySQL and MariaDB about themselves."""

import re

TABLES = """
    select table_name, auto_increment from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE' order by table_name
"""
# For a column without a default MariaDB writes the text NULL. A question that is put with values
# is formatted by the driver, so each other `%` is written twice.
COLUMNS = """
    select column_name, column_type, is_nullable = 'YES', column_key = 'PRI',
        coalesce(column_default, 'NULL') <> 'NULL' or extra like '%%auto_increment%%',
        character_maximum_length, extra like '%%GENERATED%%' and extra not like 'DEFAULT%%'
    from information_schema.columns
    where table_schema = database() and table_name = %s order by ordinal_position
"""
OTHERS = """
    select id from information_schema.processlist
    where db = database() and id <> connection_id()
"""
# The transactions table of information_schema is refreshed every 100 ms only; this is exact.
STATUS = "show engine innodb status"
NO_PRIVILEGE = 1227
"""The error of a server that asks for a privilege; InnoDB's status needs PROCESS."""

WAITS = "LOCK WAIT"
TRANSACTION = re.compile(
    r"---TRANSACTION ([^\s,]+), (ACTIVE [^\n]*\n(?:(?!---TRANSACTION).)*?)thread id (\d+)"
    r"[^\n]*?query id (\d+)",
    re.DOTALL,
)

VENDORS_OWN = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
