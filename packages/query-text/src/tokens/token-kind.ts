/**
 * What a token is. Numbers, because a scan compares them many times per token; modules that do so take the ones they
 * need out of the object once.
 */
export const TokenKind = {
  /** The end of the text, or what stands before its begin. */
  End: 0,
  /** A word without quotes. */
  Word: 1,
  /** An identifier in double quotes. */
  Quoted: 2,
  StringLiteral: 3,
  NumberLiteral: 4,
  /** `$1` */
  Parameter: 5,
  Operator: 6,
  /** `(` */
  OpenRound: 7,
  /** `)` */
  CloseRound: 8,
  /** `[` */
  OpenSquare: 9,
  /** `]` */
  CloseSquare: 10,
  Comma: 11,
  Semicolon: 12,
  Dot: 13,
  /** `:` or `:=` */
  Colon: 14,
  /** `::` */
  Cast: 15,
  /** A control character that is no space. */
  Control: 16,
  /** Any other character. */
  Other: 17,
} as const
