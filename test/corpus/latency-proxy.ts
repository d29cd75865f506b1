import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to the server on which everything takes longer. */
export interface LatencyProxy {
  readonly port: number
  close(): Promise<void>
}

/** @param millis for a request and its answer together. */
export async function startLatencyProxy(host: string, port: number, millis: number): Promise<LatencyProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, host)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      // Timers of equal length fire in their order, so bytes stay in theirs.
      from.on('data', (bytes) => setTimeout(() => to.write(bytes), millis / 2))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        setTimeout(() => to.end(), millis / 2)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
