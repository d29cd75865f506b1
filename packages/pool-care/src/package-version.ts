export const packageName = '@pgspan/pool-care'
/** The version of package.json; a test holds them equal. */
export const packageVersion = '0.0.0'
