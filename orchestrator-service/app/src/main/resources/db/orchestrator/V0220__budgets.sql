-- How much may be brought to caches at once; a null is without limit.
ALTER TABLE region
    ADD COLUMN bytes_per_second_max  bigint,
    ADD COLUMN transfers_max         integer;

ALTER TABLE deployment
    ADD COLUMN bytes_per_second_max  bigint,
    ADD COLUMN transfers_max         integer;
