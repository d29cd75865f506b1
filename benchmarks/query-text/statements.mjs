/**
 * Typical statements of an application, as ORMs, query builders and people write them; about 200 characters each.
 * The names in front are for the reader.
 */
const statements = {
  'one row by its key, every column quoted':
    'SELECT "u"."id", "u"."email", "u"."display_name", "u"."created_at", "u"."updated_at" FROM "users" AS "u" WHERE "u"."id" = $1 AND "u"."deleted_at" IS NULL LIMIT $2',
  'rows with a count, by a query builder':
    'select "customers"."id" as "customer_id", "customers"."name", count("orders"."id") as "order_count" from "customers" left join "orders" on "orders"."customer_id" = "customers"."id" where "customers"."active" = $1 group by "customers"."id" order by "order_count" desc limit $2 offset $3',
  'one row in, its key out':
    'INSERT INTO "orders" ("customer_id", "status", "total_cents", "currency", "created_at", "updated_at") VALUES ($1, $2, $3, $4, $5, $6) RETURNING "id", "created_at"',
  'a change with a condition, by hand':
    'UPDATE accounts SET balance = balance - $1, updated_at = now() WHERE id = $2 AND balance >= $1 RETURNING id, balance, updated_at',
  'a clean-up with an interval':
    "DELETE FROM sessions WHERE user_id = $1 AND (expires_at < now() - interval '30 days' OR revoked_at IS NOT NULL)",
  'a join with aliases made of the path, and literals':
    'SELECT "Post"."id", "Post"."title", "Post"."published", "comments"."id" AS "comments.id", "comments"."body" AS "comments.body", "comments"."authorId" AS "comments.authorId" FROM "posts" AS "Post" LEFT OUTER JOIN "comments" AS "comments" ON "Post"."id" = "comments"."postId" WHERE ("Post"."published" = true AND "Post"."authorId" IN (1, 2, 3, 5, 8)) ORDER BY "Post"."createdAt" DESC LIMIT 20',
  'a page of a catalogue':
    'SELECT * FROM products p WHERE p.category_id IN ($1, $2, $3, $4) AND p.price BETWEEN $5 AND $6 AND p.stock > 0 ORDER BY p.price ASC, p.id ASC LIMIT 50 OFFSET 100',
  'a common table':
    "WITH recent AS (SELECT user_id, max(created_at) AS last_seen FROM events WHERE created_at > now() - interval '7 days' GROUP BY user_id) SELECT u.id, u.name, r.last_seen FROM users u JOIN recent r ON r.user_id = u.id WHERE u.tenant_id = $1",
  'a JSON document':
    "SELECT t0.id, t0.data->>'name' AS name, t0.data #>> '{address,city}' AS city FROM documents t0 WHERE t0.data @> $1::jsonb AND t0.tenant_id = $2 AND t0.archived_at IS NULL",
  'names with a schema':
    'SELECT "public"."User"."id", "public"."User"."email", "public"."User"."name", "public"."User"."role" FROM "public"."User" WHERE ("public"."User"."email" = $1 AND 1=1) LIMIT $2 OFFSET $3',
  'a queue':
    "SELECT id, payload, attempts FROM jobs WHERE status = 'queued' AND queue = $1 AND run_at <= now() ORDER BY priority DESC, id FOR UPDATE SKIP LOCKED LIMIT 10",
  'two rows in, or changed':
    "INSERT INTO audit_log (actor_id, action, entity, entity_id, diff) VALUES ($1, 'update', 'order', $2, $3), ($4, 'update', 'order', $5, $6) ON CONFLICT (entity, entity_id) DO UPDATE SET diff = EXCLUDED.diff",
  'a subquery, an aggregate and a cast':
    'SELECT c.name, (SELECT sum(i.quantity * i.price_cents) FROM order_items i WHERE i.order_id = o.id)::bigint AS total FROM orders o INNER JOIN customers c ON c.id = o.customer_id WHERE o.placed_at >= $1 AND o.placed_at < $2 AND o.status <> $3',
  'values written into the text':
    "SELECT id, first_name, last_name, email FROM contacts WHERE email = 'ann.smith@example.com' AND account_id = 48211 AND score > 0.75 AND is_active = TRUE ORDER BY last_name, first_name LIMIT 25",
}

/** The texts of the typical set. */
export const typicalTexts = Object.values(statements)

/** The mean length of texts, in UTF-16 code units. */
export function meanLength(texts) {
  return texts.reduce((sum, { length }) => sum + length, 0) / texts.length
}

/** `count` distinct texts of the shapes of the typical set: the same again and again, as an application has them. */
export function distinctTexts(count) {
  return Array.from(
    { length: count },
    (_, index) => `${typicalTexts[index % typicalTexts.length]} AND tenant_${index} = $1`,
  )
}

/** Texts of the typical set, each with a value of its own written into it, counted from `from`. */
export function textsWithLiterals(count, from) {
  return Array.from(
    { length: count },
    (_, index) => `${typicalTexts[index % typicalTexts.length]} AND tenant_id = ${from + index}`,
  )
}

/** The same characters in a new, flat string, as an application has that builds its text for every query. */
export function rebuilt(text) {
  return Buffer.from(text, 'latin1').toString('latin1')
}
