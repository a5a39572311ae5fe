-- How much may be brought to caches at once; a null is without limit.
ALTER TABLE cache
    ADD COLUMN bytes_per_second_max  bigint,
    ADD COLUMN transfers_max         integer;

ALTER TABLE region
    ADD COLUMN bytes_per_second_max  bigint,
    ADD COLUMN transfers_max         integer;

-- Until they are retired.
CREATE TABLE deployment_budget (
    deployment            text PRIMARY KEY,
    bytes_per_second_max  bigint,
    transfers_max         integer
);

-- Until when a budget such as region:eu is used up by what was let through; all processes share it.
CREATE TABLE pace (
    budget      text        PRIMARY KEY,
    used_until  timestamptz NOT NULL
);
