"""The questions put to PostgreSQL's catalog, as the SQL that asks them."""

from collections.abc import Sequence

# What belongs to the system or to an extension is not the service's.
_RELATIONS = """
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
      and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
"""
_QUOTED = "format('%I.%I', n.nspname, c.relname)"
_LABEL = "case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end"

TABLES = f"select {_LABEL} as label, {_QUOTED} as quoted {_RELATIONS} order by 1"

# Parents of a table, so that rows can be put back in an order foreign keys accept.
REFERENCES = """
    select distinct conrelid::regclass::oid as child, confrelid::regclass::oid as parent
    from pg_constraint where contype = 'f' and conrelid <> confrelid
"""
WRITABLE = f"""
    select c.oid, {_QUOTED} as quoted,
        (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and a.attgenerated = '') as names
    {_RELATIONS}
"""
# `source` leaves out the rows of tables that inherit: they are looked at on their own.
OWN_TABLES = f"""
    select {_LABEL} as label, {_QUOTED} as quoted,
        case c.relkind when 'r' then 'only ' else '' end || {_QUOTED} as source,
        array(select quote_ident(a.attname) from pg_constraint k, pg_attribute a
              where k.conrelid = c.oid and k.contype = 'p'
                and a.attrelid = c.oid and a.attnum = any(k.conkey)
              order by array_position(k.conkey, a.attnum)) as key,
        array(select quote_ident(a.attname) from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = '' order by a.attnum) as writable,
        array(select quote_ident(a.attname) from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = '' and a.attidentity <> 'a') as settable
    {_RELATIONS} order by 1
"""
SEQUENCES = """
    select format('%I.%I', schemaname, sequencename) as quoted, start_value, last_value
    from pg_sequences
"""
COLUMNS = """
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
        not a.attnotnull as nullable, coalesce(a.attnum = any(k.conkey), false) as primary_key,
        (a.atthasdef and a.attgenerated = '') or a.attidentity <> '' as default,
        information_schema._pg_char_max_length(a.atttypid, a.atttypmod) as length,
        a.attgenerated <> '' or a.attidentity = 'a' as generated
    from pg_attribute a
    left join pg_constraint k on k.conrelid = a.attrelid and k.contype = 'p'
    where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped
    order by a.attnum
"""
OPEN_TRANSACTIONS = """
    select pid, state, extract(epoch from clock_timestamp() - xact_start)::float8 as age,
        application_name, query, xact_start, state_change
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
      and backend_type = 'client backend'
      and (state like 'idle in transaction%' or state = 'active')
    order by xact_start
"""
# By the table of locks, which whoever lets go brings up to date before its own answer comes;
# what a client is doing is told by that client, some time after it was woken.
WAITING = """
    select pid, state, extract(epoch from clock_timestamp() - query_start)::float8 as age,
        application_name, query
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend' and cardinality(pg_blocking_pids(pid)) > 0
    order by query_start
"""
# The counts are those of the transaction that asks, and so are the locks.
TABLE_USE = f"""
    select {_LABEL}, pg_stat_get_xact_tuples_returned(c.oid), exists (
        select from pg_locks l
        where l.relation = c.oid and l.pid = pg_backend_pid() and l.granted and l.mode in
          ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
    {_RELATIONS}
"""
KILL = """
    select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend'
"""
KILL_AND_WAIT = KILL.replace("(pid)", "(pid, 2000)")
IS_SUPERUSER = "select rolsuper from pg_roles where rolname = current_user"

# Deleting is the cheap way (truncating rewrites files), but only a superuser may tell
# foreign keys to look away meanwhile. The loop finds tables made since.
UNBOUND = "set local session_replication_role = replica;"
DELETE_ALL = f"""
do $$ declare t text; begin
    for t in select {_QUOTED} {_RELATIONS} loop execute 'delete from ' || t; end loop;
end $$;
"""
TRUNCATE_ALL = f"""
do $$ declare t text; begin
    select string_agg({_QUOTED}, ', ') into t {_RELATIONS};
    if t is not null then execute 'truncate ' || t; end if;
end $$;
"""


def kill_all(database: str) -> str:
    """Write the statement that ends every connection to a database, so it can be dropped."""
    return (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        f"where datname = {literal(database)} and pid <> pg_backend_pid()"
    )


def literal(text: str) -> str:
    """Write a text so that PostgreSQL reads it back unchanged."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Quote a name so that PostgreSQL reads it as a name."""
    return '"' + name.replace('"', '""') + '"'


def rows_back(quoted: str, names: str, rows: Sequence[str]) -> str:
    """Write the statement that puts rows back, each given as the text of its row value."""
    values = ", ".join(literal(row) for row in rows)
    source = f"select (kept::{quoted}).* from unnest(array[{values}]::text[]) kept"
    return (
        f"insert into {quoted} ({names}) overriding system value "
        f"select {names} from ({source}) source;"
    )


def sequence_back(quoted: str, start: int, last: int | None) -> str:
    """Write the statement that puts a sequence back; one that is gone is passed over."""
    value, called = (start, "false") if last is None else (last, "true")
    return f"select setval(to_regclass({literal(quoted)}), {value}, {called});"


def moving(quoted: str, column: str) -> str:
    """Write the statement that stores each row again, the first one last, nothing in it changed.

    Rows that move on by one place are never where they were on the next page.
    """
    name = identifier(column)
    first = f"(select ctid from {quoted} order by ctid limit 1)"
    return (
        f"do $$ declare contract_tid tid; begin "
        f"for contract_tid in select ctid from {quoted} order by ctid = {first}, ctid loop "
        f"update {quoted} set {name} = {name} where ctid = contract_tid; end loop; end $$"
    )
