import { describePoolFindings } from './support/pool-findings.js'

describePoolFindings()
