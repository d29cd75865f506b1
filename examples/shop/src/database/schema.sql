CREATE TABLE brands (
  id integer NOT NULL,
  name text NOT NULL
);

CREATE TABLE categories (
  id integer NOT NULL,
  name text NOT NULL
);

CREATE TABLE products (
  id integer NOT NULL,
  brand_id integer NOT NULL,
  category_id integer NOT NULL,
  name text NOT NULL,
  price_cents integer NOT NULL,
  featured boolean NOT NULL
);

CREATE TABLE customers (
  id integer NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  city text NOT NULL,
  tier text NOT NULL
);

CREATE TABLE orders (
  id integer NOT NULL,
  customer_id integer NOT NULL,
  status text NOT NULL DEFAULT 'placed',
  total_cents integer NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE order_items (
  id integer NOT NULL,
  order_id integer NOT NULL,
  product_id integer NOT NULL,
  quantity integer NOT NULL,
  price_cents integer NOT NULL
);

CREATE TABLE newsletter (
  email text NOT NULL,
  subscribed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE daily_sales (
  day date NOT NULL,
  orders integer NOT NULL,
  returns integer NOT NULL,
  revenue_cents integer NOT NULL
);
