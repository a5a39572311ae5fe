-- Who cannot be started, and cannot even be ended with that reason, is put aside for a while: others go on.
ALTER TABLE deployment ADD COLUMN start_trouble text;
ALTER TABLE deployment ADD COLUMN start_again_at timestamptz;
