/** Asks the server for JSON. Rejects with what a person can do about it. */
export async function ask<Answer>(path: string, method: 'GET' | 'POST' = 'GET'): Promise<Answer> {
  let response: Response
  try {
    // A header that other sites cannot send.
    response = await fetch(`api/${path}`, { method, headers: { 'x-pgspan': '1' } })
  } catch {
    throw new Error('The application does not answer: it may have stopped, or be restarting.')
  }
  if (response.status === 401)
    throw new Error('This page belongs to an earlier start. Open the address that pgspan printed last.')
  if (!response.ok) throw new Error(`${(await response.text()).trim()} (${response.status})`)
  // The server's own types; see page-types.ts.
  return (await response.json()) as Answer
}
