import { shutdownWithProcess } from './shutdown-with-process.js'
import { startPgspan } from './start-pgspan.js'

// `node --import pgspan/register app.js`: started by the environment alone, and shut down with the process.
shutdownWithProcess(startPgspan())
