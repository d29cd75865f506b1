import { SlotTracker } from './slots/slot-tracker.js'
import { StatementTracker } from './statements/statement-tracker.js'
import { SummaryBuilder } from './statements/summary-builder.js'
import { TargetReader } from './statements/target-reader.js'
import { FingerprintLanes } from './text/fingerprint-lanes.js'
import { ListCollapser } from './text/list-collapser.js'
import { MaskedNames } from './text/masked-names.js'
import { SanitizedTextWriter } from './text/sanitized-text-writer.js'
import type { Token } from './tokens/token.js'

/** Everything that a scan makes of a text. Made once, begun anew for every text. */
export class ScanOutputs {
  readonly writer: SanitizedTextWriter = new SanitizedTextWriter()
  readonly lanes: FingerprintLanes = new FingerprintLanes()
  readonly lists: ListCollapser = new ListCollapser(this.lanes, this.writer)
  readonly summary: SummaryBuilder = new SummaryBuilder()
  readonly maskedNames: MaskedNames = new MaskedNames()
  readonly targets: TargetReader
  readonly statements: StatementTracker
  readonly slots: SlotTracker

  constructor(token: Token) {
    this.targets = new TargetReader(token, this.summary)
    this.statements = new StatementTracker(token, this.summary, this.targets, this.maskedNames)
    this.slots = new SlotTracker(token)
  }

  begin(text: string, maxTextLength: number): void {
    this.writer.begin(text, maxTextLength)
    this.lanes.reset()
    this.lists.begin()
    this.summary.begin()
    this.targets.begin()
    this.statements.begin()
    this.slots.begin()
  }
}
