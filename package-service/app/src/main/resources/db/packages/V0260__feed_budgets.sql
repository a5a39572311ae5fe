-- How much may be brought from a feed outside at once; a null is without limit.
ALTER TABLE feed
    ADD COLUMN bytes_per_second_max  bigint,
    ADD COLUMN transfers_max         integer;
