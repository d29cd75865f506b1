/**
 * What stands on a patched prototype. Versioned, and the same for every copy of this package: whoever finds it leaves
 * the prototype as it is, since the layer that is there reports to the observers of the whole process.
 */
export const sourceMark: unique symbol = Symbol.for('pgspan.source.1')
