import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string
  readonly body: Buffer
  readonly etag: string
}

const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
}

/** Reads the files of the page as they are asked for, each once. */
export class PageFiles {
  readonly #read: Map<string, PageFile> = new Map()

  /** @returns undefined for what is no file of the page. */
  get(path: string): PageFile | undefined {
    const known = this.#read.get(path)
    if (known !== undefined) return known
    const file = Object.hasOwn(files, path) ? files[path] : undefined
    if (file === undefined) return undefined
    const [name, type] = file
    const body = readFileSync(join(__dirname, '..', 'dist', 'page', name))
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    const page = { type, body, etag }
    this.#read.set(path, page)
    return page
  }
}
