// @ts-check
import { startShop } from './server.js'

const { DATABASE_URL, PORT = '3000', HOST = '127.0.0.1', SHOP_FIXED } = process.env
if (!DATABASE_URL) {
  console.error('Set DATABASE_URL to a database filled by "npm run seed", such as postgres://localhost/shop')
  process.exit(1)
}

const fixed = SHOP_FIXED === '1'
const shop = await startShop({ connectionString: DATABASE_URL, port: Number(PORT), host: HOST, fixed })
console.log(`The ${fixed ? 'fixed ' : ''}shop listens on ${shop.url}`)

// The second signal is not caught: it ends the process at once.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => shop.close())
