// @ts-check

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {{ pool: import('pg').Pool, fixed: boolean }} options
 */
export async function newsletter(app, { pool, fixed }) {
  app.post('/newsletter', { schema: { body: emailBody } }, async (request, reply) => {
    const { email } = /** @type {{ email: string }} */ (request.body)
    try {
      await (fixed ? subscribe(pool, email) : subscribeOnlyOnce(pool, email))
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      return reply.code(409).send({ error: 'This address is subscribed already.' })
    }
    return { subscribed: email }
  })
}

/**
 * The fault: somebody who subscribes twice causes an error in the database.
 *
 * @param {import('pg').Pool} pool
 * @param {string} email
 */
async function subscribeOnlyOnce(pool, email) {
  await pool.query('INSERT INTO newsletter (email) VALUES ($1)', [email])
}

/**
 * The fix: subscribing again changes nothing.
 *
 * @param {import('pg').Pool} pool
 * @param {string} email
 */
async function subscribe(pool, email) {
  await pool.query('INSERT INTO newsletter (email) VALUES ($1) ON CONFLICT (email) DO NOTHING', [email])
}

/** @param {unknown} error */
function isUniqueViolation(error) {
  return error instanceof Error && 'code' in error && error.code === '23505'
}

const emailBody = {
  type: 'object',
  required: ['email'],
  properties: { email: { type: 'string', pattern: '^[^@\\s]+@[^@\\s]+$', maxLength: 200 } },
}
