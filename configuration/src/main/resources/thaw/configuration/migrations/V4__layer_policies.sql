-- The resource-based policy of a layer version, as GetLayerVersionPolicy answers it, and its
-- RevisionId; both null while it has none.
ALTER TABLE layer_version ADD COLUMN policy TEXT;
ALTER TABLE layer_version ADD COLUMN policy_revision_id TEXT;
