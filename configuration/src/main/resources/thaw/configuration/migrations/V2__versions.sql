-- One row per published version. What it runs never changes; its lifecycle does.
CREATE TABLE function_version (
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  -- PENDING, ACTIVE, FAILED, INACTIVE or RESTORING
  lifecycle TEXT NOT NULL,
  -- lower-case hex; names the code in the code store
  code_sha256 TEXT NOT NULL,
  document TEXT NOT NULL,
  -- of what it was published from, lower-case hex: publishing the same again makes no new version
  content_sha256 TEXT NOT NULL,
  -- milliseconds since 1970, UTC; written now and then
  last_used_millis BIGINT NOT NULL,
  PRIMARY KEY (account_id, name, number),
  FOREIGN KEY (account_id, name) REFERENCES function (account_id, name) ON DELETE CASCADE
);

-- The highest number ever given to a version of this name. It outlives the function: numbers are
-- never used again.
CREATE TABLE version_counter (
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  last_number INTEGER NOT NULL,
  PRIMARY KEY (account_id, name)
);
