-- The ingest database: what happened to every item of every run. Safe to run again.
DO $$
BEGIN
  IF to_regnamespace('platform') IS NULL THEN
    CREATE SCHEMA platform AUTHORIZATION "ingest_admin";
  END IF;
END
$$;
-- Where both DSNs name one database, the schema is the other admin role's.
GRANT USAGE, CREATE ON SCHEMA platform TO "ingest_admin";
GRANT USAGE ON SCHEMA platform TO "ingest_read", "ingest_write";

SET ROLE "ingest_admin";
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
GRANT SELECT ON platform.installation TO "ingest_read", "ingest_write";

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
ALTER FUNCTION platform.claim_installation OWNER TO "ingest_admin";
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
ALTER FUNCTION platform.grant_login OWNER TO "ingest_admin";
COMMENT ON FUNCTION platform.grant_login IS
  'Makes a login a member of one group role and of none of the others; one that is not there yet is skipped. Runs with the rights of its caller.';

SELECT platform.claim_installation('alps', 'dev', '4');

-- A table's owner must be able to make it. Once it can, another installer need not own schema public.
DO $$
BEGIN
  IF NOT has_schema_privilege('ingest_admin', 'public', 'CREATE') THEN
    GRANT CREATE ON SCHEMA public TO ingest_admin;
  END IF;
END
$$;
SET ROLE ingest_admin;

-- What the log of layouts 2 and 3 holds off. Not looked for in the rows that are there: what held them was narrower.
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_constraint WHERE conrelid = to_regclass('public.ingestion_log')
      AND conname = 'ingestion_log_outcome_check' AND pg_get_constraintdef(oid) NOT LIKE '%deleted%'
  ) THEN
    ALTER TABLE public.ingestion_log
      DROP CONSTRAINT ingestion_log_shard_check,
      DROP CONSTRAINT ingestion_log_outcome_check,
      ADD CONSTRAINT ingestion_log_shard_check CHECK (shard >= 0) NOT VALID,
      ADD CONSTRAINT ingestion_log_outcome_check CHECK (
        outcome IN ('inserted', 'updated', 'unchanged', 'ignored', 'duplicate', 'quarantined', 'deleted')
      ) NOT VALID;
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS public.ingestion_log (
  run        uuid NOT NULL,
  pipeline   text NOT NULL CHECK (pipeline <> ''),
  shard      integer NOT NULL CHECK (shard >= 0),
  batch      integer NOT NULL CHECK (batch > 0),
  position   integer NOT NULL CHECK (position > 0),
  item       text,
  collection text,
  outcome    text NOT NULL CHECK (
    outcome IN ('inserted', 'updated', 'unchanged', 'ignored', 'duplicate', 'quarantined', 'deleted')
  ),
  hash       bytea CHECK (octet_length(hash) = 32),
  time       timestamptz NOT NULL,
  PRIMARY KEY (run, shard, batch, position)
);
CREATE INDEX IF NOT EXISTS ingestion_log_item ON public.ingestion_log (collection, item, time);
CREATE INDEX IF NOT EXISTS ingestion_log_pipeline ON public.ingestion_log (pipeline, time);
CREATE INDEX IF NOT EXISTS ingestion_log_time ON public.ingestion_log USING brin (time);
COMMENT ON TABLE public.ingestion_log IS 'One row for each item of each run, written from the receipts of the pgstac database.';
COMMENT ON COLUMN public.ingestion_log.shard IS '0 where items were deleted that are gone from the source.';
COMMENT ON COLUMN public.ingestion_log.position IS 'Of the item in its batch, from 1.';
COMMENT ON COLUMN public.ingestion_log.item IS 'Its id; null where the bytes held none.';
COMMENT ON COLUMN public.ingestion_log.outcome IS 'What was done with it. A quarantined one is kept in platform.quarantine of the pgstac database.';
COMMENT ON COLUMN public.ingestion_log.hash IS 'sha256 of the item as it came: the same hash is the same item.';
COMMENT ON COLUMN public.ingestion_log.time IS 'When its batch was committed.';

CREATE TABLE IF NOT EXISTS public.ingestion_run (
  run         uuid PRIMARY KEY,
  pipeline    text NOT NULL CHECK (pipeline <> ''),
  shards      integer NOT NULL CHECK (shards > 0),
  most        bigint CHECK (most > 0),
  since       timestamptz,
  datetime    tstzrange NOT NULL DEFAULT '(,)',
  reconcile   boolean NOT NULL DEFAULT false,
  planned     timestamptz NOT NULL,
  finished    timestamptz,
  version     text NOT NULL,
  inserted    bigint NOT NULL DEFAULT 0,
  updated     bigint NOT NULL DEFAULT 0,
  unchanged   bigint NOT NULL DEFAULT 0,
  ignored     bigint NOT NULL DEFAULT 0,
  duplicates  bigint NOT NULL DEFAULT 0,
  quarantined bigint NOT NULL DEFAULT 0,
  deleted     bigint NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS ingestion_run_planned ON public.ingestion_run (planned DESC);
COMMENT ON TABLE public.ingestion_run IS 'One row for each run, as platform.run of the pgstac database has it, with how many rows of its log have which outcome.';
COMMENT ON COLUMN public.ingestion_run.most IS 'Items read at most (--limit); null for all.';
COMMENT ON COLUMN public.ingestion_run.since IS 'Items that end before it were passed over (--since); null for none.';
COMMENT ON COLUMN public.ingestion_run.datetime IS 'Items that are not in it were passed over (--datetime).';
COMMENT ON COLUMN public.ingestion_run.reconcile IS 'Whether items gone from the source were to be deleted (--reconcile).';
COMMENT ON COLUMN public.ingestion_run.finished IS 'When its log was complete; null while it is open.';
COMMENT ON COLUMN public.ingestion_run.version IS 'Of the program that wrote this row last.';

CREATE TABLE IF NOT EXISTS public.ingestion_shard (
  run         uuid NOT NULL REFERENCES public.ingestion_run (run) ON DELETE CASCADE,
  shard       integer NOT NULL CHECK (shard >= 0),
  done        boolean NOT NULL,
  started     timestamptz,
  ended       timestamptz,
  batches     integer NOT NULL DEFAULT 0,
  inserted    bigint NOT NULL DEFAULT 0,
  updated     bigint NOT NULL DEFAULT 0,
  unchanged   bigint NOT NULL DEFAULT 0,
  ignored     bigint NOT NULL DEFAULT 0,
  duplicates  bigint NOT NULL DEFAULT 0,
  quarantined bigint NOT NULL DEFAULT 0,
  deleted     bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (run, shard)
);
COMMENT ON TABLE public.ingestion_shard IS 'One row for each shard of a run that somebody has started.';
COMMENT ON COLUMN public.ingestion_shard.shard IS '0 is the deletion of items that are gone from the source.';
COMMENT ON COLUMN public.ingestion_shard.started IS 'When it was first taken; null where that is not known.';
COMMENT ON COLUMN public.ingestion_shard.ended IS 'When it was done; null until then.';

-- The log is only ever appended to, and what stands in it already is skipped; old rows go only where
-- databases.ingest.retentionDays says so.
REVOKE DELETE ON public.ingestion_log, public.ingestion_run FROM ingest_write;
GRANT SELECT ON public.ingestion_log, public.ingestion_run, public.ingestion_shard TO ingest_read;
GRANT SELECT, INSERT ON public.ingestion_log TO ingest_write;
GRANT SELECT, INSERT, UPDATE ON public.ingestion_run, public.ingestion_shard TO ingest_write;
RESET ROLE;
-- Last: a database says it has this layout once all of it is there.
UPDATE platform.installation SET version = '4' WHERE version <> '4';
