type Method = (this: unknown, ...args: unknown[]) => unknown

/**
 * Replaces a method of an object of the caller until the function that it returns is called; then the object has the
 * keys and the prototype that it had.
 */
export function coverMethod(
  holder: object,
  name: 'emit' | 'handleError',
  around: (bare: () => unknown, args: unknown[]) => unknown,
): () => void {
  const own = Object.getOwnPropertyDescriptor(holder, name)
  const bare: unknown = Reflect.get(holder, name)
  if (typeof bare !== 'function') return () => {}
  const value: Method = function (...args) {
    return around(() => (bare as Method).apply(this, args), args)
  }
  Object.defineProperty(holder, name, { value, configurable: true, writable: true, enumerable: false })
  return () => {
    if (own === undefined) Reflect.deleteProperty(holder, name)
    else Object.defineProperty(holder, name, own)
  }
}
