import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadPg } from './support/load-pg.js'
import { useTelemetry } from './support/telemetry.js'
import { useTestDatabase } from './support/test-database.js'

/** Stands in every literal, so that none of them can leave unnoticed. */
const canary = 'canary4711'

const database = useTestDatabase(`
  CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE NOT NULL CHECK (email <> 'empty'));
  CREATE TABLE letter (id int, person_id int CONSTRAINT letter_to_person REFERENCES person, span int4range,
    CONSTRAINT letter_overlap EXCLUDE USING gist (span WITH &&));
  CREATE DOMAIN postcode AS text CONSTRAINT postcode_digits CHECK (VALUE ~ '^[0-9]+$');
  CREATE VIEW adult AS SELECT * FROM person WHERE id >= 18 WITH CHECK OPTION;
  CREATE SEQUENCE counter;
  CREATE FUNCTION nothing() RETURNS int LANGUAGE plpgsql AS $$ BEGIN END $$;
  CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN UPDATE mirror SET n = n + 1; RETURN NEW; END $$;
  CREATE TABLE mirror (n int);
  CREATE TRIGGER again BEFORE UPDATE ON mirror FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION again();
  INSERT INTO mirror VALUES (1);
  INSERT INTO person VALUES (1, 'first');
`)
const telemetry = useTelemetry()
const instrumentation = new PgInstrumentation()
afterAll(() => instrumentation.disable())

let client: pg.Client

beforeAll(async () => {
  client = new (loadPg().Client)({ connectionString: database().connectionString })
  await client.connect()
})
beforeEach(() => telemetry.reset())
afterEach(() => client.query('ROLLBACK'))
afterAll(() => client.end())

const inTransaction = ['BEGIN']

/** The SQLSTATE and its condition; a statement of which the server says it; what must run before. */
const failures: [sqlState: string, condition: string, text: string, before?: string[]][] = [
  ['02000', 'no_data', `DO $$ BEGIN RAISE SQLSTATE '02000' USING MESSAGE = '${canary}'; END $$`],
  ['08P01', 'protocol_violation', `SELECT $1::text, $2::text, '${canary}'`],
  ['0A000', 'feature_not_supported', `SELECT '${canary}' FROM person GROUP BY 1 FOR UPDATE`],
  ['0LP01', 'invalid_grant_operation', 'GRANT USAGE ON person TO public'],
  [
    '0Z002',
    'stacked_diagnostics_accessed_without_active_handler',
    `DO $$ DECLARE t text := '${canary}'; BEGIN GET STACKED DIAGNOSTICS t = MESSAGE_TEXT; END $$`,
  ],
  ['20000', 'case_not_found', `DO $$ BEGIN CASE '${canary}' WHEN 'x' THEN NULL; END CASE; END $$`],
  ['21000', 'cardinality_violation', `SELECT (SELECT '${canary}' UNION SELECT 'x')`],
  ['22P02', 'invalid_text_representation', `SELECT '${canary}'::int`],
  ['22012', 'division_by_zero', `SELECT '${canary}', 1 / 0`],
  ['23505', 'unique_violation', `INSERT INTO person SELECT 1, '${canary}'`],
  [
    '24000',
    'invalid_cursor_state',
    'DELETE FROM person WHERE CURRENT OF c',
    ['BEGIN', 'DECLARE c CURSOR FOR SELECT * FROM person'],
  ],
  ['25001', 'active_sql_transaction', 'VACUUM person', inTransaction],
  ['25P02', 'in_failed_sql_transaction', `SELECT '${canary}'`, ['BEGIN', 'SELECT 1 / 0']],
  ['26000', 'invalid_sql_statement_name', 'EXECUTE missing'],
  ['27000', 'triggered_data_change_violation', 'UPDATE mirror SET n = 7'],
  ['2BP01', 'dependent_objects_still_exist', 'DROP TABLE person'],
  ['2D000', 'invalid_transaction_termination', 'DO $$ BEGIN COMMIT; END $$', inTransaction],
  ['2F005', 'function_executed_no_return_statement', 'SELECT nothing()'],
  ['34000', 'invalid_cursor_name', 'CLOSE missing'],
  ['3B001', 'invalid_savepoint_specification', 'ROLLBACK TO missing', inTransaction],
  ['3D000', 'invalid_catalog_name', 'DROP DATABASE missing'],
  ['3F000', 'invalid_schema_name', 'CREATE TABLE missing.t ()'],
  ['42601', 'syntax_error', `SELECT FROM WHERE '${canary}'`],
  ['42P01', 'undefined_table', `SELECT '${canary}' FROM nowhere`],
  ['44000', 'with_check_option_violation', `INSERT INTO adult VALUES (2, '${canary}')`],
  ['54011', 'too_many_columns', `CREATE TABLE wide (${columns(1_601)})`],
  ['55000', 'object_not_in_prerequisite_state', `SELECT currval('counter'), '${canary}'`],
  [
    '57014',
    'query_canceled',
    `SELECT pg_sleep(5), '${canary}'`,
    ['BEGIN', 'SET LOCAL statement_timeout = 5'],
  ],
  ['58P01', 'undefined_file', `SELECT pg_read_file('${canary}')`],
  ['P0001', 'raise_exception', `DO $$ BEGIN RAISE EXCEPTION '${canary}'; END $$`],
  ['XX000', 'internal_error', `DO $$ BEGIN RAISE SQLSTATE 'XX000' USING MESSAGE = '${canary}'; END $$`],
]

function columns(count: number): string {
  return Array.from({ length: count }, (_, n) => `c${n} int`).join()
}

function lastSpan(): ReadableSpan {
  const span = telemetry.spans().at(-1)
  if (span === undefined) throw new Error('no span has ended')
  return span
}

describe('a failed statement', () => {
  test.each(failures)('records %s as %s, and no literal', async (sqlState, condition, text, before = []) => {
    for (const statement of before) await client.query(statement).catch(() => {})
    const values = sqlState === '08P01' ? [canary] : undefined
    const error = await client.query(text, values).catch((reason: pg.DatabaseError) => reason)
    expect(error).toMatchObject({ code: sqlState })

    const { attributes, status, name, events } = lastSpan()
    expect(attributes).toMatchObject({
      'error.type': sqlState,
      'db.response.status_code': sqlState,
      'pgspan.error.severity': 'ERROR',
    })
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: condition })
    expect(JSON.stringify([name, attributes, status, events])).not.toContain(canary)
  })

  test('of 20 classes and more is tried', () => {
    expect(new Set(failures.map(([sqlState]) => sqlState.slice(0, 2))).size).toBeGreaterThanOrEqual(20)
  })
})

const schema = 'public'

describe('what the server’s error is about', () => {
  test.each([
    [`INSERT INTO person VALUES (1, '${canary}')`, { constraint: 'person_pkey', schema, table: 'person' }],
    [`INSERT INTO person VALUES (2, NULL)`, { schema, table: 'person', column: 'email' }],
    [`INSERT INTO person VALUES (2, 'empty')`, { constraint: 'person_email_check', schema, table: 'person' }],
    [`INSERT INTO letter VALUES (1, 4711)`, { constraint: 'letter_to_person', schema, table: 'letter' }],
    [
      `INSERT INTO letter VALUES (1, 1, '[1,5)'), (2, 1, '[2,3)')`,
      { constraint: 'letter_overlap', schema, table: 'letter' },
    ],
    [`SELECT '${canary}'::postcode`, { constraint: 'postcode_digits', schema, data_type: 'postcode' }],
    [`SELECT '${canary}'::int`, { position: 8 }],
    [`SELECT 1 WHERE`, { position: 15 }],
  ])('is named for %s', async (text, facts) => {
    await expect(client.query(text)).rejects.toThrow()
    const recorded = Object.entries(lastSpan().attributes).filter(([key]) => key.startsWith('pgspan.error.'))
    const expected = { severity: 'ERROR', ...facts }
    expect(
      Object.fromEntries(recorded.map(([key, value]) => [key.slice('pgspan.error.'.length), value])),
    ).toEqual(expected)
  })

  test('is not named where a procedure says it: it may say anything', async () => {
    const raise = `DO $$ BEGIN RAISE unique_violation USING CONSTRAINT = '${canary}', SCHEMA = '${canary}',
      TABLE = '${canary}', COLUMN = '${canary}', DATATYPE = '${canary}', DETAIL = '${canary}', HINT = '${canary}'; END $$`
    const error = await client.query(raise).catch((reason: pg.DatabaseError) => reason)
    expect(error).toMatchObject({ constraint: canary, table: canary })
    expect(lastSpan().attributes['db.response.status_code']).toBe('23505')
    expect(JSON.stringify(lastSpan().attributes)).not.toContain(canary)
  })
})

describe('the text of a statement that the server cannot read', () => {
  test.each([
    // The quotes are balanced, so that only the server knows that the text is broken.
    [
      `SELECT * FROM person WHERE email = 'x'or ${canary} b' AND id <> '`,
      'SELECT * FROM person WHERE email = ?',
    ],
    [`SELECT 'a' FROM WHERE ${canary}`, 'SELECT ?'],
  ])('%s is cut at its first literal', async (text, expected) => {
    await expect(client.query(text)).rejects.toMatchObject({ code: '42601' })
    expect(lastSpan().attributes['db.query.text']).toBe(expected)
    await expect(client.query(new Cursor(text)).read(1)).rejects.toMatchObject({ code: '42601' })
    expect(lastSpan().attributes['db.query.text']).toBe(expected)
  })

  test('is the usual one after any other error', async () => {
    await expect(client.query(`SELECT 'a', 1 / 0 FROM person`)).rejects.toMatchObject({ code: '22012' })
    expect(lastSpan().attributes['db.query.text']).toBe('SELECT ?, ? / ? FROM person')
  })
})

test('an error that cannot be read leaves no span open, and reaches the application', async () => {
  const unreadable = Object.defineProperty(new Error('unreadable'), 'code', {
    get() {
      throw new RangeError('no')
    },
  })
  const value = {
    toPostgres() {
      throw unreadable
    },
  }
  await expect(client.query('SELECT $1::text', [value])).rejects.toBe(unreadable)
  expect(lastSpan().name).toBe('SELECT')
})
