import { loadModule, normalizeSync, parseSync, type ScanToken, scanSync } from 'libpg-query'

/** One token of PostgreSQL's own scanner, comments left out; positions are UTF-16 code units. */
export interface PostgresToken {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly isLiteral: boolean
  readonly isParameter: boolean
}

/** A node of PostgreSQL's parse tree: one key that names its type, or the fields of one. */
export interface TreeNode {
  readonly [field: string]: unknown
}

/** A statement of the parse tree: the name of its type, and its fields. */
export interface Statement {
  readonly type: string
  readonly fields: TreeNode
}

/** Token numbers of PostgreSQL 18's grammar (gram.h), as the scanner gives them. */
const literalTypes: ReadonlySet<number> = new Set([260, 261, 262, 263, 264, 266])
const PARAMETER = 267
const modifications: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

/** PostgreSQL's own scanner and parser, compiled to WebAssembly; to be called before everything else here. */
export async function loadPostgresParser(): Promise<void> {
  await loadModule()
}

/** The tokens that PostgreSQL reads in a text. Throws where PostgreSQL finds a lexical error. */
export function postgresTokens(text: string): PostgresToken[] {
  const bytes = Buffer.from(text, 'utf8')
  const isAscii = bytes.length === text.length
  const at = (byte: number): number => (isAscii ? byte : bytes.toString('utf8', 0, byte).length)
  return scannedTokens(text)
    .filter(({ tokenName }) => !tokenName.endsWith('COMMENT'))
    .map(({ start, end, text: words, tokenType }) => ({
      start: at(start),
      end: at(end),
      text: words,
      isLiteral: literalTypes.has(tokenType),
      isParameter: tokenType === PARAMETER,
    }))
}

function scannedTokens(text: string): ScanToken[] {
  if (text === '') return []
  try {
    return scanSync(text).tokens
  } catch (error) {
    throw new Error(`PostgreSQL's scanner rejects: ${text}`, { cause: error })
  }
}

/** The statements that PostgreSQL parses a text into; undefined if it rejects the text. */
export function postgresStatements(text: string): Statement[] | undefined {
  try {
    const tree = parseSync(text)
    return (tree.stmts ?? []).map(({ stmt }) => {
      const [type, fields] = Object.entries(stmt ?? {})[0] ?? ['', {}]
      return { type, fields: fields as TreeNode }
    })
  } catch {
    return undefined
  }
}

/** Only queries and changes of rows, and at least one. */
export function isDml(statements: readonly Statement[]): boolean {
  return (
    statements.length > 0 && statements.every(({ type }) => type === 'SelectStmt' || modifications.has(type))
  )
}

/**
 * What `pg_stat_statements` groups by, as far as a text alone can tell: the tokens of the normalised text, with one
 * word for every constant and parameter, folded as PostgreSQL folds names.
 */
export function normalizedTokens(text: string): string {
  return postgresTokens(normalizeSync(text))
    .map(({ text: word, isParameter }) => (isParameter ? '?' : foldedWord(word)))
    .join(' ')
    .replace(/( ;)+$/, '')
}

function foldedWord(word: string): string {
  if (word.startsWith('"')) return word.slice(1, -1).replaceAll('""', '"')
  return word === '!=' ? '<>' : word.toLowerCase()
}
