import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { useTelemetry } from '../support/telemetry.js'
import { useTestDatabase } from '../support/test-database.js'
import type { Side } from './behaviour.js'
import { behaviours } from './behaviours.js'
import { Subject } from './subject.js'

/** Defines a test for each behaviour of one of the two; a process has the other one only in a file of its own. */
export function observeBehaviours(side: Side): void {
  const database = useTestDatabase()
  const telemetry = useTelemetry()
  let subject: Subject
  beforeAll(() => {
    subject = new Subject(side, telemetry, database())
  })
  afterEach(() => subject.cleanUp())
  afterAll(() => subject.instrumentation.disable())

  for (const [heading, all] of Object.entries(behaviours)) {
    describe(heading, () => {
      for (const { subject: what, options, observe, expected } of all) {
        test(what, async () => {
          await subject.prepare(options[side])
          expect(await observe(subject)).toEqual(expected[side])
        })
      }
    })
  }
}
