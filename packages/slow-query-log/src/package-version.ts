/** The scope of what this package emits. */
export const packageName = '@pgspan/slow-query-log'
export const packageVersion = '0.0.0'
