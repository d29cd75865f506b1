import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { dmlPieces, utilityPieces } from './statement-pieces.ts'
import { anyStyle, written } from './written-statement.ts'

/** The folder with public statements, if there is one; packages/query-text/README.md says what is in it. */
export const corpora: string | undefined = process.env.PGSPAN_CORPORA

/** Statements, and whether they are missing on this machine. */
export interface StatementSource {
  readonly name: string
  readonly isMissing: boolean
  readonly statements: () => readonly string[]
}

function corpus(name: string, file: string): StatementSource {
  return {
    name: `${name} (skipped without PGSPAN_CORPORA)`,
    isMissing: corpora === undefined,
    statements: () => {
      const pairs: [source: string, statement: string][] = JSON.parse(
        readFileSync(join(corpora ?? '', file), 'utf8'),
      )
      return pairs.map(([, statement]) => statement)
    },
  }
}

/** A fixed sample of the grammar in statement-pieces.ts, so that a failure can be seen again. */
function generated(): readonly string[] {
  const pieces = fc.oneof({ weight: 5, arbitrary: dmlPieces }, { weight: 1, arbitrary: utilityPieces })
  return fc
    .sample(fc.tuple(pieces, anyStyle), { numRuns: 3_000, seed: 20_261 })
    .map(([tree, style]) => written(tree, style))
}

export const statementSources: readonly StatementSource[] = [
  { name: 'statements generated from the grammar', isMissing: false, statements: generated },
  corpus("PostgreSQL's regression statements", 'postgres-regress-statements.json'),
  corpus('statements of ORMs', 'orm-statements.json'),
]
