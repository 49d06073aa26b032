-- pgSTAC's three group roles, before its own SQL, and the installer a member of each: somebody who is no superuser
-- could not SET ROLE to them otherwise (42501). Roles belong to the whole server; no workload is ever made pgstac_admin.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['pgstac_admin', 'pgstac_read', 'pgstac_ingest'] LOOP
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
