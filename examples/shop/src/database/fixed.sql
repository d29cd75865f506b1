-- The fault of GET /reports/loyal-customers is that this index is missing; in the fixed variant it is here.
CREATE INDEX orders_by_customer ON orders (customer_id);
