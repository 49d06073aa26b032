"""Searches as stac-fastapi-pgstac opens its pool (asyncpg) and as pypgstac's driver does (psycopg), many at once.

DRIVER HOST PORT: prints how many searches gave a FeatureCollection.
"""

import asyncio
import json
import sys

SEARCH = """SELECT pgstac.search('{"limit": 1}'::jsonb)::text"""
driver, host, port = sys.argv[1:]
where = {"host": host, "port": int(port), "user": "pooler"}


async def search_with_asyncpg() -> list[str]:
    import asyncpg

    settings = {"search_path": "pgstac,public", "application_name": "pgstac"}
    pool = await asyncpg.create_pool(
        **where, database="pgstac", ssl=False, min_size=4, max_size=4, server_settings=settings, statement_cache_size=0
    )
    async with pool:
        return await asyncio.gather(*(pool.fetchval(SEARCH) for _ in range(40)))


async def search_with_psycopg() -> list[str]:
    import psycopg

    async def search() -> list[str]:
        connection = await psycopg.AsyncConnection.connect(
            **where, dbname="pgstac", sslmode="disable", autocommit=True, prepare_threshold=None
        )
        async with connection:
            return [(await (await connection.execute(SEARCH)).fetchone())[0] for _ in range(10)]

    return [text for texts in await asyncio.gather(*(search() for _ in range(4))) for text in texts]


answers = asyncio.run({"asyncpg": search_with_asyncpg, "psycopg": search_with_psycopg}[driver]())
print(sum(json.loads(answer)["type"] == "FeatureCollection" for answer in answers))
