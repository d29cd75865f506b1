import { Socket } from 'node:net'
import { relative, sep } from 'node:path'
import { type Observer, processState } from '@pgspan/lifecycle'

/** A connection to PostgreSQL that no instrumented driver has opened: by which file, relative to the working folder. */
export interface UnseenConnection {
  readonly file: string | undefined
}

const frames = 60
/** The first messages of a client, by their second word: a start in version 3 of the protocol, or a request for TLS. */
const firstMessages: readonly number[] = [196_608, 80_877_103]

/**
 * Tells of each connection that speaks PostgreSQL's protocol and that no instrumented driver has opened. For a process that
 * is being examined: every socket of it is looked at when it connects.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function watchDatabaseSockets(onUnseen: (connection: UnseenConnection) => void): void {
  const openings = new OpeningsOfThisMoment()
  processState().dispatcher.attach(openings)
  const connect = Socket.prototype.connect
  Socket.prototype.connect = function connectWatched(this: Socket, ...args: unknown[]): Socket {
    const stack = stackHere()
    const isSeen = openings.take() || stack.includes('openSideConnection')
    // The caller's own arguments.
    Reflect.apply(connect, this, args)
    // Afterwards, as Node gives the socket its own `write` again when it connects.
    if (!isSeen) atFirstMessage(this, () => onUnseen({ file: fileOf(stack) }))
    return this
  } as Socket['connect']
}

/** A driver opens its socket in the same breath in which it says that it opens a connection. */
class OpeningsOfThisMoment implements Observer {
  readonly name = 'doctor-openings'
  #count = 0

  connectionOpening(): void {
    this.#count++
    setImmediate(() => {
      this.#count = 0
    })
  }

  take(): boolean {
    if (this.#count === 0) return false
    this.#count--
    return true
  }
}

function atFirstMessage(socket: Socket, action: () => void): void {
  const write = socket.write
  socket.write = function writeWatched(this: Socket, ...args: unknown[]): boolean {
    // From now on it is the prototype's again.
    Reflect.deleteProperty(socket, 'write')
    const [chunk] = args
    if (chunk instanceof Uint8Array && isPostgres(chunk)) action()
    return Reflect.apply(write, this, args)
  } as Socket['write']
}

function isPostgres(chunk: Uint8Array): boolean {
  return (
    chunk.length >= 8 && firstMessages.includes(new DataView(chunk.buffer, chunk.byteOffset).getUint32(4))
  )
}

function stackHere(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = frames
  const { stack = '' } = new Error('who connects')
  Error.stackTraceLimit = limit
  return stack
}

/** The first file that is neither Node's nor this one. */
function fileOf(stack: string): string | undefined {
  for (const line of stack.split('\n').slice(1)) {
    const path = /\(?((?:file:\/\/)?\/[^()]+?):\d+:\d+\)?$/.exec(line)?.[1]?.replace(/^file:\/\//, '')
    if (path !== undefined && path !== __filename) return nameOf(path)
  }
  return undefined
}

/** As people know it: `node_modules/postgres/…`, wherever a package manager keeps it; else from the working folder. */
function nameOf(path: string): string {
  const installed = path.lastIndexOf(`${sep}node_modules${sep}`)
  return installed === -1 ? relative(process.cwd(), path) : path.slice(installed + 1)
}
