-- One row per function. The document is what the API answers (FunctionConfiguration as JSON);
-- beside it stands what is searched by. Written so that SQLite and PostgreSQL both run it.
CREATE TABLE function (
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- CREATING, ACTIVE, UPDATING or FAILED
  lifecycle TEXT NOT NULL,
  revision_id TEXT NOT NULL,
  -- lower-case hex; names the code in the code store
  code_sha256 TEXT NOT NULL,
  document TEXT NOT NULL,
  -- While UPDATING: what serves until the update is done, and comes back if it fails.
  previous_code_sha256 TEXT,
  previous_document TEXT,
  tags TEXT NOT NULL,
  PRIMARY KEY (account_id, name)
);
