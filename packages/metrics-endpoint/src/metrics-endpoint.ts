import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { type Attributes, diag, type MeterProvider } from '@opentelemetry/api'
import { processState } from '@pgspan/lifecycle'
import { checkOptions, type MetricsEndpointOptions } from './metrics-endpoint-options.js'
import { processProvider } from './process-provider.js'
import { processResource } from './process-resource.js'
import type { EndpointMeterProvider } from './provider/endpoint-meter-provider.js'
import { Registries } from './registries.js'
import { acceptedFormat, acceptsGzip } from './text/accepted.js'
import { render } from './text/render.js'
import { openMetricsText, prometheusText } from './text/text-format.js'

const compress = promisify(gzip)
/** What is shorter is not worth compressing. */
const worthCompressingBytes = 1_024

/** What a scraper gets. */
export interface MetricsAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** The headers of a request that matter here, by names in lower case. */
export interface ScrapeHeaders {
  readonly accept?: string | undefined
  readonly 'accept-encoding'?: string | string[] | undefined
}

/** The metrics of this process for whoever scrapes them. */
export interface MetricsEndpoint {
  /** The answer to a request, whatever its path: for frameworks that send it themselves. Never rejects. */
  answer(method: string, headers: ScrapeHeaders): Promise<MetricsAnswer>
  /** Answers a request, whatever its path: `app.get('/metrics', endpoint.handler)`, `createServer(endpoint.handler)`. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /**
   * Takes what is recorded through OpenTelemetry's api. pgspan's own metrics arrive without it; an application that has
   * no metrics SDK may register it, and finds its own metrics here: `metrics.setGlobalMeterProvider(…)`.
   */
  readonly meterProvider: MeterProvider
  /** Receives nothing from then on, unless another endpoint of this process is open. */
  close(): void
}

/**
 * Makes an endpoint for Prometheus: names with units as the specification has them, OpenMetrics with exemplars for
 * scrapers that ask for it, and at most so many series per metric. With an SDK and without one; where the SDK has metric
 * readers of its own, both get everything of pgspan.
 *
 * Several endpoints of one process show the same metrics.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function createMetricsEndpoint(options: MetricsEndpointOptions = {}): MetricsEndpoint {
  checkOptions(options)
  return new ProcessMetricsEndpoint(options)
}

class ProcessMetricsEndpoint implements MetricsEndpoint {
  readonly meterProvider: EndpointMeterProvider
  readonly handler: MetricsEndpoint['handler']
  readonly #options: MetricsEndpointOptions
  readonly #registries: Registries
  #isClosed = false

  constructor(options: MetricsEndpointOptions) {
    const { meterProviders } = processState()
    this.#options = options
    this.#registries = new Registries(options.registries ?? [])
    this.meterProvider = processProvider(options.maximumSeries)
    const resource = resourceOf(options)
    if (resource !== undefined) this.meterProvider.describeProcess(resource)
    meterProviders.add(this.meterProvider)
    this.handler = (request, response) => {
      void this.answer(request.method ?? 'GET', request.headers).then(({ status, headers, body }) => {
        // A framework may have given up waiting.
        if (!response.headersSent) response.writeHead(status, headers).end(body)
      })
    }
  }

  async answer(method: string, headers: ScrapeHeaders): Promise<MetricsAnswer> {
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { allow: 'GET, HEAD' }, body: '' }
    try {
      return await this.#scrape(method, headers)
    } catch (error) {
      diag.error('pgspan: the metrics endpoint could not answer', error)
      return {
        status: 500,
        headers: { 'content-type': 'text/plain' },
        body: 'The metrics could not be read\n',
      }
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    processState().meterProviders.remove(this.meterProvider)
  }

  async #scrape(method: string, headers: ScrapeHeaders): Promise<MetricsAnswer> {
    const wanted = acceptedFormat(headers.accept)
    const format = wanted === openMetricsText && !this.#registries.areOpenMetrics ? prometheusText : wanted
    const [collected, further] = await Promise.all([this.meterProvider.collect(), this.#registries.text()])
    const resource = (resourceOf(this.#options) ?? (() => this.meterProvider.resource))()
    const { scopeLabels = true } = this.#options
    const text = render(collected, resource, format, scopeLabels) + further + format.end
    const plain = { 'content-type': format.contentType, vary: 'accept, accept-encoding' }
    if (text.length < worthCompressingBytes || !acceptsGzip(String(headers['accept-encoding'] ?? '')))
      return { status: 200, headers: plain, body: method === 'HEAD' ? '' : text }
    const body = method === 'HEAD' ? '' : await compress(text, { level: constants.Z_BEST_SPEED })
    return { status: 200, headers: { ...plain, 'content-encoding': 'gzip' }, body }
  }
}

/** What the options say of this process; undefined if they say nothing. */
function resourceOf({ resource, serviceName }: MetricsEndpointOptions): (() => Attributes) | undefined {
  if (resource === undefined && serviceName === undefined) return undefined
  return () => ({
    ...(typeof resource === 'function' ? resource() : (resource ?? processResource())),
    ...(serviceName !== undefined && { 'service.name': serviceName }),
  })
}
