import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'

/** When a file is put aside and another one begun. */
export type RotationInterval = 'hour' | 'day' | 'never'

/** Where lines go. */
export interface LineFile {
  /** Calls back when the lines are in the file, or were refused. A file that has refused some takes no more. */
  append(lines: string, done: (error: Error | undefined) => void): void
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

/** Characters that are appended at once, unless one line has more. */
export const maximumAtOnce: number = 64 * 1024
/** In bytes; statements are cut, and names that applications give are short. */
const longestLine = 64 * 1024

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
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure = error
  })
  stream.on('open', () => writeWhole(stream))
  // A process has died, or the disk was full: the line ends here.
  const ready = endOfFile(rotation).then((end) => {
    if (end !== '' && !end.endsWith('\n')) stream.write('\n')
  })
  return {
    append(lines, done) {
      ready.then(() => stream.write(lines, (error) => done(error ? (failure ?? error) : undefined)))
    },
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

/**
 * The stream takes it for done when the system has taken a part, which is what it does on a disk that is nearly full: this
 * goes on until everything is written, or refused.
 */
function writeWhole(stream: RotatingFileStream): void {
  // Private to the stream, which is pinned; a test on a full disk fails if it is no longer so.
  const { file } = stream as unknown as { file: FileHandle }
  const write = file.write.bind(file)
  const whole = async (chunk: Buffer): Promise<void> => {
    for (let from = 0; from < chunk.length; ) {
      const { bytesWritten } = await write(chunk, from)
      if (bytesWritten === 0) throw new Error('the file takes nothing')
      from += bytesWritten
    }
  }
  file.write = whole as unknown as FileHandle['write']
}

/** The end of the file that is written to, with all that may have been appended at once; nothing if it is not there. */
export async function endOfFile({ directory, fileName }: Rotation): Promise<string> {
  let file: FileHandle | undefined
  try {
    file = await open(join(directory, fileName))
    const { size } = await file.stat()
    const length = Math.min(size, longestLine + 4 * maximumAtOnce)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString()
  } catch {
    return ''
  } finally {
    await file?.close()
  }
}
