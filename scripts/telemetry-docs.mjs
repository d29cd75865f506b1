// Writes docs/telemetry.md from the catalogue in @pgspan/conventions. `npm run docs:telemetry`
import { writeFile } from 'node:fs/promises'
import { metrics } from '@pgspan/conventions'

const headings = {
  stable: 'Stable in the OpenTelemetry specification',
  development: 'In development in the OpenTelemetry specification',
  pgspan: 'pgspan’s own',
}

/** @returns {string} the page, as it should stand in the repository */
export function telemetryPage() {
  const lines = [
    '# Metrics',
    '',
    'Written by `npm run docs:telemetry` from [`@pgspan/conventions`](../packages/conventions/src/metrics.ts).',
    'Prometheus names are those of the OpenTelemetry JS exporter; a collector appends the unit (`_seconds`).',
  ]
  for (const [stability, heading] of Object.entries(headings)) {
    lines.push('', `## ${heading}`)
    for (const metric of metrics.metrics) {
      if (metric.stability === stability) lines.push('', ...metricLines(metric))
    }
  }
  return `${lines.join('\n')}\n`
}

function metricLines({ name, description, instrument, unit, buckets, attributes, link, stability }) {
  return [
    `### \`${name}\``,
    '',
    description,
    '',
    '| | |',
    '| --- | --- |',
    `| instrument | ${instrument}, in \`${unit}\` |`,
    ...(buckets ? [`| buckets | ${buckets.join(', ')} |`] : []),
    `| attributes | ${attributes.map((key) => `\`${key}\``).join(', ')} |`,
    `| in Prometheus | \`${prometheusName(name, instrument)}\` |`,
    ...(stability === 'pgspan' ? [] : [`| specification | <${link}> |`]),
  ]
}

function prometheusName(name, instrument) {
  const base = name.replaceAll('.', '_')
  if (instrument === 'counter') return `${base}_total`
  return instrument === 'histogram' ? `${base}_bucket` : base
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(new URL('../docs/telemetry.md', import.meta.url), telemetryPage())
}
