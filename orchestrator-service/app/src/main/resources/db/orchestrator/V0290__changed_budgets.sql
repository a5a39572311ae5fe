-- How often the budget of a deployment was set, its creation included: its ETag.
ALTER TABLE deployment
    ADD COLUMN budget_revision  bigint  NOT NULL  DEFAULT 1;
