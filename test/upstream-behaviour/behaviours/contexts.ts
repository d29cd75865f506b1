import { context, trace } from '@opentelemetry/api'
import { type Behaviour, same } from '../behaviour.js'
import type { Subject } from '../subject.js'

/** Where callbacks and continuations of the application run. */
export const contexts: readonly Behaviour[] = [
  same('one callback for several queries, in every form', Array(7).fill('caller'), (subject) =>
    subject.asCaller(async () => {
      const { client } = subject
      const active: unknown[] = []
      let noted: () => void = () => {}
      const all = new Promise<void>((resolve) => {
        noted = () => active.length === 7 && resolve()
      })
      const note = (): void => {
        active.push(subject.activeSpan())
        noted()
      }
      const config = { text: 'SELECT NOW()', callback: note }
      client.query(config.text, config.callback)
      client.query(config)
      client.query(config.text, note)
      client.query(config.text, note)
      void client.query(config.text).then(note)
      client.query(config)
      client.query(config)
      await all
      return active
    }),
  ),
  same('one callback for queries of two callers', ['first', 'second'], (subject) =>
    twoCallers(subject, (note) => subject.client.query('SELECT NOW()', note)),
  ),
  same('one continuation for promises of two callers', ['first', 'second'], (subject) =>
    twoCallers(subject, (note) => void subject.client.query('SELECT NOW()').then(note)),
  ),
]

async function twoCallers(subject: Subject, ask: (note: () => void) => void): Promise<unknown> {
  const active: unknown[] = []
  await new Promise<void>((resolve) => {
    const note = (): void => {
      active.push(subject.activeSpan())
      if (active.length === 2) resolve()
    }
    for (const name of ['first', 'second']) {
      const span = trace.getTracer('application').startSpan(name)
      context.with(trace.setSpan(context.active(), span), () => ask(note))
    }
  })
  return active
}
