// @ts-check
// The shop, and a part of it that makes a mistake as soon as whoever started this process says so.
// `node --import pgspan/register faulty-shop.mjs`, with DATABASE_URL, FAULT and SHOP_FIXED.
import { createPool } from '../../examples/shop/src/database/create-pool.js'
import { startShop } from '../../examples/shop/src/server.js'
import { shopFaults } from './shop-faults.mjs'

const { DATABASE_URL: connectionString = '', FAULT = '', SHOP_FIXED } = process.env
const fault = shopFaults[FAULT]
if (fault === undefined) throw new Error(`FAULT must be one of ${Object.keys(shopFaults).join(', ')}`)

const log = /** @type {any} */ ({ warn() {} })
/** @param {import('pg').PoolConfig} config */
const openPool = (config) => createPool({ connectionString, ...config }, log)
const shop = await startShop({ connectionString, fixed: SHOP_FIXED === '1' })
const pool = openPool(fault.pool)
await pool.query('SELECT 1')
console.log(`The shop listens on ${shop.url}`)

process.on('message', () => void fault.begin(pool, openPool))
process.channel?.unref()
