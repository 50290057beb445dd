-- The container images that functions and their versions are made of.
CREATE TABLE function_image (
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- digest of the image's manifest, lower-case hex; what code_sha256 of the function is
  code_sha256 TEXT NOT NULL,
  -- as it was asked for
  image_uri TEXT NOT NULL,
  -- with the digest in place of a tag
  resolved_uri TEXT NOT NULL,
  -- how the image says it is run, as JSON
  config TEXT NOT NULL,
  PRIMARY KEY (account_id, name, code_sha256),
  FOREIGN KEY (account_id, name) REFERENCES function (account_id, name) ON DELETE CASCADE
);
