-- Rows about runs are made from journals alone; what they hold must not depend on when a journal was read,
-- so that a rebuild gives the same rows, ids included.

CREATE TABLE experiments (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    parent INTEGER, -- the study; no foreign key: a journal may outlive its study's
    experiment TEXT NOT NULL REFERENCES experiments (name),
    title TEXT NOT NULL,
    method TEXT NOT NULL,
    method_version INTEGER NOT NULL,
    is_study INTEGER NOT NULL,
    spec_json TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status TEXT NOT NULL,
    failure_json TEXT,
    provenance_json TEXT NOT NULL DEFAULT '{}',
    created_ms INTEGER NOT NULL,
    started_ms INTEGER NOT NULL DEFAULT 0, -- 0: not yet
    ended_ms INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    queue_order REAL NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL,
    journal_offset INTEGER NOT NULL DEFAULT 0, -- bytes of the journal that these rows stand for
    journal_tail TEXT NOT NULL DEFAULT ''      -- SHA-256 of the last bytes before that offset
) STRICT;

CREATE INDEX runs_by_parent ON runs (parent);
CREATE INDEX runs_by_experiment ON runs (experiment);
CREATE INDEX runs_by_fingerprint ON runs (fingerprint);

CREATE TABLE metric_series (
    id INTEGER PRIMARY KEY, -- run * 1048576 + position among the run's series
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    UNIQUE (run, name)
) STRICT;

CREATE TABLE metric_points (
    series INTEGER NOT NULL REFERENCES metric_series (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    value REAL, -- NULL: not a number
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (series, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

-- Which models a run was asked to use: a folder, or run:ID.
CREATE TABLE models (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    role TEXT NOT NULL, -- 'model' or 'teacher'
    source TEXT NOT NULL,
    PRIMARY KEY (run, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX models_by_source ON models (source);

CREATE TABLE tags (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX tags_by_tag ON tags (tag);

CREATE TABLE events (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, -- from 1, in the order of the journal
    level TEXT NOT NULL,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE progress (
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    stage TEXT NOT NULL,
    label TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    seconds_left REAL NOT NULL
) STRICT;

-- Bytes of workspace.jsonl that the rows stand for.
CREATE TABLE people (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    journal_offset INTEGER NOT NULL
) STRICT;

INSERT INTO people VALUES (1, 0);
