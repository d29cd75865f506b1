import fc from 'fast-check'

/**
 * A statement before it is written down: words and operators, places of literals, and lists whose items can be
 * repeated without changing what the statement is.
 */
export type Piece = string | { readonly literal: 'any' | 'text' } | { readonly list: readonly Piece[] }

export type Pieces = readonly Piece[]

const LITERAL: Piece = { literal: 'any' }
const TEXT: Piece = { literal: 'text' }

const names = [
  'users',
  'orders',
  'Items',
  '"Mixed Case"',
  '"quo""ted"',
  'größe',
  'a$b',
  '_x',
  'value',
  '"select"',
]
const columns = ['id', 'user_id', 'Name', '"createdAt"', 'имя', 'total_2', '"a.b"', 'rows', 'key', 'date']
const operators = ['+', '*', '||', '->', '->>', '#>>', '@>', '&&', '<->', '%', '?|', '@@', '!~~']
const comparisons = ['=', '<>', '!=', '<', '>=', 'LIKE', 'NOT ILIKE', '~*', 'IS DISTINCT FROM']
const types = [
  'int',
  'text',
  'numeric ( 10 , 2 )',
  'timestamp with time zone',
  'jsonb',
  '"MyType"',
  'uuid [ ]',
]
const functions = ['lower', 'coalesce', 'pg_catalog . concat', 'f', '"F"', 'jsonb_build_object']

function pick(texts: readonly string[]): fc.Arbitrary<Pieces> {
  return fc.constantFrom(...texts).map((text) => text.split(/ (?![^"]*"[^"]*(?:"[^"]*"[^"]*)*$)/))
}

function sequence(...parts: (string | fc.Arbitrary<Pieces>)[]): fc.Arbitrary<Pieces> {
  return fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant<Pieces>(part.split(' ')) : part)))
    .map((pieces) => pieces.flat())
}

function separated(item: fc.Arbitrary<Pieces>, separator: string, maxLength: number): fc.Arbitrary<Pieces> {
  return fc
    .array(item, { minLength: 1, maxLength })
    .map((items) => items.flatMap((pieces, index) => (index === 0 ? pieces : [separator, ...pieces])))
}

function optional(pieces: fc.Arbitrary<Pieces>): fc.Arbitrary<Pieces> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant<Pieces>([]) }, { weight: 1, arbitrary: pieces })
}

const name = pick(names)
const table = fc.oneof(name, sequence(name, '.', name))
const column = pick(columns)
const reference = fc.oneof(column, sequence(name, '.', column))
const literal = fc.constant<Pieces>([LITERAL])
const parameter = fc.integer({ min: 1, max: 40 }).map((index): Pieces => [`$${index}`])
const value = fc.oneof({ weight: 3, arbitrary: literal }, { weight: 1, arbitrary: parameter })

type Grammar = Record<'expression' | 'condition' | 'select', Pieces>

const { expression, condition, select } = fc.letrec<Grammar>((tie) => {
  const inner = tie('expression')
  const query = tie('select')
  return {
    expression: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      reference,
      value,
      sequence(value, '::', pick(types)),
      sequence('CAST (', inner, 'AS', pick(types), ')'),
      sequence(pick(functions), '(', separated(inner, ',', 3), ')'),
      sequence('(', inner, pick(operators), inner, ')'),
      sequence('CASE WHEN', tie('condition'), 'THEN', inner, 'ELSE', inner, 'END'),
      sequence('EXTRACT ( epoch FROM', inner, ')'),
      sequence('( SELECT', inner, 'FROM', table, ')'),
      sequence('ARRAY [', repeated(value), ']'),
      fc.constant<Pieces>(['date', TEXT]),
      fc.constant<Pieces>(['CURRENT_TIMESTAMP']),
      fc.constant<Pieces>(['count', '(', '*', ')']),
    ),
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      sequence(reference, pick(comparisons), value),
      sequence(value, '=', reference),
      sequence(inner, pick(comparisons), inner),
      sequence(reference, 'IN (', repeated(value), ')'),
      sequence(reference, 'NOT IN (', query, ')'),
      sequence('(', column, ',', column, ') IN (', repeated(sequence('(', value, ',', value, ')')), ')'),
      sequence(reference, '= ANY (', value, ')'),
      sequence(reference, 'BETWEEN', value, 'AND', value),
      sequence(reference, 'IS NOT NULL'),
      sequence('EXISTS (', query, ')'),
      sequence('NOT (', tie('condition'), 'OR', tie('condition'), ')'),
      sequence(tie('condition'), 'AND', tie('condition')),
    ),
    select: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      sequence(
        'SELECT',
        optional(fc.constant<Pieces>(['DISTINCT'])),
        separated(fc.oneof(inner, sequence(inner, 'AS', column), fc.constant<Pieces>(['*'])), ',', 3),
        'FROM',
        separated(tableReference(query), ',', 2),
        optional(sequence('LEFT JOIN', tableReference(query), 'ON', tie('condition'))),
        optional(sequence('WHERE', tie('condition'))),
        optional(sequence('GROUP BY', separated(reference, ',', 2), 'HAVING', tie('condition'))),
        optional(sequence('ORDER BY', reference, 'DESC NULLS LAST')),
        optional(sequence('LIMIT', value, optional(sequence('OFFSET', value)))),
        optional(pick(['FOR UPDATE', 'FOR NO KEY UPDATE SKIP LOCKED', 'FOR SHARE'])),
      ),
      sequence('( SELECT', inner, ') UNION ALL ( SELECT', inner, 'FROM', table, ')'),
      sequence('WITH', name, 'AS (', query, ') SELECT * FROM', separated(table, ',', 2)),
    ),
  }
})

/** A list whose items are alike, so that their number says nothing. */
function repeated(item: fc.Arbitrary<Pieces>): fc.Arbitrary<Pieces> {
  return item.map(
    (pieces): Pieces => [{ list: pieces.map((piece) => (isParameter(piece) ? LITERAL : piece)) }],
  )
}

function isParameter(piece: Piece): boolean {
  return typeof piece === 'string' && piece.startsWith('$')
}

function tableReference(query: fc.Arbitrary<Pieces>): fc.Arbitrary<Pieces> {
  return fc.oneof(
    { weight: 4, arbitrary: table },
    { weight: 2, arbitrary: sequence(table, 'AS', name) },
    { weight: 1, arbitrary: sequence('LATERAL (', query, ') AS', name) },
    { weight: 1, arbitrary: sequence('generate_series (', literal, ',', literal, ') AS', name) },
  )
}

const assignments = separated(sequence(column, '=', expression), ',', 3)
const returning = optional(sequence('RETURNING', separated(reference, ',', 2)))

const insert = sequence(
  'INSERT INTO',
  table,
  fc.oneof(
    sequence('( id , name ) VALUES', repeated(sequence('(', value, ',', value, ')'))),
    sequence('( id )', select),
    fc.constant<Pieces>(['DEFAULT', 'VALUES']),
  ),
  optional(sequence('ON CONFLICT ( id ) DO UPDATE SET', assignments, optional(sequence('WHERE', condition)))),
  returning,
)

const update = sequence(
  'UPDATE',
  table,
  'SET',
  assignments,
  optional(sequence('FROM', table, 'AS', name)),
  optional(sequence('WHERE', condition)),
  returning,
)

const remove = sequence(
  'DELETE FROM',
  table,
  optional(sequence('USING', separated(table, ',', 2))),
  optional(sequence('WHERE', condition)),
  returning,
)

const merge = sequence(
  'MERGE INTO',
  table,
  'USING',
  table,
  'AS src ON',
  condition,
  'WHEN MATCHED THEN UPDATE SET',
  assignments,
  'WHEN NOT MATCHED THEN INSERT ( id , name ) VALUES (',
  expression,
  ',',
  value,
  ')',
)

/** Queries and changes of rows: the statements of applications. */
export const dmlPieces: fc.Arbitrary<Pieces> = fc.oneof(
  { weight: 6, arbitrary: select },
  { weight: 2, arbitrary: insert },
  { weight: 2, arbitrary: update },
  { weight: 1, arbitrary: remove },
  { weight: 1, arbitrary: merge },
)

/** Statements about everything else. */
export const utilityPieces: fc.Arbitrary<Pieces> = fc.oneof(
  sequence('CREATE TABLE', table, '( id int DEFAULT', literal, ', b text CHECK ( b <>', literal, ') )'),
  sequence('CREATE INDEX ON', table, '(', column, ') WHERE', condition),
  sequence('ALTER TABLE', table, 'ALTER COLUMN', column, 'SET DEFAULT', literal),
  sequence('EXPLAIN ( ANALYZE , BUFFERS )', select),
  sequence('PREPARE', name, 'AS', select),
  sequence('EXECUTE', name, '(', separated(literal, ',', 3), ')'),
  sequence('DECLARE', name, 'CURSOR WITH HOLD FOR', select),
  sequence('CREATE VIEW', table, 'AS', select),
  sequence('CALL', pick(['p', 's . p']), '(', separated(expression, ',', 2), ')'),
  sequence('SAVEPOINT', name),
  sequence('LOCK TABLE', table, 'IN SHARE MODE'),
  sequence('TRUNCATE', separated(table, ',', 2)),
)
