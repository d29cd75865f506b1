import type { Keyword } from '../tokens/keyword-traits.js'
import type { Token } from '../tokens/token.js'
import { TokenKind } from '../tokens/token-kind.js'

const { Operator } = TokenKind
const QUESTION_MARK = 0x3f

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

type State = 'idle' | 'setting' | 'values' | 'rollback' | 'name'

/**
 * Finds names that are data: values of settings, roles, savepoints, prepared statements, cursors and channels.
 * Applications make them from identifiers of their tenants and users, or number them.
 */
export class MaskedNames {
  /** Whether {@link hides} has anything to say. */
  isActive = false
  #state: State = 'idle'

  /** A statement began with `verb`. */
  beginStatement(verb: Keyword): void {
    this.#enter(stateBehindVerb(verb))
  }

  endStatement(): void {
    this.#enter('idle')
  }

  /** Whether the word, quoted identifier or operator that was read last is a name to be masked. */
  hides(token: Token): boolean {
    switch (this.#state) {
      case 'setting':
        this.#enter(stateBehindSetting(token))
        return false
      case 'values':
        return token.kind !== Operator && token.keyword !== 'DEFAULT' && token.keyword !== 'TO'
      case 'rollback':
        if (token.keyword === 'TO') this.#enter('name')
        return false
      default:
        if (statementWords.has(token.keyword)) return false
        if (token.kind === Operator && !isMask(token)) return false
        this.#enter('idle')
        return token.kind !== Operator
    }
  }

  #enter(state: State): void {
    this.#state = state
    this.isActive = state !== 'idle'
  }
}

/** A name was masked before: the text is a sanitised one. */
function isMask({ text, start, end }: Token): boolean {
  return end - start === 1 && text.charCodeAt(start) === QUESTION_MARK
}

function stateBehindVerb(verb: Keyword): State {
  switch (verb) {
    case 'SET':
      return 'setting'
    case 'ROLLBACK':
      return 'rollback'
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
      return 'name'
    default:
      return 'idle'
  }
}

function stateBehindSetting(token: Token): State {
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
