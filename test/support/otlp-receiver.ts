import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** What a real OTLP receiver decoded. */
export interface OtlpReceiver {
  readonly url: string
  readonly grpcUrl: string
  readonly spans: readonly Span[]
  readonly metrics: ReadonlySet<string>
  /** Each histogram as often as it arrived. */
  readonly histograms: readonly Histogram[]
  readonly events: readonly LogEvent[]
  close(): Promise<void>
}

export interface Histogram {
  readonly name: string
  readonly isCumulative: boolean
}

export interface Span {
  readonly name: string
  readonly traceId: string
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface LogEvent {
  readonly traceId: string
  readonly severityText: string
  readonly attributes: Readonly<Record<string, unknown>>
}

interface DecodedMetric {
  readonly name: string
  readonly histogram?: { readonly aggregationTemporality: number } | null
}

interface KeyValue {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

/** Starts the receiver on a free port of this machine. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const { MockOtlpServer } = require('@elastic/mockotlpserver')
  const spans: Span[] = []
  const metrics = new Set<string>()
  const histograms: Histogram[] = []
  const events: LogEvent[] = []
  const server = new MockOtlpServer({
    logLevel: 'error',
    services: ['http', 'grpc'],
    grpcHostname: '127.0.0.1',
    grpcPort: 0,
    httpHostname: '127.0.0.1',
    httpPort: 0,
    // The receiver's own decoded protobuf messages.
    onTrace: (trace: {
      resourceSpans: { scopeSpans: { spans: (Span & { attributes: KeyValue[] })[] }[] }[]
    }) => {
      for (const { scopeSpans } of trace.resourceSpans ?? []) {
        for (const scope of scopeSpans) {
          for (const span of scope.spans)
            spans.push({ ...span, traceId: hex(span.traceId), attributes: plain(span.attributes) })
        }
      }
    },
    onMetrics: (message: { resourceMetrics: { scopeMetrics: { metrics: DecodedMetric[] }[] }[] }) => {
      for (const { scopeMetrics } of message.resourceMetrics ?? []) {
        for (const { name, histogram } of scopeMetrics.flatMap((scope) => scope.metrics)) {
          metrics.add(name)
          if (histogram) histograms.push({ name, isCumulative: histogram.aggregationTemporality === 2 })
        }
      }
    },
    onLogs: (message: {
      resourceLogs: { scopeLogs: { logRecords: (LogEvent & { attributes: KeyValue[] })[] }[] }[]
    }) => {
      for (const { scopeLogs } of message.resourceLogs ?? []) {
        for (const scope of scopeLogs) {
          for (const record of scope.logRecords)
            events.push({ ...record, traceId: hex(record.traceId), attributes: plain(record.attributes) })
        }
      }
    },
  })
  await server.start()
  return {
    url: server.httpUrl.href,
    grpcUrl: `http://${server.grpcUrl.host}`,
    spans,
    metrics,
    histograms,
    events,
    close: () => server.close(),
  }
}

/** Ids are bytes in protobuf. */
function hex(id: string | Uint8Array): string {
  return typeof id === 'string' ? id : Buffer.from(id).toString('hex')
}

function plain(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value).find((part) => part !== undefined)]),
  )
}
