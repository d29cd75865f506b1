import type { Checkout } from '@pgspan/lifecycle'
import type { FindingSubject } from '../findings/finding-log.js'

/** Whose finding one about a checkout is: that of the code which asked for it. */
export function subjectOf({ unitOfWork, callerContext, ignoredFindings }: Checkout): FindingSubject {
  return { unit: unitOfWork, callerContext, ignoredFindings }
}

/** What is the pool's is nobody's in particular. */
export function subjectOutside({ callerContext, ignoredFindings }: Checkout): FindingSubject {
  return { unit: undefined, callerContext, ignoredFindings }
}
