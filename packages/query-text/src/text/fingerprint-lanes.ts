const MULTIPLIER_A = 0x9e3779b1 | 0
const MULTIPLIER_B = 0xc2b2ae3d | 0
const START_A = 0x243f6a88
const START_B = 0x452821e6
const VALUE_A = 0x13198a2e
const VALUE_B = 0x38d01377
const SEPARATOR_A = 0x03707344
const SEPARATOR_B = 0x2e0b4482

/** The version of the canonical form; a change of any fingerprint must raise it. */
const VERSION = 0x31

const digits = Uint8Array.from('0123456789abcdef', (character) => character.charCodeAt(0))

/** Two independent 32-bit hashes over the canonical tokens of a text. */
export class FingerprintLanes {
  a: number = START_A
  b: number = START_B

  /** Begins anew. */
  reset(): void {
    this.a = START_A
    this.b = START_B
  }

  /** Adds a token, or the hash of a list. */
  add(a: number, b: number): void {
    const mixedA = Math.imul(this.a ^ a, MULTIPLIER_A)
    const mixedB = Math.imul(this.b ^ b, MULTIPLIER_B)
    this.a = (mixedA << 13) | (mixedA >>> 19)
    this.b = (mixedB << 17) | (mixedB >>> 15)
  }

  /** Adds a value: every literal and every parameter is the same token. */
  addValue(): void {
    this.add(VALUE_A, VALUE_B)
  }

  /** Adds the border between two statements. */
  addSeparator(): void {
    this.add(SEPARATOR_A, SEPARATOR_B)
  }

  /** `1-` and 16 hexadecimal digits. */
  format(): string {
    return formatLanes(finish(this.a), finish(this.b))
  }
}

/** Spreads every bit over the whole number (the finaliser of MurmurHash3, by Austin Appleby, public domain). */
function finish(lane: number): number {
  let hash = lane ^ (lane >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** The code of the hexadecimal digit that stands `shift` bits from the right. */
function digit(lane: number, shift: number): number {
  return digits[(lane >>> shift) & 15] ?? 0
}

function formatLanes(a: number, b: number): string {
  return String.fromCharCode(
    VERSION,
    0x2d,
    digit(a, 28),
    digit(a, 24),
    digit(a, 20),
    digit(a, 16),
    digit(a, 12),
    digit(a, 8),
    digit(a, 4),
    digit(a, 0),
    digit(b, 28),
    digit(b, 24),
    digit(b, 20),
    digit(b, 16),
    digit(b, 12),
    digit(b, 8),
    digit(b, 4),
    digit(b, 0),
  )
}
