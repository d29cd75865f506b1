// The statement that a shape sends to come to an outcome.
const rows = 'generate_series(1, 5) AS n'
const slow = 'SELECT pg_sleep(10)'

const plain = {
  success: `SELECT n, n::text AS t FROM ${rows}`,
  'server error': `SELECT 10 / (3 - n) FROM ${rows}`,
  'syntax error': 'SELEKT 1',
  'statement timeout': slow,
  // Shorter than the connection's life: the driver goes on with the connection.
  'query timeout': 'SELECT pg_sleep(0.5)',
  cancelled: slow,
  'connection lost': slow,
  'ended early': 'SELECT pg_sleep(0.02)',
}

/** Rows one by one, for objects that read in portions: some of them come before the end. */
const portioned = { ...plain, 'ended early': `SELECT n FROM generate_series(1, 1000) AS n` }

const copied = {
  success: `COPY (SELECT n FROM ${rows}) TO STDOUT`,
  'server error': `COPY (SELECT 10 / (3 - n) FROM ${rows}) TO STDOUT`,
  'syntax error': 'COPI item TO STDOUT',
  'statement timeout': `COPY (${slow}) TO STDOUT`,
  'query timeout': 'COPY (SELECT pg_sleep(0.5)) TO STDOUT',
  cancelled: `COPY (${slow}) TO STDOUT`,
  'connection lost': `COPY (${slow}) TO STDOUT`,
  'ended early': 'COPY (SELECT n FROM generate_series(1, 200000) AS n) TO STDOUT',
}

/** Each row of `slow_item` takes ten seconds. */
const stored = {
  success: 'COPY item FROM STDIN',
  'server error': 'COPY item FROM STDIN',
  'syntax error': 'COPI item FROM STDIN',
  'statement timeout': 'COPY slow_item FROM STDIN',
  'query timeout': 'COPY slow_item FROM STDIN',
  cancelled: 'COPY slow_item FROM STDIN',
  'connection lost': 'COPY slow_item FROM STDIN',
  'ended early': 'COPY item FROM STDIN',
}

export const schema = `
  CREATE TABLE item (n int);
  CREATE TABLE slow_item (n int);
  CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(10); RETURN NEW; END $$;
  CREATE TRIGGER be_slow BEFORE INSERT ON slow_item FOR EACH ROW EXECUTE FUNCTION be_slow();`

export function statementOf(shape, outcome) {
  if (shape === 'empty') return ''
  if (shape === 'several statements') return `SELECT 1 AS first; ${plain[outcome]}`
  if (shape === 'cursor' || shape === 'stream') return portioned[outcome]
  if (shape === 'copy out') return copied[outcome]
  if (shape === 'copy in') return stored[outcome]
  if (shape === 'copy both') return outcome === 'syntax error' ? 'START_REPLIKATION' : 'START_REPLICATION'
  return plain[outcome]
}
