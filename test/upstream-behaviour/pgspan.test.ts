import { observeBehaviours } from './observe-behaviours.js'

observeBehaviours('pgspan')
