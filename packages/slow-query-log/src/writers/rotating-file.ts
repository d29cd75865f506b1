import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { createStream } from 'rotating-file-stream'

/** When a file is put aside and another one begun. */
export type RotationInterval = 'hour' | 'day' | 'never'

/** Where lines go. */
export interface LineFile {
  /** The last line that was there has no end: a process has died, or the disk was full. It gets one. */
  readonly isCutOff: boolean
  /** Calls back when the line is in the file, or was refused. A file that has refused one takes no more. */
  append(line: string, done: (error: Error | undefined) => void): void
  close(done: () => void): void
}

/** How a file is kept small, and how many are kept. */
export interface Rotation {
  readonly directory: string
  readonly fileName: string
  readonly maximumFileBytes: number
  readonly rotateEvery: RotationInterval
  readonly maximumFiles: number
}

const intervals = { hour: '1h', day: '1d' } as const

/**
 * A file that is put aside, under a name with the time, when it is too big or too old; the oldest are deleted. Its
 * directory is made if it is not there.
 */
export function openRotatingFile(rotation: Rotation): LineFile {
  const { directory, fileName, maximumFileBytes, rotateEvery, maximumFiles } = rotation
  const stream = createStream((time, index) => rotatedName(fileName, time, index), {
    path: directory,
    size: `${maximumFileBytes}B`,
    maxFiles: maximumFiles,
    history: `.${fileName}.history`,
    intervalUTC: true,
    ...(rotateEvery !== 'never' && { interval: intervals[rotateEvery] }),
  })
  // Whoever appends is told; a stream without a listener would end the process.
  stream.on('error', () => {})
  const isCutOff = endsWithin(join(directory, fileName))
  if (isCutOff) stream.write('\n')
  return {
    isCutOff,
    append: (line, done) => void stream.write(line, (error) => done(error ?? undefined)),
    close: (done) => void stream.end(done),
  }
}

/** `queries.ndjson`, and `queries.20261121T173000000Z-001.ndjson` for one that was put aside: names sort as their times do. */
function rotatedName(fileName: string, time: number | Date | null, index = 1): string {
  if (time === null) return fileName
  const [, stem, extension] = /^(.*?)(\.[^.]*)?$/.exec(fileName) ?? []
  const at = new Date(time).toISOString().replace(/[-:.]/g, '')
  return `${stem}.${at}-${String(index).padStart(3, '0')}${extension ?? ''}`
}

/** True for a file whose last line has no end. */
function endsWithin(path: string): boolean {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const { size } = fstatSync(file)
    const last = Buffer.alloc(1)
    return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n'
  } catch {
    // It is not there, or it will be told of at the first line.
    return false
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
