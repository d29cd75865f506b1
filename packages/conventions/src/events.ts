/** Log event for one finding. Our own. */
export const findingEvent = 'pgspan.finding'
