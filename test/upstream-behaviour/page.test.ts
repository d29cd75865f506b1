import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { behaviours } from './behaviours.js'

const { version } = createRequire(import.meta.url)('@opentelemetry/instrumentation-pg/package.json')

/** `npx vitest run test/upstream-behaviour -u` writes it. */
function page(): string {
  const all = Object.values(behaviours).flat()
  const lines = [
    '# What upstream’s tests say, and what holds here',
    '',
    `The tests of \`@opentelemetry/instrumentation-pg\` are not in its package. What they say of it was read, and written`,
    'down anew in [`test/upstream-behaviour`](../test/upstream-behaviour), which runs against version',
    `${version} and against \`@pgspan/instrumentation-pg\` with all other tests.`,
    '',
    `Of ${all.length} behaviours, ${all.filter(({ why }) => why === undefined).length} are the same. Where pgspan differs, it is on purpose, and the last column says why.`,
  ]
  for (const [heading, listed] of Object.entries(behaviours)) {
    lines.push('', `## ${heading}`, '', `| of | ${version} | pgspan | why |`, '| --- | --- | --- | --- |')
    for (const { subject, expected, why } of listed) {
      const own = why === undefined ? 'the same' : shown(expected.pgspan)
      lines.push(`| ${cell(subject)} | ${shown(expected.upstream)} | ${own} | ${cell(why ?? '')} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

function shown(value: unknown): string {
  return `\`\` ${cell(inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 5 }).replaceAll(/\s+/g, ' '))} \`\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

test('docs/upstream-behaviour.md lists the behaviours that are tested', async () => {
  await expect(page()).toMatchFileSnapshot('../../docs/upstream-behaviour.md')
})
