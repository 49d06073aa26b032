-- Schema platform of the pgstac database, after pgSTAC's own SQL: what the loader must know to lose nothing and to
-- repeat nothing. Safe to run again.
DO $$
BEGIN
  IF to_regnamespace('platform') IS NULL THEN
    CREATE SCHEMA platform AUTHORIZATION "pgstac_admin";
  END IF;
END
$$;
-- Where both DSNs name one database, the schema is the other admin role's.
GRANT USAGE, CREATE ON SCHEMA platform TO "pgstac_admin";
GRANT USAGE ON SCHEMA platform TO "pgstac_read", "pgstac_ingest";

SET ROLE "pgstac_admin";
CREATE TABLE IF NOT EXISTS platform.installation (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  platform    text NOT NULL CHECK (platform <> ''),
  environment text NOT NULL CHECK (environment <> ''),
  version     text NOT NULL CHECK (version <> ''),
  installed   timestamptz NOT NULL DEFAULT now()
);
RESET ROLE;
COMMENT ON TABLE platform.installation IS 'Whose database this is: one row. Another platform is refused.';
COMMENT ON COLUMN platform.installation.version IS 'Of the layout of schema platform and of ingestion_log, not of pgSTAC.';
GRANT SELECT ON platform.installation TO "pgstac_read", "pgstac_ingest";

CREATE OR REPLACE FUNCTION platform.claim_installation(wanted_platform text, wanted_environment text, wanted_version text)
RETURNS text LANGUAGE plpgsql SET search_path TO pg_catalog AS $function$
DECLARE
  found platform.installation;
BEGIN
  INSERT INTO platform.installation (platform, environment, version)
  VALUES (wanted_platform, wanted_environment, wanted_version)
  ON CONFLICT (one) DO NOTHING;
  SELECT * INTO STRICT found FROM platform.installation;
  IF (found.platform, found.environment) <> (wanted_platform, wanted_environment) THEN
    RAISE EXCEPTION 'this database belongs to platform %, environment %', found.platform, found.environment;
  END IF;
  IF found.version NOT IN ('2', '3', '4') THEN
    RAISE EXCEPTION 'schema platform has layout %, this SQL is for layout %', found.version, wanted_version;
  END IF;
  RETURN found.platform || ' ' || found.environment;
END
$function$;
ALTER FUNCTION platform.claim_installation OWNER TO "pgstac_admin";
COMMENT ON FUNCTION platform.claim_installation IS 'Writes the row of platform.installation, or fails on another''s and on a layout that is not to be brought to the wanted one.';

CREATE OR REPLACE FUNCTION platform.grant_login(login text, granted text, revoked text[])
RETURNS text LANGUAGE plpgsql SET search_path TO pg_catalog AS $function$
DECLARE
  other text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
    RAISE NOTICE 'login % does not exist yet: run this again when it does', login;
    RETURN format('%s does not exist yet', login);
  END IF;
  FOREACH other IN ARRAY revoked LOOP
    IF EXISTS (
      SELECT FROM pg_auth_members
      WHERE roleid = to_regrole(other) AND member = (SELECT oid FROM pg_roles WHERE rolname = login)
    ) THEN
      EXECUTE format('REVOKE %I FROM %I', other, login);
    END IF;
  END LOOP;
  IF granted IS NULL THEN
    RETURN format('%s: nothing granted', login);
  END IF;
  EXECUTE format('GRANT %I TO %I', granted, login);
  IF granted LIKE 'pgstac%' THEN
    -- pgSTAC's functions need its search_path, and a member does not inherit the group role's.
    BEGIN
      EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path TO pgstac, public', login, current_database());
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE NOTICE 'login % keeps its search_path: set it to pgstac, public in each session', login;
    END;
  END IF;
  RETURN format('%s: %s', login, granted);
END
$function$;
ALTER FUNCTION platform.grant_login OWNER TO "pgstac_admin";
COMMENT ON FUNCTION platform.grant_login IS
  'Makes a login a member of one group role and of none of the others; one that is not there yet is skipped. Runs with the rights of its caller.';

SELECT platform.claim_installation('harvest', 'default', '4');

-- pgSTAC's migrations make their schema IF NOT EXISTS, which takes the right to make one. From its role an installer has
-- it who does not own the database.
DO $$
BEGIN
  IF NOT has_database_privilege('pgstac_admin', current_database(), 'CREATE')
    AND has_database_privilege(current_database(), 'CREATE WITH GRANT OPTION') THEN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO pgstac_admin', current_database());
  END IF;
END
$$;

SET ROLE pgstac_admin;

-- What tables of layouts 2 and 3 lack. Only where they do: an ALTER TABLE would wait for whoever reads, and the loaders
-- for it.
DO $$
DECLARE
  lacking record;
BEGIN
  FOR lacking IN
    SELECT wanted.* FROM (VALUES
      ('platform.run', 'datetime', 'tstzrange NOT NULL DEFAULT ''(,)'''),
      ('platform.run', 'source', 'text'),
      ('platform.run', 'reconcile', 'boolean NOT NULL DEFAULT false'),
      ('platform.run', 'compared', 'timestamptz'),
      ('platform.lease', 'started', 'timestamptz'),
      ('platform.ledger', 'start', 'timestamptz'),
      ('platform.ledger', 'pipeline', 'text')
    ) AS wanted (relation, attribute, type)
    WHERE to_regclass(relation) IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(relation) AND attname = attribute)
  LOOP
    EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', lacking.relation, lacking.attribute, lacking.type);
  END LOOP;
  IF EXISTS (
    SELECT FROM pg_constraint WHERE conrelid = to_regclass('platform.receipt') AND conname = 'receipt_shard_check'
      AND pg_get_constraintdef(oid) NOT LIKE '%>= 0%'
  ) THEN
    -- Not looked for in the rows that are there: what held them was narrower.
    ALTER TABLE platform.receipt DROP CONSTRAINT receipt_shard_check,
      ADD CONSTRAINT receipt_shard_check CHECK (shard >= 0) NOT VALID;
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS platform.run (
  run       uuid PRIMARY KEY,
  pipeline  text NOT NULL CHECK (pipeline <> ''),
  shards    integer NOT NULL CHECK (shards > 0),
  most      bigint CHECK (most > 0),
  since     timestamptz,
  datetime  tstzrange NOT NULL DEFAULT '(,)',
  source    text,
  reconcile boolean NOT NULL DEFAULT false,
  compared  timestamptz,
  planned   timestamptz NOT NULL DEFAULT now(),
  finished  timestamptz
);
CREATE INDEX IF NOT EXISTS run_pipeline ON platform.run (pipeline, planned DESC);
COMMENT ON TABLE platform.run IS 'One ingestion of one pipeline, from its plan on.';
COMMENT ON COLUMN platform.run.run IS 'UUIDv7: sorts by the moment it was made.';
COMMENT ON COLUMN platform.run.most IS 'Items read at most (--limit); null for all. The same for every shard.';
COMMENT ON COLUMN platform.run.since IS 'Items that end before it are passed over (--since); null for none. The same for every shard.';
COMMENT ON COLUMN platform.run.datetime IS 'Items that are not in it are passed over (--datetime); both ends are in it. The same for every shard.';
COMMENT ON COLUMN platform.run.source IS 'sha256 of the pipeline''s source as the spec had it; null before layout 4.';
COMMENT ON COLUMN platform.run.reconcile IS 'Whether items that are gone from the source are deleted once every shard is done (--reconcile).';
COMMENT ON COLUMN platform.run.compared IS 'When it was found which items are gone from the source, and they were written down in platform.gone.';
COMMENT ON COLUMN platform.run.finished IS 'When ingestion_log was complete; null while it runs, and after a crash until the run goes on.';

CREATE TABLE IF NOT EXISTS platform.lease (
  run     uuid NOT NULL REFERENCES platform.run (run) ON DELETE CASCADE,
  shard   integer NOT NULL CHECK (shard > 0),
  epoch   bigint NOT NULL CHECK (epoch > 0),
  holder  text NOT NULL,
  started timestamptz,
  expires timestamptz NOT NULL,
  done    boolean NOT NULL DEFAULT false,
  PRIMARY KEY (run, shard)
);
COMMENT ON TABLE platform.lease IS 'Who works on a shard. Expires by this database''s clock; taking it over raises the epoch, and a batch of an older epoch cannot commit.';
COMMENT ON COLUMN platform.lease.holder IS 'The machine and process that works on it, for people.';
COMMENT ON COLUMN platform.lease.started IS 'When the shard was first taken; null before layout 4.';
COMMENT ON COLUMN platform.lease.expires IS 'Of a shard that is done, when it was.';

CREATE TABLE IF NOT EXISTS platform.part (
  run     uuid NOT NULL REFERENCES platform.run (run) ON DELETE CASCADE,
  shard   integer NOT NULL CHECK (shard > 0),
  part    text NOT NULL,
  batches integer NOT NULL CHECK (batches >= 0),
  PRIMARY KEY (run, shard, part)
);
COMMENT ON TABLE platform.part IS 'A part of the source of which a shard has done every batch: a restart does not read it again.';
COMMENT ON COLUMN platform.part.batches IS 'How many batches it was.';

CREATE TABLE IF NOT EXISTS platform.asset (
  pipeline   text NOT NULL,
  collection text NOT NULL,
  item       text NOT NULL,
  asset      text NOT NULL,
  run        uuid NOT NULL,
  shard      integer NOT NULL CHECK (shard > 0),
  location   text,
  path       text NOT NULL,
  checksum   text,
  type       text,
  changed    boolean NOT NULL,
  version    integer NOT NULL DEFAULT 1,
  failure    text,
  tried      timestamptz,
  PRIMARY KEY (pipeline, collection, item, asset)
);
CREATE INDEX IF NOT EXISTS asset_run ON platform.asset (run, shard);
COMMENT ON TABLE platform.asset IS 'Assets that are still to be fetched: put here in the transaction that loads their items, and gone once they are there whole.';
COMMENT ON COLUMN platform.asset.run IS 'The run whose shard fetches it: the last that met the item, or that took it over.';
COMMENT ON COLUMN platform.asset.path IS 'Where it goes, below what pipelines.*.download.to names.';
COMMENT ON COLUMN platform.asset.changed IS 'True where the item was new or another one: what is there already may be another file.';
COMMENT ON COLUMN platform.asset.version IS 'Raised when the item is met again: who fetches it meanwhile must not take it from here.';
COMMENT ON COLUMN platform.asset.failure IS 'Why the last attempt failed.';

CREATE TABLE IF NOT EXISTS platform.receipt (
  run      uuid NOT NULL REFERENCES platform.run (run) ON DELETE CASCADE,
  shard    integer NOT NULL CHECK (shard >= 0),
  batch    integer NOT NULL CHECK (batch > 0),
  written  timestamptz NOT NULL DEFAULT now(),
  settled  boolean NOT NULL DEFAULT false,
  items    jsonb NOT NULL,
  PRIMARY KEY (run, shard, batch)
);
CREATE INDEX IF NOT EXISTS receipt_unsettled ON platform.receipt (run, shard, batch) WHERE NOT settled;
COMMENT ON TABLE platform.receipt IS 'A batch that is done: written in the transaction that loaded its items.';
COMMENT ON COLUMN platform.receipt.shard IS '0 where items were deleted that are gone from the source.';
COMMENT ON COLUMN platform.receipt.settled IS 'True once its items stand in ingestion_log of the ingest database.';
COMMENT ON COLUMN platform.receipt.items IS 'Each item''s position, id, collection, outcome and hash.';

CREATE TABLE IF NOT EXISTS platform.stale_partition (
  partition text PRIMARY KEY
);
COMMENT ON TABLE platform.stale_partition IS 'Partitions of pgSTAC that were written to since their statistics and constraints were last made; what a crash leaves here is mended at the next start.';

CREATE TABLE IF NOT EXISTS platform.ledger (
  collection text NOT NULL,
  id         text NOT NULL,
  hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
  run        uuid,
  batch      integer,
  position   integer,
  start      timestamptz,
  pipeline   text,
  PRIMARY KEY (collection, id)
);
COMMENT ON TABLE platform.ledger IS 'The sha256 of each item as it was last loaded: how an unchanged one is recognised.';
COMMENT ON COLUMN platform.ledger.run IS 'Which run loaded it, or noted that it met it since, in which batch and at which position: within a run the later one of two is kept.';
COMMENT ON COLUMN platform.ledger.start IS 'Where it was put: the moment that its partition was chosen by. Null before layout 4.';
COMMENT ON COLUMN platform.ledger.pipeline IS 'The only pipeline that has met it, * where there were several; null before layout 4, until one meets it again.';

CREATE TABLE IF NOT EXISTS platform.gone (
  run        uuid NOT NULL REFERENCES platform.run (run) ON DELETE CASCADE,
  collection text NOT NULL,
  id         text NOT NULL,
  hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (run, collection, id)
);
COMMENT ON TABLE platform.gone IS 'Items that are to be deleted, since a run with --reconcile did not find them in the source any more.';
COMMENT ON COLUMN platform.gone.hash IS 'The ledger''s: an item that was loaded again since is another one, and stays.';

CREATE TABLE IF NOT EXISTS platform.quarantine (
  pipeline   text NOT NULL,
  source     text NOT NULL,
  hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
  run        uuid NOT NULL,
  shard      integer NOT NULL CHECK (shard > 0),
  batch      integer NOT NULL CHECK (batch > 0),
  position   integer NOT NULL CHECK (position > 0),
  item       text,
  collection text,
  reason     text NOT NULL CHECK (reason <> ''),
  message    text NOT NULL,
  bytes      bytea NOT NULL,
  since      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (pipeline, source, hash)
);
CREATE INDEX IF NOT EXISTS quarantine_run ON platform.quarantine (run);
CREATE INDEX IF NOT EXISTS quarantine_reason ON platform.quarantine (pipeline, reason, since);
COMMENT ON TABLE platform.quarantine IS 'Items that could not be loaded, as they came, each with its reason.';
COMMENT ON COLUMN platform.quarantine.source IS 'The file or address it was read from.';
COMMENT ON COLUMN platform.quarantine.reason IS 'Stable word; the message is for people.';

CREATE OR REPLACE VIEW platform.run_progress AS
SELECT run.run, run.pipeline, run.planned, run.finished, run.shards,
  lease.done, lease.working, lease.abandoned,
  receipt.batches, receipt.unsettled, receipt.last_written,
  quarantine.quarantined
FROM platform.run
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE done) AS done,
    count(*) FILTER (WHERE NOT done AND expires > now()) AS working,
    count(*) FILTER (WHERE NOT done AND expires <= now()) AS abandoned
  FROM platform.lease WHERE lease.run = run.run
) AS lease
CROSS JOIN LATERAL (
  SELECT count(*) AS batches, count(*) FILTER (WHERE NOT settled) AS unsettled, max(written) AS last_written
  FROM platform.receipt WHERE receipt.run = run.run
) AS receipt
CROSS JOIN LATERAL (
  SELECT count(*) AS quarantined FROM platform.quarantine WHERE quarantine.run = run.run
) AS quarantine;
COMMENT ON VIEW platform.run_progress IS 'For whoever is on call: how far each run is. abandoned: shards whose worker died and nobody took over yet.';

-- Exactly what the loader does. Runs, with their leases and receipts, are history: it deletes them only where
-- databases.ingest.retentionDays says so.
REVOKE DELETE ON platform.run, platform.receipt FROM pgstac_ingest;
GRANT SELECT, INSERT ON platform.run, platform.lease, platform.part, platform.receipt TO pgstac_ingest;
GRANT UPDATE (compared, finished) ON platform.run TO pgstac_ingest;
GRANT UPDATE (epoch, holder, expires, done) ON platform.lease TO pgstac_ingest;
GRANT UPDATE (settled) ON platform.receipt TO pgstac_ingest;
GRANT SELECT, INSERT, DELETE ON platform.gone TO pgstac_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.ledger, platform.quarantine, platform.stale_partition, platform.asset
  TO pgstac_ingest;
GRANT SELECT ON platform.run, platform.lease, platform.part, platform.receipt, platform.ledger, platform.gone,
  platform.quarantine, platform.stale_partition, platform.asset TO pgstac_read;
GRANT SELECT ON platform.run_progress TO pgstac_read, pgstac_ingest;

RESET ROLE;
-- Last: a database says it has this layout once all of it is there.
UPDATE platform.installation SET version = '4' WHERE version <> '4';
