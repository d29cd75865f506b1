import { AsyncResource } from 'node:async_hooks'
import { diag } from '@opentelemetry/api'
import { jsonLine } from '../json-line.js'
import type { LogEntry } from '../log-entry.js'
import type { LogWriter, WriterStatistics } from '../log-writer.js'
import { lostEntry } from '../pool-entry.js'
import { checkNamed } from '../query-log-options.js'
import { type LineFile, openRotatingFile, type Rotation, type RotationInterval } from './rotating-file.js'

/** Options of {@link toFiles}; all but `directory` are optional. */
export interface FileOptions {
  /** Made if it is not there. */
  readonly directory: string
  /**
   * The file that is written to. Processes that share a directory have names of their own.
   *
   * @defaultValue `queries.ndjson`
   */
  readonly fileName?: string
  /** A file that has grown to this is put aside. @defaultValue 10 MiB */
  readonly maximumFileBytes?: number
  /** A file is put aside at the start of each hour or day, UTC, too. @defaultValue `day` */
  readonly rotateEvery?: RotationInterval
  /** Of the files that were put aside, the oldest beyond this number are deleted. @defaultValue `20` */
  readonly maximumFiles?: number
}

/** What waits for the disk, in characters: more is lost, and counted. */
const maximumQueued = 4 * 1024 * 1024
/** After an error the file is left alone for so long, then twice as long, up to a minute. */
const firstRestMillis = 500
const longestRestMillis = 60_000
const closeMillis = 2_000

/**
 * Writes entries to files, as lines of JSON, and keeps the files small and few. Each line is written when the one
 * before has been: what a full disk refuses waits, and is written when there is space again.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function toFiles(options: FileOptions): LogWriter {
  checkNamed('toFiles', options, checks)
  if (options.directory === undefined)
    throw new TypeError(`toFiles: directory must be ${checks.directory[1]}`)
  return new FileWriter({
    directory: options.directory,
    fileName: options.fileName ?? 'queries.ndjson',
    maximumFileBytes: options.maximumFileBytes ?? 10 * 1024 * 1024,
    rotateEvery: options.rotateEvery ?? 'day',
    maximumFiles: options.maximumFiles ?? 20,
  })
}

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value > 0

const checks = {
  directory: [(value: unknown) => typeof value === 'string' && value !== '', 'the path of a directory'],
  fileName: [
    (value: unknown) => typeof value === 'string' && /^\w[\w.-]*$/.test(value),
    'a name of letters, digits, dots and dashes',
  ],
  maximumFileBytes: [isCount, 'a whole number of bytes above 0'],
  rotateEvery: [
    (value: unknown) => ['hour', 'day', 'never'].includes(String(value)),
    "'hour', 'day' or 'never'",
  ],
  maximumFiles: [isCount, 'a whole number above 0'],
} as const

class FileWriter implements LogWriter {
  readonly name = 'files'
  readonly #rotation: Rotation
  // What is opened here belongs to no request.
  readonly #outside = new AsyncResource('pgspan')
  #file: LineFile | undefined = undefined
  /** Lines in order; the one that is being written is still the first. */
  #queue: string[] = []
  #queued = 0
  /** The line that was written last. */
  #latest: string | undefined = undefined
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
    if (this.#queue.length > 0) this.#file ??= this.#open()
    const [line] = this.#queue
    if (line === undefined || this.#file === undefined) {
      this.#whenIdle?.()
      return
    }
    this.#isWriting = true
    const told = this.#untold
    const loss = told === 0 ? '' : jsonLine(lostEntry(told, 'the file took no more'))
    this.#file.append(loss + line, (error) => {
      this.#isWriting = false
      if (error !== undefined) {
        this.#rest(error)
        return
      }
      this.#untold -= told
      this.#restMillis = 0
      this.#queue.shift()
      this.#latest = line
      this.#queued -= line.length
      this.#written++
      this.#writeNext()
    })
  }

  #open(): LineFile {
    const file = openRotatingFile(this.#rotation)
    // The system takes what still fits of a line without an error; only the next one fails.
    if (file.isCutOff && this.#latest !== undefined) {
      this.#queue.unshift(this.#latest)
      this.#queued += this.#latest.length
      this.#written--
      this.#latest = undefined
    }
    return file
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
