/** The instrumentation scope of everything that this package records. */
export const packageName = '@pgspan/instrumentation-pg'
/** The same as in package.json; a test compares them. */
export const packageVersion = '0.0.0'
