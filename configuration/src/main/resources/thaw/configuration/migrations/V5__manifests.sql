-- Manifests of the chunk store that are in use, by what they are of. What stands here is live for garbage collection.
CREATE TABLE manifest (
  -- DISK: a read-only disk of code; SNAPSHOT_LAYER: a snapshot layer
  kind TEXT NOT NULL,
  -- of a disk the hash of what it is made of, of a snapshot layer its id
  name TEXT NOT NULL,
  -- the manifest's id, lower-case hex
  id TEXT NOT NULL,
  -- what its kind needs to know besides
  details TEXT NOT NULL,
  PRIMARY KEY (kind, name)
);
