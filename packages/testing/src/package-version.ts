/** The same as in package.json; a test compares them. */
export const packageVersion = '0.0.0'
