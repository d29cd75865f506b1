import type { LogWriter } from '../log-writer.js'
import { checkNamed, isCount } from '../query-log-options.js'
import { FileWriter } from './file-writer.js'
import type { RotationInterval } from './rotating-file.js'

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

/**
 * Writes entries to files, as lines of JSON, and keeps the files small and few. What a full disk refuses waits, and is
 * written when there is space again.
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
