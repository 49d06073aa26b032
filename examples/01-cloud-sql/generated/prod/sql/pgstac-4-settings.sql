-- databases.pgstac.settings. pgSTAC's defaults hold for what is not named here; a setting taken out of the spec keeps
-- its last value.
SET ROLE pgstac_admin;
INSERT INTO pgstac.pgstac_settings (name, value) VALUES ('context', 'auto')
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value WHERE pgstac_settings.value <> EXCLUDED.value;
RESET ROLE;
