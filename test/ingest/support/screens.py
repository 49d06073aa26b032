"""Replays what a program wrote to a terminal (stdin) on one of COLUMNS x ROWS, and prints as JSON the lines of its last
screen and of each screen on which the words that are given as the third argument stood."""

import json
import sys

import pyte

columns, rows, words = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
screen = pyte.HistoryScreen(columns, rows, history=1000)
stream = pyte.ByteStream(screen)


def lines():
    return [line.rstrip() for line in screen.display if line.strip()]


seen = []
for line in sys.stdin.buffer.read().split(b"\n"):
    stream.feed(line + b"\n")
    if any(words in shown for shown in screen.display):
        seen.append(lines())
print(json.dumps({"last": lines(), "seen": seen, "cursorHidden": screen.cursor.hidden}))
