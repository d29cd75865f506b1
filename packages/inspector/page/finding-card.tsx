import type { JSX } from 'preact'
import { CodePlace, TraceLinks } from './code-place.js'
import { asPsql, CopyButton } from './copy-button.js'
import { count, duration, kindName } from './format.js'
import { Moment } from './moment.js'
import type { Finding, Overview } from './page-types.js'
import { Plan } from './plan.js'

const hidden: readonly string[] = ['count', 'plan']

/** What was found, what it rests on, and what to do. */
export function FindingCard({
  finding,
  overview,
}: {
  finding: Finding
  overview: Overview | undefined
}): JSX.Element {
  const { severity, kind, tier, title, statement, source, callSite, fix, evidence } = finding
  return (
    <article class={`finding ${severity}`}>
      <h3>
        <span class={`badge ${severity}`}>
          {kindName(kind)}
          {tier && `, ${tier}`}
        </span>{' '}
        {title}
      </h3>
      {callSite && <CodePlace {...callSite} overview={overview} />}
      <dl class="facts">
        <div>
          <dt>count</dt>
          <dd>{count(evidence.count)}</dd>
        </div>
        {Object.entries(evidence)
          .filter(([name, value]) => value !== undefined && value !== 0 && !hidden.includes(name))
          .map(([name, value]) => (
            <div key={name}>
              <dt>{factName(name)}</dt>
              <dd>{factValue(name, value)}</dd>
            </div>
          ))}
        <div>
          <dt>seen in requests</dt>
          <dd>{count(finding.count)}</dd>
        </div>
      </dl>
      {statement && <Statement text={statement} />}
      {source && (
        <>
          <p class="quiet">
            Its values came from <b>{source.column}</b>, {count(source.rows)} rows of
          </p>
          <Statement text={source.statement} />
        </>
      )}
      {finding.plan && <Plan plan={finding.plan} />}
      <p class="fix">
        <b>Fix:</b> {fix}
      </p>
      <p class="quiet parts">
        <span>
          seen at <Moment at={finding.firstSeen} />
        </span>
        {finding.lastSeen !== finding.firstSeen && (
          <span>
            last at <Moment at={finding.lastSeen} />
          </span>
        )}
        <TraceLinks traceId={finding.traceId} overview={overview} />
        <span>
          id <code>{finding.id}</code>
        </span>
      </p>
    </article>
  )
}

/** SQL as it is, with a button that copies it for psql. */
export function Statement({ text }: { text: string }): JSX.Element {
  return (
    <div class="statement">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled with the keyboard */}
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={asPsql(text)} label="Copy for psql" />
    </div>
  )
}

const factNames: Readonly<Record<string, string>> = { savedMillis: 'could save', distinct: 'distinct values' }

/** `totalMillis` as people write it. */
function factName(name: string): string {
  if (Object.hasOwn(factNames, name)) return factNames[name] ?? name
  return name
    .replace(/Millis$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim()
}

function factValue(name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value)
  return name.endsWith('Millis') ? duration(value) : count(value)
}
