-- The archive's tables. docs/archive.md tells what each is for; the schema's number stands in meta.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE names (
  name INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (kind, value)
);

CREATE TABLE letters (
  letter INTEGER PRIMARY KEY,
  dated INTEGER NOT NULL UNIQUE,
  key BLOB NOT NULL UNIQUE,
  case_number TEXT,
  variant INTEGER NOT NULL,
  injured INTEGER,
  denied INTEGER,
  applied INTEGER,
  assigned INTEGER,
  decided INTEGER,
  priority INTEGER,
  items INTEGER NOT NULL,
  overturned INTEGER NOT NULL,
  checksum INTEGER NOT NULL
);
CREATE INDEX letters_case ON letters (case_number);

CREATE TABLE credentials (
  letter INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  name INTEGER NOT NULL,
  PRIMARY KEY (letter, kind, rank)
) WITHOUT ROWID;

CREATE TABLE items (
  letter INTEGER NOT NULL,
  position INTEGER NOT NULL,
  treatment INTEGER NOT NULL,
  category INTEGER,
  drug INTEGER,
  drug_class INTEGER,
  region INTEGER,
  side INTEGER,
  phase INTEGER,
  quantity REAL,
  unit INTEGER,
  parent INTEGER,
  overturned INTEGER NOT NULL,
  proposed INTEGER,
  chance INTEGER,
  sentences BLOB,
  PRIMARY KEY (letter, position)
) WITHOUT ROWID;

CREATE TABLE decisive (
  letter INTEGER NOT NULL,
  position INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  criterion INTEGER NOT NULL,
  PRIMARY KEY (letter, position, rank)
) WITHOUT ROWID;

CREATE TABLE guidelines (
  guideline INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  chapter TEXT NOT NULL,
  year INTEGER NOT NULL,
  section TEXT NOT NULL,
  pages TEXT NOT NULL,
  UNIQUE (body, chapter, year, section, pages)
);

CREATE TABLE citations (
  letter INTEGER NOT NULL,
  position INTEGER NOT NULL,
  by INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  guideline INTEGER NOT NULL,
  PRIMARY KEY (letter, position, by, rank)
) WITHOUT ROWID;

CREATE TABLE packed (
  letter INTEGER PRIMARY KEY,
  determination BLOB NOT NULL,
  reading BLOB NOT NULL
);

CREATE VIEW texts AS
  SELECT letters.dated AS dated,
         letter_text(packed.determination, 'request') AS request,
         letter_text(packed.determination, 'rationale') AS rationale,
         letter_text(packed.determination, 'summary') AS summary,
         letter_text(packed.determination, 'guideline') AS guideline,
         letter_tags(packed.determination, packed.reading) AS tags
  FROM letters JOIN packed USING (letter);

CREATE VIRTUAL TABLE search USING fts5 (
  request, rationale, summary, guideline, tags,
  content = 'texts', content_rowid = 'dated', tokenize = 'porter unicode61'
);
INSERT INTO search (search, rank) VALUES ('rank', 'bm25(2.0, 1.0, 1.0, 0.5, 0.0)');

CREATE TABLE documents (
  document INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  source TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  format INTEGER NOT NULL,
  variant INTEGER NOT NULL,
  letter INTEGER NOT NULL,
  engine INTEGER NOT NULL,
  added INTEGER NOT NULL
);

CREATE TABLE quarantine (
  source TEXT PRIMARY KEY,
  sha256 BLOB,
  bytes INTEGER,
  reason TEXT NOT NULL,
  engine INTEGER NOT NULL,
  added INTEGER NOT NULL
);
CREATE INDEX quarantine_hash ON quarantine (sha256);

CREATE TABLE columns (
  month INTEGER NOT NULL,
  name TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (month, name)
);

CREATE TABLE stale (month INTEGER PRIMARY KEY);
