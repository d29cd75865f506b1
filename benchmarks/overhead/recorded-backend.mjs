// PostgreSQL without PostgreSQL: a socket that answers what a real server once answered to the same bytes.
//
// A server of its own costs CPU caches and wake-ups, which swing; with this socket the process does nothing but what
// the application, the driver and the instrumentation do. Nothing is invented: `recordConversation` talks to a real
// server, and a request that it did not record is an error.
import { AsyncResource } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'

/**
 * What one server said.
 *
 * @typedef {object} Conversation
 * @property {string} welcome what follows the proof of identity: parameters, key, ready; in base64
 * @property {[request: string, answer: string][]} answers by request, in base64
 */

const query = 'Q'.charCodeAt(0)
const sync = 'S'.charCodeAt(0)
const terminate = 'X'.charCodeAt(0)

/**
 * Asks a real server, and notes its bytes.
 *
 * @param {typeof import('pg').Client} Client not instrumented
 * @param {string} connectionString
 * @param {((client: import('pg').Client) => Promise<unknown>)[]} questions one request each
 * @returns {Promise<Conversation>}
 */
export async function recordConversation(Client, connectionString, questions) {
  const socket = new Socket()
  let written = []
  let read = []
  // When it connects a socket gets the `write` of its class back.
  socket.once('connect', () => {
    const write = socket.write
    socket.write = (chunk, ...rest) => {
      written.push(Buffer.from(chunk))
      return write.call(socket, chunk, ...rest)
    }
  })
  socket.on('data', (chunk) => read.push(chunk))
  const client = new Client({ connectionString, stream: () => socket })
  await client.connect()
  const welcome = afterAuthentication(Buffer.concat(read)).toString('base64')
  const answers = new Map()
  for (const ask of questions) {
    written = []
    read = []
    await ask(client)
    answers.set(Buffer.concat(written).toString('base64'), Buffer.concat(read).toString('base64'))
  }
  await client.end()
  return { welcome, answers: [...answers] }
}

/** A server that trusts the client begins here; a proof of identity is different each time. */
function afterAuthentication(bytes) {
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    const isAuthentication = String.fromCharCode(bytes[at]) === 'R'
    if (isAuthentication && bytes.readInt32BE(at + 5) === 0) return bytes.subarray(at)
  }
  throw new Error('The server has not let the client in')
}

/**
 * Makes sockets for `new Client({ stream })` that answer from a conversation.
 *
 * @param {Conversation} conversation
 */
export function recordedSockets({ welcome, answers }) {
  const greeting = Buffer.from(welcome, 'base64')
  const known = new Map(
    answers.map(([request, answer]) => [
      Buffer.from(request, 'base64').toString('latin1'),
      Buffer.from(answer, 'base64'),
    ]),
  )
  return () => new RecordedSocket(greeting, known)
}

/** As much of a socket as the driver uses. */
class RecordedSocket extends EventEmitter {
  writable = true
  // Data arrives in the context in which a socket was made, not in that of the last request.
  #resource = new AsyncResource('RecordedSocket')
  #greeting
  #answers
  #isGreeted = false
  #request = ''
  #answer = undefined
  #deliver = () => this.#resource.runInAsyncScope(this.#emitAnswer, this)

  constructor(greeting, answers) {
    super()
    this.#greeting = greeting
    this.#answers = answers
  }

  connect() {
    setImmediate(() => this.emit('connect'))
    return this
  }

  write(chunk, done) {
    if (!this.#isGreeted) {
      this.#isGreeted = true
      this.#send(this.#greeting)
      return true
    }
    const type = chunk[0]
    if (type === terminate) {
      setImmediate(done)
      return true
    }
    this.#request += chunk.latin1Slice()
    if (type === query || type === sync) this.#reply()
    return true
  }

  #reply() {
    const answer = this.#answers.get(this.#request)
    if (answer === undefined) throw new Error(`Nobody recorded an answer to ${JSON.stringify(this.#request)}`)
    this.#request = ''
    this.#send(answer)
  }

  #send(bytes) {
    this.#answer = bytes
    setImmediate(this.#deliver)
  }

  #emitAnswer() {
    this.emit('data', this.#answer)
  }

  end() {
    setImmediate(() => this.emit('close'))
    return this
  }

  destroy() {
    return this.end()
  }

  setNoDelay() {}
  setKeepAlive() {}
  cork() {}
  uncork() {}
  ref() {}
  unref() {}
}
