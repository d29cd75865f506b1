import type { Keyword } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'

/** What is known of the statement that is read, and of interest until it ends. */
export class StatementState {
  /** It is a `CREATE`, `ALTER` or `COPY`, where `NULL` is a property or an option and no value. */
  isDefinition = false
  /** It is `COPY … FROM STDIN`: what follows its semicolon is data. */
  copiesFromClient = false
  /** The word behind which its query begins, as in `DECLARE c CURSOR FOR`; empty if none is due. */
  queryFollows: Keyword | '' = ''
  /** Options in brackets may stand before the table: `VACUUM (FULL) t`. */
  hasOptionsFirst = false
  #isCopy = false
  /** How many `END` a body needs that began with `BEGIN ATOMIC`. */
  #openBlocks = 0

  begin(): void {
    this.isDefinition = false
    this.copiesFromClient = false
    this.queryFollows = ''
    this.hasOptionsFirst = false
    this.#isCopy = false
    this.#openBlocks = 0
  }

  /** A semicolon here belongs to the body of a function. */
  get isInBody(): boolean {
    return this.#openBlocks > 0
  }

  /** The statement, or one within it, begins with `verb`. */
  startVerb(verb: Keyword): void {
    if (verb === 'CREATE' || verb === 'ALTER') this.isDefinition = true
    else if (verb === 'PREPARE') this.queryFollows = 'AS'
    else if (verb === 'DECLARE') this.queryFollows = 'FOR'
    else if (verb === 'VACUUM' || verb === 'ANALYZE' || verb === 'CLUSTER') this.hasOptionsFirst = true
    else if (verb === 'COPY') {
      this.isDefinition = true
      this.#isCopy = true
    }
  }

  /** Sees one of the words that tell something of the whole statement. */
  seeKeyword(token: Token): void {
    const { keyword, previousKeyword } = token
    if (keyword === 'STDIN') this.copiesFromClient = this.#isCopy && previousKeyword === 'FROM'
    else if (keyword === 'ATOMIC') {
      if (this.isDefinition && previousKeyword === 'BEGIN') this.#openBlocks = 1
    } else if (this.#openBlocks > 0) {
      if (keyword === 'CASE') this.#openBlocks++
      else if (keyword === 'END') this.#openBlocks--
    }
  }
}
