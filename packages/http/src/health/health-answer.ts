import type { HealthSettings } from './health-options.js'
import { type HealthReport, healthJson } from './health-report.js'

/** An answer for any framework to send. */
export interface HealthAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What is asked for: undefined if the path is none of ours. */
export type HealthQuestion = 'live' | 'ready' | 'health'

export function questionOf(path: string, settings: HealthSettings): HealthQuestion | undefined {
  if (path === settings.livePath) return 'live'
  if (path === settings.readyPath) return 'ready'
  return path === settings.healthPath ? 'health' : undefined
}

export function answerTo(question: HealthQuestion, report: HealthReport): HealthAnswer {
  const body = question === 'health' ? healthJson(report) : { status: report.status }
  return jsonAnswer(report.status === 'fail' ? 503 : 200, body)
}

export const methodNotAllowed: HealthAnswer = {
  ...jsonAnswer(405, { status: 'fail', output: 'only GET and HEAD are answered' }),
  headers: { ...jsonAnswer(405, {}).headers, Allow: 'GET, HEAD' },
}

function jsonAnswer(status: number, body: object): HealthAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/health+json', 'Cache-Control': 'no-store' },
    body: `${JSON.stringify(body)}\n`,
  }
}
