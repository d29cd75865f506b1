import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy in front of a server that can fall silent, as a firewall that drops packets. */
export interface TcpProxy {
  readonly port: number
  /** Connections stay open, and nothing gets through any more; new ones are taken in, and nothing follows. */
  silence(): void
  /** New connections get through again; those that fell silent stay so. */
  forward(): void
  close(): Promise<void>
}

export async function startProxy(server: {
  readonly host: string
  readonly port: number
}): Promise<TcpProxy> {
  let isSilent = false
  const sockets = new Set<Socket>()
  const silenced = new WeakSet<Socket>()
  const proxy = createServer((client) => {
    const backend = connect(server.port, server.host)
    if (isSilent) silenced.add(client)
    for (const [from, to] of [
      [client, backend],
      [backend, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => {
        if (!silenced.has(client)) to.write(bytes)
      })
      from.on('close', () => {
        sockets.delete(from)
        if (!silenced.has(client)) to.destroy()
      })
      from.on('error', () => {})
    }
    client.once('silence', () => silenced.add(client))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    silence() {
      isSilent = true
      for (const socket of sockets) socket.emit('silence')
    },
    forward() {
      isSilent = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
