"""What the flows beside this file know of their environment.

Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

ENVIRONMENT = "default"

# What the command is given in a pod where nothing else gives it: Metaflow forwards no
# variable to pods. None holds a password.
POD_VARIABLES: dict[str, str] = {
    "INGEST_DB_DSN": "postgresql://ingest_user@ingest-postgres.europe-west4-a.c.acme-fields.internal:5432/ingest?sslmode=verify-full",
    "PGSTAC_URI": "postgresql://pgstac_user@pgstac-postgres.europe-west4-a.c.acme-fields.internal:5432/pgstac?sslmode=verify-full",
}
