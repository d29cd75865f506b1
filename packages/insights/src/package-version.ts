/** The instrumentation scope of everything that this package emits. */
export const packageName = '@pgspan/insights'
/** The same as in package.json; a test compares them. */
export const packageVersion = '0.0.0'
