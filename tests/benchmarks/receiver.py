"""A receiver in a process of its own, so that it takes no time from who is measured: `python -m ... [hang]`.

It says its port on its first line, and how much it heard when its input ends.
"""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


async def main(*, hangs: bool) -> None:
    """Listen until nobody needs it any more."""
    heard = 0

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        nonlocal heard
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                heard += 1
                if not hangs:
                    writer.write(ANSWER)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    sys.stdout.write(f"{heard}\n")


if __name__ == "__main__":
    asyncio.run(main(hangs="hang" in sys.argv))
