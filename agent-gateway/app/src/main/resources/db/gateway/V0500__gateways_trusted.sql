-- Which of the gateway's own certificates a machine trusts, as far as it has said so.
ALTER TABLE agent ADD COLUMN gateways text[];
