import type { JSX } from 'preact'
import { duration } from './format.js'

/** Names of phases, in their order; also the names of their colours. */
export const phases = ['wait', 'queue', 'execute', 'read', 'rest'] as const
export type Phase = (typeof phases)[number]

export const phaseNames: Readonly<Record<Phase, string>> = {
  wait: 'pool wait',
  queue: 'client queue',
  execute: 'execution',
  read: 'reader’s pauses',
  rest: 'the rest',
}

/** A stretch of a bar, as shares of the whole. */
export interface Stretch {
  readonly phase: Phase
  readonly start: number
  readonly length: number
}

/** A bar with coloured stretches, from 0 to 1. */
export function Bar({ stretches, label }: { stretches: readonly Stretch[]; label: string }): JSX.Element {
  return (
    <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={label}>
      {stretches.map(({ phase, start, length }, n) => (
        <rect
          // Stretches have no names, and keep their order.
          key={n}
          class={phase}
          x={1_000 * clamp(start)}
          width={length > 0 ? Math.max(2, 1_000 * (clamp(start + length) - clamp(start))) : 0}
          height="10"
        />
      ))}
    </svg>
  )
}

export function PhaseLegend({ of }: { of: readonly Phase[] }): JSX.Element {
  return (
    <ul class="legend">
      {of.map((phase) => (
        <li key={phase}>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect class={phase} width="10" height="10" rx="2" />
          </svg>
          {phaseNames[phase]}
        </li>
      ))}
    </ul>
  )
}

export function labelOf(parts: readonly (readonly [Phase, number])[]): string {
  return parts
    .filter(([, millis]) => millis > 0)
    .map(([phase, millis]) => `${phaseNames[phase]} ${duration(millis)}`)
    .join(', ')
}

function clamp(share: number): number {
  return Math.max(0, Math.min(1, share))
}
