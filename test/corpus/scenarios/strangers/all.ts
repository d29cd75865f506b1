import type { Scenario } from '../../scenario.js'
import { backgroundWork } from './background-work.js'
import { chance } from './chance.js'
import { conversations } from './conversations.js'
import { dataLayers } from './data-layers.js'
import { driverForms } from './driver-forms.js'
import { publishing } from './publishing.js'
import { secondNegatives, secondPositives } from './second-look.js'
import { setups } from './setups.js'
import { storefront } from './storefront.js'
import { tenants } from './tenants.js'
import { waits } from './waits.js'

/** Scenarios by somebody who had not seen the rules: written and labelled before they were first run. */
export const firstRound: readonly Scenario[] = [
  ...backgroundWork,
  ...chance,
  ...conversations,
  ...dataLayers,
  ...driverForms,
  ...publishing,
  ...setups,
  ...storefront,
  ...tenants,
  ...waits,
]

/** Written when the first round had led to changes of rules, which their author had read by then. */
export const secondRound: readonly Scenario[] = [...secondPositives, ...secondNegatives]

export const strangersScenarios: readonly Scenario[] = [...firstRound, ...secondRound]
