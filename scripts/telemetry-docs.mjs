// Writes docs/telemetry.md from the catalogue in @pgspan/conventions. `npm run docs:telemetry`
import { writeFile } from 'node:fs/promises'
import { metrics } from '@pgspan/conventions'
import { prometheusName } from '@pgspan/dashboards'

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
    'Prometheus names are those of pgspan’s own endpoint and of a collector; the Prometheus exporter of OpenTelemetry JS leaves',
    'the unit (`_seconds`) out.',
  ]
  for (const [stability, heading] of Object.entries(headings)) {
    lines.push('', `## ${heading}`)
    for (const metric of metrics.metrics) {
      if (metric.stability === stability) lines.push('', ...metricLines(metric))
    }
  }
  return `${lines.join('\n')}\n`
}

function metricLines(metric) {
  const { name, description, instrument, unit, buckets, attributes, link, stability } = metric
  const prometheus = prometheusName(metric, 'spec', instrument === 'histogram' ? 'bucket' : undefined)
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
    `| in Prometheus | \`${prometheus}\` |`,
    ...(stability === 'pgspan' ? [] : [`| specification | <${link}> |`]),
  ]
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(new URL('../docs/telemetry.md', import.meta.url), telemetryPage())
}
