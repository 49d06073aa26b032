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
  IF found.version NOT IN ('2', '3') THEN
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

SELECT platform.claim_installation('sentinel2', 'default', '3');

-- A table's owner must be able to make it. Once it can, another installer need not own schema public.
DO $$
BEGIN
  IF NOT has_schema_privilege('ingest_admin', 'public', 'CREATE') THEN
    GRANT CREATE ON SCHEMA public TO ingest_admin;
  END IF;
END
$$;
SET ROLE ingest_admin;
CREATE TABLE IF NOT EXISTS public.ingestion_log (
  run        uuid NOT NULL,
  pipeline   text NOT NULL CHECK (pipeline <> ''),
  shard      integer NOT NULL CHECK (shard > 0),
  batch      integer NOT NULL CHECK (batch > 0),
  position   integer NOT NULL CHECK (position > 0),
  item       text,
  collection text,
  outcome    text NOT NULL CHECK (outcome IN ('inserted', 'updated', 'unchanged', 'duplicate', 'quarantined')),
  hash       bytea CHECK (octet_length(hash) = 32),
  time       timestamptz NOT NULL,
  PRIMARY KEY (run, shard, batch, position)
);
CREATE INDEX IF NOT EXISTS ingestion_log_item ON public.ingestion_log (collection, item, time);
CREATE INDEX IF NOT EXISTS ingestion_log_pipeline ON public.ingestion_log (pipeline, time);
COMMENT ON TABLE public.ingestion_log IS 'One row for each item of each run, written from the receipts of the pgstac database.';
COMMENT ON COLUMN public.ingestion_log.position IS 'Of the item in its batch, from 1.';
COMMENT ON COLUMN public.ingestion_log.item IS 'Its id; null where the bytes held none.';
COMMENT ON COLUMN public.ingestion_log.outcome IS 'What was done with it. A quarantined one is kept in platform.quarantine of the pgstac database.';
COMMENT ON COLUMN public.ingestion_log.hash IS 'sha256 of the item as it came: the same hash is the same item.';
COMMENT ON COLUMN public.ingestion_log.time IS 'When its batch was committed.';

-- The log is only ever appended to; what stands in it already is skipped.
GRANT SELECT ON public.ingestion_log TO ingest_read;
GRANT SELECT, INSERT ON public.ingestion_log TO ingest_write;
RESET ROLE;
-- Last: a database says it has this layout once all of it is there.
UPDATE platform.installation SET version = '3' WHERE version <> '3';
