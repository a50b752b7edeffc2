"""The evaluation's state as the value of a table."""

import msgspec

from streams.core.state import State

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(State).decode
