CREATE TABLE balance (account text PRIMARY KEY, balance bigint NOT NULL, changes bigint NOT NULL);
CREATE TABLE heard (seq bigint GENERATED ALWAYS AS IDENTITY, handler text NOT NULL, stream text NOT NULL, version bigint NOT NULL, what text NOT NULL);
CREATE TABLE kinds_of_values (id bigint PRIMARY KEY, t text, l bigint, i integer, b boolean, u uuid, at timestamptz, bytes bytea);
