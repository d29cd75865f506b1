import { openMetricsText, prometheusText, type TextFormat } from './text-format.js'

interface Preference {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/**
 * The text that a scraper likes best of the two; Prometheus's own for whoever names neither.
 *
 * @param accept the header of the request.
 * @see https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export function acceptedFormat(accept: string | undefined): TextFormat {
  let best: { format: TextFormat; quality: number } = { format: prometheusText, quality: 0 }
  for (const preference of preferencesOf(accept ?? '')) {
    const format = formatOf(preference)
    if (format !== undefined && preference.quality > best.quality)
      best = { format, quality: preference.quality }
  }
  return best.format
}

/** True if the answer may be compressed by gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return preferencesOf(acceptEncoding ?? '').some(({ type, quality }) => type === 'gzip' && quality > 0)
}

function formatOf({ type, parameters }: Preference): TextFormat | undefined {
  const version = parameters.get('version')
  if (type === 'application/openmetrics-text')
    return version === undefined || version === '1.0.0' ? openMetricsText : undefined
  if (type === 'text/plain') return version === undefined || version === '0.0.4' ? prometheusText : undefined
  return type === '*/*' || type === 'text/*' ? prometheusText : undefined
}

function preferencesOf(header: string): Preference[] {
  return header.split(',').map((part) => {
    const [type = '', ...rest] = part.split(';').map((piece) => piece.trim().toLowerCase())
    const parameters = new Map(
      rest.map((piece): [string, string] => {
        const [key = '', value = ''] = piece.split('=', 2)
        return [key.trim(), value.trim().replaceAll('"', '')]
      }),
    )
    const quality = Number(parameters.get('q') ?? 1)
    return { type, parameters, quality: Number.isFinite(quality) ? quality : 0 }
  })
}
