-- Pods of before V0220 push, and remove, without a word in pushed_id while newer ones are started.
CREATE FUNCTION remember_pushed_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pushed_id (id_key) VALUES (NEW.id_key) ON CONFLICT DO NOTHING;
    RETURN NEW;
END $$;
CREATE TRIGGER remember_pushed_id AFTER INSERT ON package
    FOR EACH ROW EXECUTE FUNCTION remember_pushed_id();
INSERT INTO pushed_id (id_key) SELECT id_key FROM package ON CONFLICT DO NOTHING;
