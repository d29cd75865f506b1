import type { PoolView, ValidationResult } from '@pgspan/lifecycle'

/**
 * Asks every connection of a pool that has been idle for `idleMillis` whether it still works: one after the other, so
 * that the pool has the rest; all at once after the first that was silent, since its server is.
 */
export async function validateIdle(
  pool: PoolView,
  idleMillis: number,
  timeoutMillis: number,
  onResult: (result: ValidationResult) => void,
): Promise<void> {
  const { control } = pool
  if (control === undefined) return
  const since = performance.now() - idleMillis
  const waiting = control
    .connections()
    .filter(({ idleSince }) => idleSince !== 0 && idleSince <= since)
    .map(({ connection }) => connection)
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const result = await control.validate(next, timeoutMillis)
    onResult(result)
    if (result !== 'timeout') continue
    await Promise.all(
      waiting.splice(0).map((one) => control.validate(one, timeoutMillis).then((other) => onResult(other))),
    )
  }
}
