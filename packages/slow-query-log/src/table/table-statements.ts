import { columns } from './table-columns.js'
import { quoted, type TableName } from './table-name.js'

const dayMillis = 86_400_000

/** The day, UTC, as `20261121`, and by choice some days later. */
export function dayOf(time: number, later = 0): string {
  return new Date(time + later * dayMillis).toISOString().slice(0, 10).replaceAll('-', '')
}

/**
 * Makes what is missing of the table: the table, its indexes, the partition of each of the days; and drops partitions
 * that are older than `retentionDays`. One statement, so that it is one transaction; processes that run it at the
 * same time wait for each other, half a second at most. A partition that somebody reads from is dropped another time.
 *
 * Partitions are unlogged: they cost half the writing, are empty after a crash of the server, and are not on replicas.
 */
export function ensureStatement(
  table: TableName,
  days: readonly string[],
  now: number,
  retentionDays: number,
): string {
  const name = quoted(table)
  const index = (column: string): string =>
    `CREATE INDEX IF NOT EXISTS "${table.name}_${column}_idx" ON ${name} (${column});`
  return `DO $pgspan$
DECLARE old record;
BEGIN
  PERFORM set_config('lock_timeout', '500ms', true), set_config('client_min_messages', 'warning', true);
  PERFORM pg_advisory_xact_lock(hashtext('pgspan query log'));
  IF to_regclass('${name}') IS NULL THEN
    CREATE TABLE ${name} (${Object.entries(columns)
      .map(([column, type]) => `${column} ${type}`)
      .join(', ')}) PARTITION BY RANGE (time);
    ${index('time')}
    ${index('execution_ms')}
  END IF;
  ${days.map((day) => partitionStatement(table, day)).join('\n  ')}
  FOR old IN
    SELECT inhrelid::regclass AS partition FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE pg_has_role(relowner, 'USAGE') AND inhparent = to_regclass('${name}') AND relname ~ '^${table.name}_[0-9]{8}$'
      AND right(relname, 8) < '${dayOf(now, -retentionDays)}'
  LOOP
    ${ifPossible("EXECUTE format('DROP TABLE %s', old.partition);")}
  END LOOP;
END $pgspan$`
}

function partitionStatement(table: TableName, day: string): string {
  const partition = quoted({ ...table, name: `${table.name}_${day}` })
  const from = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)))
  const bound = (time: number): string => `'${new Date(time).toISOString()}'`
  const create = `CREATE UNLOGGED TABLE ${partition} PARTITION OF ${quoted(table)}
      FOR VALUES FROM (${bound(from)}) TO (${bound(from + dayMillis)});`
  return `IF to_regclass('${partition}') IS NULL THEN
    ${ifPossible(create)}
  END IF;`
}

/** Somebody may hold a lock, or the role may not: then what is there has to do. */
function ifPossible(statement: string): string {
  return `BEGIN ${statement} EXCEPTION WHEN lock_not_available OR insufficient_privilege THEN NULL; END;`
}

/** Takes the rows as one value: an array as JSON. */
export function insertStatement(table: TableName): string {
  const list = Object.keys(columns)
  const types = Object.entries(columns).map(([column, type]) => `${column} ${type.replace(' NOT NULL', '')}`)
  return `INSERT INTO ${quoted(table)} (${list.join(', ')})
SELECT ${list.join(', ')} FROM json_to_recordset($1::json) AS row(${types.join(', ')})`
}
