// @ts-check
/**
 * The ids that the seed gives out: `first` to `first + count - 1`. No two tables share an id, so an id in a
 * query or in an answer says by itself which table it belongs to.
 */
export const ranges = {
  brands: { first: 1_000, count: 16 },
  categories: { first: 5_000, count: 24 },
  customers: { first: 10_000, count: 50_000 },
  products: { first: 200_000, count: 50_000 },
  orders: { first: 3_000_000, count: 150_000 },
  orderItems: { first: 40_000_000, count: 450_000 },
}
