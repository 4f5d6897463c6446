"""`python -m tests.bench.decode_all`: what alphacep/vosk-server's asr_server.py does, behind the same messages.

Every frame is decoded as it comes, in a pool of as many threads as there are cores, and the decoder's own endpoint says
when somebody has spoken. (Its program does not run with today's websockets; the logic is that of recognize() there.)
"""

import asyncio
import json
import os
import sys
import tempfile
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import vosk
from websockets.asyncio.server import ServerConnection, serve

from ivr.audio import mulaw
from tests.livehouse import HELP, MOTHER, WORK
from tests.speech import korean

GRAMMAR = json.dumps([MOTHER, WORK, HELP, "<UNK>"], ensure_ascii=False)
POOL = ThreadPoolExecutor(os.cpu_count() or 1)
REPLY = json.dumps({"event": "media", "media": {"payload": "////"}})


async def main(port: int) -> None:
    """Serves until told to stop."""
    vosk.SetLogLevel(-2)
    model = vosk.Model(str(korean.installed(Path(tempfile.mkdtemp())) / korean.NAME))

    async def recognize(socket: ServerConnection) -> None:
        decoder: Any = vosk.KaldiRecognizer(model, 8000, GRAMMAR)
        loop = asyncio.get_running_loop()
        async for text in socket:
            message = json.loads(text)
            if message["event"] != "media":
                continue
            frame = mulaw.decode(b64decode(message["media"]["payload"])).tobytes()
            if await loop.run_in_executor(POOL, decoder.AcceptWaveform, frame):
                decoder.Result()
                await socket.send(REPLY)

    async with serve(recognize, "127.0.0.1", port, compression=None):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
