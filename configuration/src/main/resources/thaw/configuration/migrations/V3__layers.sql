-- One row per layer version. A deleted one stays for as long as functions have it.
CREATE TABLE layer_version (
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  number BIGINT NOT NULL,
  arn TEXT NOT NULL,
  -- lower-case hex; names the package in the code store
  code_sha256 TEXT NOT NULL,
  unzipped_bytes BIGINT NOT NULL,
  -- What it says it is compatible with, each between commas: ,python3.13,nodejs22.x,
  runtimes TEXT NOT NULL,
  architectures TEXT NOT NULL,
  -- What the API answers (GetLayerVersionResponse as JSON, without a location)
  document TEXT NOT NULL,
  -- milliseconds since 1970, UTC; null while it is there
  deleted_millis BIGINT,
  PRIMARY KEY (account_id, name, number)
);

-- The highest number ever given to a version of this layer: numbers are never used again.
CREATE TABLE layer_counter (
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  last_number BIGINT NOT NULL,
  PRIMARY KEY (account_id, name)
);
