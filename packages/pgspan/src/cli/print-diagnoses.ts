import type { Diagnosis } from '@pgspan/pool-care'
import type { ObservedRun } from './observed-run.js'

const width = 100

/** For people, on stdout: by what it is about, the worst first. */
export function printDiagnoses(diagnoses: readonly Diagnosis[], run: ObservedRun | undefined): void {
  const lines: string[] = []
  for (const subject of new Set(diagnoses.map((diagnosis) => diagnosis.subject))) {
    lines.push(subject)
    for (const diagnosis of diagnoses.filter((one) => one.subject === subject).sort(bySeverity))
      lines.push(...linesOf(diagnosis))
    lines.push('')
  }
  lines.push(summaryOf(diagnoses, run))
  process.stdout.write(`${lines.join('\n')}\n`)
}

function linesOf({ severity, check, problem, consequence, remedy }: Diagnosis): string[] {
  return [`  ${severity} ${check}`, ...wrap(problem), ...wrap(consequence), ...wrap(`→ ${remedy}`)]
}

function summaryOf(diagnoses: readonly Diagnosis[], run: ObservedRun | undefined): string {
  const wrong = diagnoses.filter(({ severity }) => severity !== 'note').length
  const seen =
    run === undefined ? 'Pools are examined while the application runs: pgspan doctor -- node app.js' : ''
  const pools = run === undefined ? '' : ` Pools seen: ${run.pools}.`
  const found =
    wrong === 0 ? 'Nothing is wrong.' : `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong.`
  return `${found}${pools}${seen && ` ${seen}`}`
}

function bySeverity(one: Diagnosis, other: Diagnosis): number {
  const order = ['error', 'warning', 'note']
  return order.indexOf(one.severity) - order.indexOf(other.severity)
}

function wrap(text: string): string[] {
  const lines: string[] = []
  let line = '   '
  for (const word of text.split(' ')) {
    if (line.length + word.length > width && line.trim() !== '') {
      lines.push(line)
      line = '   '
    }
    line += ` ${word}`
  }
  return [...lines, line]
}
