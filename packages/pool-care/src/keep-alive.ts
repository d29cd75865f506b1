/** Connections beside pools keep no process alive; a caller who awaits what they tell does, until it is told. */
export async function keepAliveWhile<Result>(work: Promise<Result>): Promise<Result> {
  const timer = setInterval(() => {}, 60_000)
  try {
    return await work
  } finally {
    clearInterval(timer)
  }
}
