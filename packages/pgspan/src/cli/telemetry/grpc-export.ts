import { connect, type IncomingHttpHeaders } from 'node:http2'
import { otlpHeaders } from './otlp-destination.js'

const services = {
  traces: 'trace.v1.TraceService',
  metrics: 'metrics.v1.MetricsService',
  logs: 'logs.v1.LogsService',
}
/** A message that is not compressed and has no bytes. */
const emptyMessage = Buffer.alloc(5)

/**
 * Exports nothing over gRPC.
 *
 * @returns the `grpc-status` of the answer, 0 if it was taken; or what went wrong.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 */
export function exportNothingOverGrpc(
  { origin }: URL,
  signal: keyof typeof services,
  patienceMillis: number,
): Promise<number | string> {
  return new Promise((resolve) => {
    const session = connect(origin)
    const settle = (answer: number | string): void => {
      resolve(answer)
      session.destroy()
    }
    const read = (headers: IncomingHttpHeaders): void => {
      const status = headers['grpc-status']
      if (status !== undefined) settle(Number(status))
      else if (Number(headers[':status'] ?? 200) !== 200) settle('no gRPC')
    }
    const failed = (error: Error): void => settle('code' in error ? String(error.code) : error.message)
    session.once('error', failed)
    session.setTimeout(patienceMillis, () => settle('no answer'))
    const stream = session.request({
      ':method': 'POST',
      ':path': `/opentelemetry.proto.collector.${services[signal]}/Export`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...otlpHeaders(),
    })
    stream.once('error', failed)
    // An answer without a message has its status at its beginning.
    stream.once('response', read)
    stream.once('trailers', read)
    stream.resume().end(emptyMessage)
  })
}
