import { AsyncResource } from 'node:async_hooks'
import { diag } from '@opentelemetry/api'
import { jsonLine } from '../json-line.js'
import type { LogEntry } from '../log-entry.js'
import type { LogWriter, WriterStatistics } from '../log-writer.js'
import { lostEntry } from '../pool-entry.js'
import { endOfFile, type LineFile, maximumAtOnce, openRotatingFile, type Rotation } from './rotating-file.js'

/** What waits for the disk, in characters: more is lost, and counted. */
const maximumQueued = 4 * 1024 * 1024
/** After an error the file is left alone for so long, then twice as long, up to a minute. */
const firstRestMillis = 500
const longestRestMillis = 60_000
const closeMillis = 2_000

/** Writes lines in order, some at a time, each exactly once as far as the file takes it. */
export class FileWriter implements LogWriter {
  readonly name = 'files'
  readonly #rotation: Rotation
  // What is opened here belongs to no request.
  readonly #outside = new AsyncResource('pgspan')
  #file: LineFile | undefined = undefined
  /** Lines in order; those that are being written are still the first. */
  #queue: string[] = []
  #queued = 0
  #isWriting = false
  #isClosed = false
  #restMillis = 0
  #restTimer: NodeJS.Timeout | undefined = undefined
  #written = 0
  #lost = 0
  #untold = 0
  #told: Set<string> = new Set()
  #whenIdle: (() => void) | undefined = undefined

  constructor(rotation: Rotation) {
    this.#rotation = rotation
  }

  write(entry: LogEntry): void {
    const line = jsonLine(entry)
    if (this.#isClosed || this.#queued + line.length > maximumQueued) {
      this.#lost++
      this.#untold++
      return
    }
    this.#queue.push(line)
    this.#queued += line.length
    if (!this.#isWriting && this.#restTimer === undefined)
      this.#outside.runInAsyncScope(() => this.#writeNext())
  }

  statistics(): WriterStatistics {
    return { name: this.name, written: this.#written, lost: this.#lost, queued: this.#queue.length }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#idle()
    const left = this.#queue.length
    this.#lost += left
    this.#queue = []
    clearTimeout(this.#restTimer)
    if (this.#lost > 0)
      diag.warn(`pgspan: query log: ${this.#lost} entries were lost, ${this.#written} were written`)
    await new Promise<void>((resolve) => {
      if (this.#file === undefined) resolve()
      else this.#file.close(resolve)
    })
  }

  /** Settles when everything is written, when the file refuses, or after two seconds. */
  #idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#queue.length === 0) {
        resolve()
        return
      }
      const timer = setTimeout(resolve, closeMillis)
      this.#whenIdle = () => {
        clearTimeout(timer)
        resolve()
      }
      // One more try for a file that rests.
      if (!this.#isWriting) this.#writeNext()
    })
  }

  #writeNext(): void {
    const lines = this.#nextLines()
    if (lines.length === 0) {
      this.#whenIdle?.()
      return
    }
    this.#file ??= openRotatingFile(this.#rotation)
    this.#isWriting = true
    const told = this.#untold
    const loss = told === 0 ? '' : jsonLine(lostEntry(told, 'the file took no more'))
    this.#file.append(loss + lines.join(''), async (error) => {
      // Some of them may have fitted in.
      const end = error === undefined ? undefined : await endOfFile(this.#rotation)
      const count = end === undefined ? lines.length : lines.findLastIndex((line) => end.includes(line)) + 1
      if (end === undefined || end.includes(loss)) this.#untold -= told
      this.#queued -= lengthOf(this.#queue.splice(0, count))
      this.#written += count
      this.#isWriting = false
      if (error === undefined) this.#goOn()
      else this.#rest(error)
    })
  }

  #goOn(): void {
    this.#restMillis = 0
    this.#writeNext()
  }

  /** At least one, if there is any. */
  #nextLines(): readonly string[] {
    const most = Math.min(maximumAtOnce, this.#rotation.maximumFileBytes / 4)
    let length = 0
    const end = this.#queue.findIndex((line, n) => {
      length += line.length
      return n > 0 && length > most
    })
    return end === -1 ? this.#queue.slice() : this.#queue.slice(0, end)
  }

  #rest(error: unknown): void {
    this.#file?.close(() => {})
    this.#file = undefined
    this.#tell(error)
    if (this.#isClosed) {
      this.#whenIdle?.()
      return
    }
    this.#restMillis = Math.min(longestRestMillis, this.#restMillis * 2 || firstRestMillis)
    this.#restTimer = setTimeout(() => {
      this.#restTimer = undefined
      this.#writeNext()
    }, this.#restMillis).unref()
  }

  /** Once per kind of error. */
  #tell(error: unknown): void {
    const { code } = error as { code?: unknown }
    const kind = typeof code === 'string' ? code : 'unknown error'
    if (this.#told.has(kind)) return
    this.#told.add(kind)
    diag.error(
      `pgspan: query log: cannot write to ${this.#rotation.directory} (${kind}). It is tried again; what does not fit into ${maximumQueued / 2 ** 20} MiB until then is lost, and counted.`,
    )
  }
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0)
}
