// @ts-check
/** The `:id` of a route: any value of PostgreSQL's `integer`. */
export const idParams = {
  type: 'object',
  properties: { id: { type: 'integer', minimum: 1, maximum: 2_147_483_647 } },
}
