import { writeFile } from 'node:fs/promises'
import { updateReadme } from '../../scripts/matrix-docs.mjs'

/** A cell's line in the table of the last run. No times: a run that finds the same writes the same. */
export interface Row {
  readonly node: string
  readonly openTelemetry: string
  readonly pg: string
  readonly postgres: string
  readonly route: string
  readonly result: string
}

const file = new URL('last-run.json', import.meta.url)

/** Keeps what a whole run saw, and writes it into the README. */
export async function keepRun(rows: readonly Row[], leftOut: readonly object[]): Promise<void> {
  await writeFile(file, `${JSON.stringify({ rows, leftOut }, undefined, 2)}\n`)
  await updateReadme()
}
