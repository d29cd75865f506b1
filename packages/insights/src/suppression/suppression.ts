import type { FindingKind } from '../findings/finding.js'

/** One entry of a suppressions file: what is not to be reported, why, and until when. */
export interface Suppression {
  /** Of one finding. Without it, at least one of {@link kind}, {@link unit} and {@link statement} is there. */
  readonly id?: string
  readonly kind?: FindingKind
  /** A pattern of the unit of work's name; `*` stands for any text. */
  readonly unit?: string
  /** A pattern of the sanitised statement; `*` stands for any text, and spaces do not matter. */
  readonly statement?: string
  readonly reason: string
  /** The last day on which it holds, in UTC: `2027-01-31`. Without it, it holds forever. */
  readonly expires?: string
}

/** An entry of a suppressions file, and what became of it in this process. */
export interface SuppressionStatus {
  readonly suppression: Suppression
  /** How many findings it kept from being reported. */
  readonly matches: number
  readonly isExpired: boolean
}
