/** What an option may be: a check, and the words that say it. */
export type OptionCheck = readonly [isRight: (value: unknown) => boolean, expected: string]

export const millisAboveZero: OptionCheck = [isPositive, 'a number of milliseconds above 0']
export const countAboveZero: OptionCheck = [
  (value) => isPositive(value) && Number.isInteger(value),
  'a whole number above 0',
]

/** @throws TypeError that names the first wrong option and says what it may be; values are not repeated. */
export function checkOptions(
  caller: string,
  options: object,
  checks: Readonly<Record<string, OptionCheck>>,
): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${caller}: options must be an object, got ${typeof options}`)
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (check === undefined)
      throw new TypeError(`${caller}: unknown option ${name}; known are ${Object.keys(checks).join(', ')}`)
    const [isRight, expected] = check
    if (value !== undefined && !isRight(value))
      throw new TypeError(`${caller}: ${name} must be ${expected}, got ${shown(value)}`)
  }
}

/** Numbers say what is wrong; whatever else there is may be a secret. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}
