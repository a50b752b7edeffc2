"""How units lie in rows of integers, see `table`; and what a word is, see `quiet`."""

ARM = 18  # bits of a word for its arm; the others are its time, so the earlier of two entries is the smaller
MASK = (1 << ARM) - 1
FAR = 1 << 45  # ms: words tell times from 1970 until then, the year 3084
SPAN = 12  # conversions that can't matter any more are looked for every 2**SPAN ms

OUT, AWAKE, FREE = 1 << 63, (1 << 63) + 1, (1 << 63) + 2  # instead of a word: not entered, kept by records, nobody's

WIDTH, KEY, WORD, MORE, KEPT = 4, 0, 1, 2, 3  # of a slot: its first entry; rows of the others, and of conversions
NEXT = 0  # of the row of a chain
ENTRIES, ENTRY = 2, 1  # width of the row of an entry; its word
COPIES, IDENTITY, TIME, VALUE, NAME, TIMES = 6, 1, 2, 3, 4, 5  # width of the row of a conversion; values are one more
