-- Names this database in the origin of the chunk store, which belongs to one database alone.
CREATE TABLE chunk_owner (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  -- a random UUID, given when it is first asked for
  id TEXT NOT NULL
);
