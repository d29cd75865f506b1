// Writes packages/conventions/src/sqlstate-conditions.ts from the list of the PostgreSQL server that the tests run.
// `npm run conditions`
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findBinaries } from './embedded-postgres.mjs'

const lineWidth = 108

/** @returns {string} the file, as it should stand in the repository */
export function conditionsFile() {
  const list = readFileSync(join(findBinaries(), '../share/postgresql/errcodes.txt'), 'utf8')
  const classes = new Map()
  for (const [, code, subcode, name] of list.matchAll(/^(\w\w)(\w{3})\s+[EWS]\s+\S+[ \t]+(\w+)/gm)) {
    classes.set(code, `${classes.get(code) ?? ''} ${subcode} ${name}`.trim())
  }
  return [
    '// Written by `npm run conditions` from the list that PostgreSQL 18 is built from.',
    '',
    '/** By class, the first two characters of a SQLSTATE: its other three, and the name of the condition. */',
    'export const conditionsByClass: Readonly<Record<string, string>> = {',
    ...[...classes].map(([code, conditions]) => `  ${keyOf(code)}: \`\n${wrapped(conditions)}\`,`),
    '}',
    '',
  ].join('\n')
}

/** As the formatter wants it. */
function keyOf(code) {
  return /^([1-9]\d|[A-Z]\w)$/.test(code) ? code : `'${code}'`
}

function wrapped(text) {
  const lines = ['']
  for (const pair of text.match(/\S+ \S+/g)) {
    const line = lines.at(-1)
    if (line.length + pair.length > lineWidth) lines.push(`    ${pair}`)
    else lines[lines.length - 1] = line === '' ? `    ${pair}` : `${line} ${pair}`
  }
  return lines.join('\n')
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(
    new URL('../packages/conventions/src/sqlstate-conditions.ts', import.meta.url),
    conditionsFile(),
  )
}
