import type { Writable } from 'node:stream'
import { jsonLine } from '../json-line.js'
import { FunctionWriter, type LogWriter } from '../log-writer.js'

/** What a stream may have waiting, in bytes. */
const maximumWaiting = 4 * 1024 * 1024

/**
 * Writes entries to a stream as lines of JSON. One that does not keep up loses entries: they are counted.
 *
 * @param stream stdout by default; it stays open, and its errors stay its owner's.
 */
export function toStream(stream: Writable = process.stdout): LogWriter {
  return new FunctionWriter('stream', (entry) => {
    if (stream.destroyed || stream.writableLength > maximumWaiting)
      throw new Error('the stream takes no more')
    stream.write(jsonLine(entry))
  })
}
