"""What the ratio stands on: a Starlette route that adds one row, commits durably, and returns fixed bytes.

No signature, no engine, no store of ours: the drivers as they are, in the same kind of thread pool.
"""

import asyncio
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

THREADS = 16
TABLE = "CREATE TABLE IF NOT EXISTS bare (call_id TEXT, n INTEGER, node TEXT, result TEXT, at FLOAT, payload {blob})"
INSERT = "INSERT INTO bare VALUES ({0}, {0}, {0}, {0}, {0}, {0})"

Keep = Callable[[str, bytes], None]
"""Adds one row and commits it."""


def sqlite_keep(file: str) -> Keep:
    """A connection a thread, WAL, synchronous FULL; threads wait for each other here and not in the file."""
    mine, writing, insert = threading.local(), threading.Lock(), INSERT.format("?")

    def connection() -> sqlite3.Connection:
        if not hasattr(mine, "connection"):
            mine.connection = sqlite3.connect(file, isolation_level=None)
            mine.connection.execute("PRAGMA journal_mode = WAL")
            mine.connection.execute("PRAGMA synchronous = FULL")
        found: sqlite3.Connection = mine.connection
        return found

    connection().execute(TABLE.format(blob="BLOB"))

    def keep(call: str, payload: bytes) -> None:
        with writing:
            kept = connection()
            kept.execute("BEGIN IMMEDIATE")
            kept.execute(insert, (call, 1, "node", "chose", 1.5, payload))
            kept.execute("COMMIT")

    return keep


def postgres_keep(address: str) -> Keep:
    """A connection a thread."""
    mine, insert = threading.local(), INSERT.format("%s")

    def connection() -> psycopg.Connection:
        if not hasattr(mine, "connection"):
            mine.connection = psycopg.connect(address)
        found: psycopg.Connection = mine.connection
        return found

    with psycopg.connect(address) as first:
        first.execute(TABLE.format(blob="BYTEA"))

    def keep(call: str, payload: bytes) -> None:
        kept = connection()
        kept.execute(insert, (call, 1, "node", "chose", 1.5, payload))
        kept.commit()

    return keep


def application(keep: Keep, document: bytes, payload_bytes: int) -> Starlette:
    """The two routes that a call uses."""
    threads, payload = ThreadPoolExecutor(THREADS), os.urandom(payload_bytes)

    async def answer(request: Request) -> Response:
        await request.body()
        call = request.path_params.get("call", "new")
        await asyncio.get_running_loop().run_in_executor(threads, keep, call, payload)
        return Response(document, media_type="text/xml")

    async def healthz(_: Request) -> Response:
        return JSONResponse({"alive": True})

    return Starlette(
        routes=[
            Route("/twilio/voice", answer, methods=["POST"]),
            Route("/twilio/call/{call}/{n}/{what}", answer, methods=["POST"]),
            Route("/healthz", healthz),
        ]
    )


def main(database: str, port: str, document: str, payload_bytes: str) -> None:
    """Serves on the port with the same event loop and parser as the real server."""
    keep = postgres_keep(database) if "host=" in database else sqlite_keep(database)
    app = application(keep, Path(document).read_bytes(), int(payload_bytes))
    uvicorn.run(app, port=int(port), loop="uvloop", http="httptools", access_log=False, log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
