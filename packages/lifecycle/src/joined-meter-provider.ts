import type { Meter, MeterOptions, MeterProvider } from '@opentelemetry/api'
import { JoinedMeter } from './joined-meter.js'

/** What providers of SDKs have beside what the api asks of them. */
interface Stoppable {
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/** Gives each measurement to several meter providers. */
export class JoinedMeterProvider implements MeterProvider {
  readonly members: readonly MeterProvider[]

  constructor(members: readonly MeterProvider[]) {
    this.members = members
  }

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    return new JoinedMeter(this.members.map((member) => member.getMeter(name, version, options)))
  }

  /** Of those members that can; applications call it on the global provider, which this one may be. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.members.map((member) => (member as Partial<Stoppable>).forceFlush?.()))
  }

  /** Of those members that can. */
  async shutdown(): Promise<void> {
    await Promise.all(this.members.map((member) => (member as Partial<Stoppable>).shutdown?.()))
  }
}
