/** `authorId` and `Author_Id` as `author_id`, so that names of columns and of ORMs' aliases compare. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

const identityWords =
  'id|uuid|guid|key|slug|email|mail|phone|code|name|no|number|ref|sku|isbn|ean|barcode|username|login|handle|token|path|url|uri|domain|hash'
const identityPattern = new RegExp(`(?:^|_)(?:${identityWords})$`)

/** True for names of columns that tell rows apart: `id`, `author_id`, `email`. Expects {@link snakeCase}. */
export function namesIdentity(name: string): boolean {
  return identityPattern.test(name)
}

/** Names of what is counted or listed in the code as often as it tells rows apart: statuses, countries, settings. */
const wordPattern = /(?:^|_)(?:key|code|name|no|number|ref)$/

/** True for {@link namesIdentity} but for columns of words and small numbers. Expects {@link snakeCase}. */
export function namesRows(name: string): boolean {
  return namesIdentity(name) && !wordPattern.test(name)
}

/** Names of columns that lead to another row without saying by what it is told apart. */
const linkPattern =
  /(?:^|_)(?:by|owner|author|assignee|reporter|manager|supervisor|parent|next|prev|previous|target|reply_to|successor|predecessor)$/

/** True for `parent`, `owner` and `created_by`. Expects {@link snakeCase}. */
export function namesLink(name: string): boolean {
  return linkPattern.test(name)
}

/** True for `author_id`, not for `id`. Expects {@link snakeCase}. */
export function namesReference(name: string): boolean {
  return name.length > 3 && name.endsWith('_id')
}

/**
 * True if `reference`, such as `blog_post_id` or `post`, names rows of `table`: `post`, `posts`, `blog_posts`, `app_blog_posts`.
 *
 * Expects {@link snakeCase}.
 */
export function refersTo(reference: string, table: string): boolean {
  const noun = namesReference(reference) ? reference.slice(0, -'_id'.length) : reference
  const last = noun.slice(noun.lastIndexOf('_') + 1)
  return [noun, last].some((name) => pluralsOf(name).some((plural) => isOrEndsWith(table, plural)))
}

function pluralsOf(noun: string): readonly string[] {
  const plurals = [noun, `${noun}s`, `${noun}es`]
  if (noun.endsWith('y')) plurals.push(`${noun.slice(0, -1)}ies`)
  if (noun === 'person') plurals.push('people')
  if (noun === 'child') plurals.push('children')
  return plurals
}

function isOrEndsWith(table: string, name: string): boolean {
  return table === name || table.endsWith(`_${name}`)
}
