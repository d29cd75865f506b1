-- Made after the rows are in, which is much faster than keeping them up to date row by row.

ALTER TABLE brands ADD PRIMARY KEY (id);
ALTER TABLE categories ADD PRIMARY KEY (id);
ALTER TABLE products ADD PRIMARY KEY (id);
ALTER TABLE customers ADD PRIMARY KEY (id);
ALTER TABLE orders ADD PRIMARY KEY (id);
ALTER TABLE order_items ADD PRIMARY KEY (id);
ALTER TABLE newsletter ADD PRIMARY KEY (email);
ALTER TABLE daily_sales ADD PRIMARY KEY (day);

ALTER TABLE products ADD FOREIGN KEY (brand_id) REFERENCES brands;
ALTER TABLE products ADD FOREIGN KEY (category_id) REFERENCES categories;
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE order_items ADD FOREIGN KEY (order_id) REFERENCES orders;
ALTER TABLE order_items ADD FOREIGN KEY (product_id) REFERENCES products;

CREATE INDEX products_by_category ON products (category_id, id);
CREATE INDEX products_by_name ON products (lower(name) text_pattern_ops);
CREATE INDEX featured_products_by_brand ON products (brand_id, id) WHERE featured;
CREATE INDEX customers_by_tier ON customers (tier, id);
CREATE INDEX orders_by_time ON orders (placed_at);
CREATE INDEX order_items_by_order ON order_items (order_id);
-- There is no index on orders (customer_id): see fixed.sql.
