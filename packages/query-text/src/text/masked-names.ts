import type { Keyword } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'

const { Operator } = TokenKind

/** Words that belong to the statement and are no name, wherever they stand before it. */
const statementWords: ReadonlySet<Keyword | ''> = new Set<Keyword>([
  'ABSOLUTE',
  'ALL',
  'BACKWARD',
  'FIRST',
  'FORWARD',
  'FROM',
  'IN',
  'LAST',
  'NEXT',
  'PREPARE',
  'PRIOR',
  'RELATIVE',
  'SAVEPOINT',
  'TRANSACTION',
])

/**
 * Finds names that are data: values of settings, roles, savepoints, prepared statements, cursors and channels.
 * Applications make them from identifiers of their tenants and users, or number them.
 */
export class MaskedNames {
  #state: 'idle' | 'setting' | 'values' | 'rollback' | 'name' = 'idle'

  /** A statement began with `verb`. */
  beginStatement(verb: Keyword): void {
    switch (verb) {
      case 'SET':
        this.#state = 'setting'
        return
      case 'ROLLBACK':
        this.#state = 'rollback'
        return
      case 'CLOSE':
      case 'DEALLOCATE':
      case 'DECLARE':
      case 'EXECUTE':
      case 'FETCH':
      case 'LISTEN':
      case 'MOVE':
      case 'NOTIFY':
      case 'PREPARE':
      case 'RELEASE':
      case 'SAVEPOINT':
      case 'UNLISTEN':
        this.#state = 'name'
        return
      default:
        this.#state = 'idle'
    }
  }

  endStatement(): void {
    this.#state = 'idle'
  }

  /** Whether {@link hides} has anything to say. */
  get isActive(): boolean {
    return this.#state !== 'idle'
  }

  /** Whether the word, quoted identifier or operator that was read last is a name to be masked. */
  hides(token: Token): boolean {
    switch (this.#state) {
      case 'setting':
        this.#state = stateBehindSetting(token)
        return false
      case 'values':
        return token.kind !== Operator && token.keyword !== 'DEFAULT' && token.keyword !== 'TO'
      case 'rollback':
        if (token.keyword === 'TO') this.#state = 'name'
        return false
      default:
        if (token.kind === Operator || statementWords.has(token.keyword)) return false
        this.#state = 'idle'
        return true
    }
  }
}

function stateBehindSetting(token: Token): 'idle' | 'setting' | 'values' {
  switch (token.keyword) {
    case 'TO':
    case 'ROLE':
    case 'AUTHORIZATION':
    case 'ZONE':
      return 'values'
    case 'TRANSACTION':
    case 'CHARACTERISTICS':
    case 'CONSTRAINTS':
      return 'idle'
    default:
      return token.kind === Operator ? 'values' : 'setting'
  }
}
