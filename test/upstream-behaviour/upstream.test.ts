import { observeBehaviours } from './observe-behaviours.js'

observeBehaviours('upstream')
