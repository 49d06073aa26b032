-- The group roles of the ingest database, and the installer a member of each: ingest_admin owns, ingest_write appends
-- to ingestion_log, ingest_read reads it. Roles belong to the whole server.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['ingest_admin', 'ingest_read', 'ingest_write'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', role);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another installer was quicker
      END;
    END IF;
    BEGIN
      EXECUTE format('GRANT %I TO CURRENT_USER', role);
    EXCEPTION WHEN insufficient_privilege THEN
      -- Somebody else made them: enough if they made us a member. Since PostgreSQL 16 only they can.
      IF NOT pg_has_role(role, 'MEMBER') THEN
        RAISE insufficient_privilege USING MESSAGE = format(
          'role %I is not this login''s to take: whoever made it, or a superuser, has to GRANT %I TO %I WITH ADMIN OPTION',
          role, role, current_user);
      END IF;
    END;
  END LOOP;
END
$$;
DO $$
BEGIN
  IF NOT pg_has_role('ingest_write', 'ingest_read', 'MEMBER') THEN
    GRANT ingest_read TO ingest_write;
  END IF;
END
$$;
