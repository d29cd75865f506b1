import QueryStream from 'pg-query-stream'
import type { Scenario } from '../../scenario.js'
import type { Seeder } from '../../seeder.js'
import type { World } from '../../world.js'

const alone = { isFixedSize: true, runsAlone: true } as const

/** A menu of 1 + 3 + 9 entries, with ids that lie apart. */
async function seedMenu(seeder: Seeder): Promise<void> {
  const ids = seeder.ids(13, 'menu')
  await seeder.table(
    'menu_entry',
    'id ID PRIMARY KEY, parent_id ID, label text NOT NULL',
    ids.map((id, i) => [id, i === 0 ? null : ids[Math.floor((i - 1) / 3)], `Entry ${i}`]),
  )
}

async function seedPages(seeder: Seeder): Promise<void> {
  const pages = seeder.ids(seeder.n, 'pag')
  await seeder.table(
    'page',
    'id ID PRIMARY KEY, slug text NOT NULL UNIQUE, label_key text NOT NULL',
    pages.map((id, i) => [id, `how-to-${(i * 733) % 9973}-do-it`, `page.${(i * 389) % 7919}.title`]),
  )
  await seeder.table(
    'revision',
    'page_id ID NOT NULL, saved_at timestamptz NOT NULL, body text NOT NULL',
    pages.flatMap((id, i) => [0, 1].map((k) => [id, `2024-0${1 + k}-03`, `Body ${i}.${k}`])),
  )
  await seeder.run(`
    DROP TABLE IF EXISTS page_view; CREATE TABLE page_view AS SELECT slug AS page_slug, 3 AS hits FROM page;
    DROP TABLE IF EXISTS translation;
    CREATE TABLE translation AS SELECT label_key AS key, 'de' AS locale, 'Seite' AS text FROM page`)
}

const site = { table: 'site_setting', columns: 'name text PRIMARY KEY, value text NOT NULL' }
const seedSettings = (seeder: Seeder) =>
  seeder.table(
    site.table,
    site.columns,
    ['title', 'footer', 'theme', 'logo', 'analytics', 'comments', 'feed', 'robots', 'locale', 'tz'].map(
      (name) => [name, 'x'],
    ),
  )
const setting = async (world: World, name: string): Promise<string> => {
  const { rows } = await world.pool.query('SELECT value FROM site_setting WHERE name = $1', [name])
  return rows[0].value
}

async function childrenOf(world: World, parent: unknown): Promise<unknown[]> {
  const { rows } = await world.pool.query('SELECT id, label FROM menu_entry WHERE parent_id = $1', [parent])
  const tree: unknown[] = []
  for (const row of rows) tree.push({ ...row, children: await childrenOf(world, row.id) })
  return tree
}

/** A site of pages, menus, texts in several languages and settings. */
export const publishing: readonly Scenario[] = [
  {
    name: 'strangers: a menu’s tree, a level’s children at a time',
    isFixedSize: true,
    expected: [{ kind: 'n_plus_one', on: 'menu_entry', tiers: ['recursive', 'proven'] }],
    seed: seedMenu,
    run: (world) =>
      world.unit('GET /menu', async () => {
        const root = await world.pool.query('SELECT id, label FROM menu_entry WHERE parent_id IS NULL')
        return childrenOf(world, root.rows[0].id)
      }),
  },
  {
    name: 'strangers: the same tree by a recursive common table expression',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    seed: seedMenu,
    run: (world) =>
      world.unit('GET /menu', async () => {
        await world.pool.query(`WITH RECURSIVE tree AS (
          SELECT id, parent_id, label, 0 AS depth FROM menu_entry WHERE parent_id IS NULL
          UNION ALL SELECT m.id, m.parent_id, m.label, depth + 1 FROM menu_entry m JOIN tree t ON m.parent_id = t.id
        ) SELECT * FROM tree`)
      }),
  },
  {
    name: 'strangers: breadcrumbs, from a folder up to its root',
    isFixedSize: true,
    expected: [{ kind: 'n_plus_one', on: 'folder', tiers: ['recursive', 'proven'] }],
    seed: async (seeder) => {
      const ids = seeder.ids(9, 'fld')
      await seeder.table(
        'folder',
        'id ID PRIMARY KEY, parent_id ID, name text',
        ids.map((id, i) => [id, ids[i + 1] ?? null, `Folder ${i}`]),
      )
    },
    run: (world) =>
      world.unit('GET /files/:id', async () => {
        const leaf = await world.pool.query("SELECT id, parent_id FROM folder WHERE name = 'Folder 0'")
        const crumbs = [leaf.rows[0]]
        let parent = leaf.rows[0].parent_id
        while (parent !== null) {
          const { rows } = await world.pool.query('SELECT id, name, parent_id FROM folder WHERE id = $1', [
            parent,
          ])
          crumbs.unshift(rows[0])
          parent = rows[0].parent_id
        }
        return crumbs
      }),
  },
  {
    name: 'strangers: redirects followed until the last',
    isFixedSize: true,
    expected: [{ kind: 'n_plus_one', on: 'redirect', tiers: ['recursive', 'proven'] }],
    seed: (seeder) =>
      seeder.table(
        'redirect',
        'path text PRIMARY KEY, target text NOT NULL',
        Array.from({ length: 8 }, (_, i) => [
          `/old/${i}-${(i * 7919) % 1009}`,
          `/old/${i + 1}-${((i + 1) * 7919) % 1009}`,
        ]),
      ),
    run: (world) =>
      world.unit('GET /*', async () => {
        let path = '/old/0-0'
        for (;;) {
          const hop = await world.pool.query('SELECT target FROM redirect WHERE path = $1', [path])
          if (hop.rows.length === 0) return path
          path = hop.rows[0].target
        }
      }),
  },
  {
    name: 'strangers: a translation for each page’s label',
    expected: [{ kind: 'n_plus_one', on: 'translation', column: 'page.label_key' }],
    seed: seedPages,
    run: (world) =>
      world.unit('GET /de/sitemap', async () => {
        const { rows } = await world.pool.query('SELECT slug, label_key FROM page ORDER BY slug')
        const translate = async (key: string, locale: string) => {
          const found = await world.pool.query(
            'SELECT text FROM translation WHERE key = $1 AND locale = $2',
            [key, locale],
          )
          return found.rows[0]?.text ?? key
        }
        return Promise.all(rows.map((page) => translate(page.label_key, 'de')))
      }),
  },
  {
    name: 'strangers: the latest revision of each page',
    expected: [{ kind: 'n_plus_one', on: 'revision', column: 'page.id' }],
    seed: seedPages,
    run: (world) =>
      world.unit('GET /recent', async () => {
        const { rows: pages } = await world.pool.query(
          'SELECT id, slug FROM page ORDER BY md5(slug) LIMIT 300',
        )
        for await (const page of pages) {
          const { rows } = await world.pool.query(
            'SELECT body, saved_at FROM revision WHERE page_id = $1 ORDER BY saved_at DESC LIMIT 1',
            [page.id],
          )
          page.latest = rows[0]
        }
      }),
  },
  {
    name: 'strangers: views counted slug by slug',
    expected: [{ kind: 'n_plus_one', on: 'page_view', column: 'page.slug' }],
    seed: seedPages,
    run: (world) =>
      world.unit('GET /stats', async () => {
        const { rows: pages } = await world.pool.query('SELECT slug FROM page ORDER BY slug')
        return pages.reduce<Promise<number>>(async (before, { slug }) => {
          const sum = await before
          const { rows } = await world.pool.query(
            'SELECT coalesce(sum(hits), 0)::int AS hits FROM page_view WHERE page_slug = $1',
            [slug],
          )
          return sum + rows[0].hits
        }, Promise.resolve(0))
      }),
  },
  {
    name: 'strangers: ten settings by their names, each where a template needs it',
    expected: [],
    forbidden: ['duplicate_query'],
    seed: seedSettings,
    run: (world) =>
      world.unit('GET /', async () => {
        const head = [
          await setting(world, 'title'),
          await setting(world, 'theme'),
          await setting(world, 'logo'),
        ]
        await world.pool.query('SELECT title FROM book ORDER BY price DESC LIMIT 10')
        if ((await setting(world, 'comments')) === 'x') await world.pool.query('SELECT count(*) FROM review')
        const foot = [await setting(world, 'footer'), await setting(world, 'analytics')]
        const misc = [
          await setting(world, 'robots'),
          await setting(world, 'locale'),
          await setting(world, 'tz'),
        ]
        return [head, foot, misc]
      }),
  },
  {
    name: 'strangers: one setting asked for by every row of a table that is rendered',
    ...alone,
    expected: [{ kind: 'duplicate_query', on: 'site_setting' }],
    seed: seedSettings,
    run: (world) =>
      world.unit('GET /table', async () => {
        const { rows } = await world.pool.query('SELECT title, price FROM book LIMIT 25')
        const lines: string[] = []
        for (const { title, price } of rows) lines.push(`${title} ${price} ${await setting(world, 'locale')}`)
        return lines
      }),
  },
  {
    name: 'strangers: texts of a page by keys that its template has',
    expected: [],
    forbidden: ['duplicate_query'],
    seed: (seeder) =>
      seeder.table(
        'ui_text',
        'key text PRIMARY KEY, text text NOT NULL',
        ['home', 'about', 'cart', 'login', 'logout', 'help', 'search', 'imprint'].map((key) => [
          `nav.${key}`,
          key,
        ]),
      ),
    run: (world) =>
      world.unit('GET /about', async () => {
        const t = async (key: string) =>
          (await world.pool.query('SELECT text FROM ui_text WHERE key = $1', [key])).rows[0]?.text
        const menu = [await t('nav.home'), await t('nav.about'), await t('nav.cart')]
        const account = [await t('nav.login'), await t('nav.logout')]
        return [...menu, ...account, await t('nav.help'), await t('nav.search'), await t('nav.imprint')]
      }),
  },
  {
    name: 'strangers: a slug that is free, tried one after the other',
    isFixedSize: true,
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    seed: (seeder) =>
      seeder.table(
        'post',
        'slug text PRIMARY KEY',
        Array.from({ length: 9 }, (_, i) => [i === 0 ? 'hello-world' : `hello-world-${i}`]),
      ),
    run: (world) =>
      world.unit('POST /posts', async () => {
        let slug = 'hello-world'
        for (let attempt = 1; ; attempt++) {
          const { rows } = await world.pool.query('SELECT 1 FROM post WHERE slug = $1', [slug])
          if (rows.length === 0) return slug
          slug = `hello-world-${attempt}`
        }
      }),
  },
  {
    name: 'strangers: an export by OFFSET, page after page',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('export', async () => {
        const size = 50
        for (let page = 0; ; page++) {
          const { rows } = await world.pool.query('SELECT * FROM book ORDER BY id LIMIT $1 OFFSET $2', [
            size,
            page * size,
          ])
          if (rows.length < size) return
        }
      }),
  },
  {
    name: 'strangers: keyset pages by price and id',
    expected: [],
    forbidden: ['n_plus_one', 'duplicate_query'],
    run: (world) =>
      world.unit('crawl', async () => {
        let last = (await world.pool.query('SELECT id, price FROM book ORDER BY price, id LIMIT 40')).rows.at(
          -1,
        )
        while (last !== undefined) {
          const { rows } = await world.pool.query(
            'SELECT id, price FROM book WHERE (price, id) > ($1, $2) ORDER BY price, id LIMIT 40',
            [last.price, last.id],
          )
          last = rows.at(-1)
        }
      }),
  },
  {
    name: 'strangers: a site map written from a stream',
    expected: [],
    needs: ({ variant }) => variant.driver === 'pg',
    run: (world) =>
      world.unit('GET /sitemap.xml', async () => {
        const client = await world.pool.connect()
        try {
          const stream = client.query(new QueryStream('SELECT id, title FROM book', [], { batchSize: 50 }))
          let bytes = 0
          for await (const { id } of stream) bytes += `<loc>/book/${id}</loc>`.length
          return bytes
        } finally {
          client.release()
        }
      }),
  },
]
