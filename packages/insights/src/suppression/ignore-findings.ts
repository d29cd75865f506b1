import { AsyncLocalStorage } from 'node:async_hooks'
import { processState } from '@pgspan/lifecycle'
import { type FindingKind, findingKinds } from '../findings/finding.js'

/** What {@link ignoreFindings} ignores. */
export interface IgnoredFindings {
  /** @defaultValue every kind */
  readonly kinds?: readonly FindingKind[]
  /** Why it is meant to be so, for whoever reads the code. */
  readonly reason: string
}

const state = processState()

/**
 * Runs code whose queries are meant to be as they are: what they do is counted, and no finding is made of it.
 *
 * Reaches everything that the code starts, its promises and callbacks included, and nothing else of its unit of work.
 * Inside another call, the kinds of both are ignored. Costs nothing as long as nobody in the process calls it.
 *
 * @returns what `run` returns; what it throws is thrown.
 * @throws TypeError if a kind does not exist or the reason is missing.
 */
export function ignoreFindings<Result>(ignored: IgnoredFindings, run: () => Result): Result {
  const kinds = checkedKinds(ignored)
  state.ignoredFindingsStorage ??= new AsyncLocalStorage()
  const storage = state.ignoredFindingsStorage
  return storage.run(together(storage.getStore(), kinds), run)
}

/** The kinds that the running code ignores: words with spaces between them, or `*`; undefined for none. */
export function ignoredByCaller(): string | undefined {
  return state.ignoredFindingsStorage?.getStore()
}

/** @param ignored what {@link ignoredByCaller} has said. */
export function includesKind(ignored: string | undefined, kind: FindingKind): boolean {
  const kinds = ignored?.split(' ') ?? []
  return kinds.includes('*') || kinds.includes(kind)
}

function together(outer: string | undefined, kinds: readonly FindingKind[]): string {
  if (kinds.length === 0 || outer === '*') return '*'
  return [...new Set([...(outer?.split(' ') ?? []), ...kinds])].sort().join(' ')
}

function checkedKinds(ignored: IgnoredFindings): readonly FindingKind[] {
  if (typeof ignored !== 'object' || ignored === null) {
    throw new TypeError('ignoreFindings: the first argument must be an object with a reason')
  }
  const { kinds, reason } = ignored
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new TypeError('ignoreFindings: reason must be a non-empty string')
  }
  if (kinds === undefined) return []
  if (!Array.isArray(kinds) || kinds.length === 0) {
    throw new TypeError('ignoreFindings: kinds must be an array of at least one kind, or left out for all')
  }
  const unknown = kinds.find((kind) => !findingKinds.includes(kind))
  if (unknown === undefined) return kinds
  throw new TypeError(`ignoreFindings: kinds must be of ${findingKinds.join(', ')}`)
}
