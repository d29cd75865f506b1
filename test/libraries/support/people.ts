/** A schema for all libraries: twelve people with two orders each. */
export const people = `
  CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL UNIQUE);
  CREATE TABLE purchase (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, amount int NOT NULL);
  INSERT INTO person SELECT n, 'person ' || n FROM generate_series(1, 12) AS n;
  INSERT INTO purchase SELECT n, 1 + (n * 7) % 12, n * 10 FROM generate_series(1, 24) AS n;
`
