/** What an application loads first: the instrumentation, before any driver. */
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { PgInstrumentation } from '@pgspan/instrumentation-pg'

registerInstrumentations({ instrumentations: [new PgInstrumentation()] })
