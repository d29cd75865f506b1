export { nameRoute } from '@pgspan/lifecycle'
export type { DatabaseHeaderOptions } from './header-options.js'
export { sendDatabaseHeaders } from './send-database-headers.js'
