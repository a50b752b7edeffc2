"""What seldom happens to plain units and leaves them plain: see `plain` for everything else."""

from streams.core import quiet
from streams.core.kept import Kept
from streams.core.memory import Acting, State
from streams.core.plain import Plain
from streams.core.quiet import Arm
from streams.core.recount import REPEAT
from streams.core.rows import ARM, MASK


class Seldom:
    """Earlier exposures, and experiments that expire."""

    def __init__(self, kept: Kept, plain: Plain) -> None:
        self._units, self._arms, self._ledger, self._maturing, self._changes, _ = kept
        self._plain = plain

    def enter(self, key: int, arm: Arm, time: int) -> bool:
        """An exposure that is not that of a plain unit at first sight; whether it leaves it one."""
        state = self._units.get(key)
        words = quiet.words(state) if isinstance(state, int | tuple) else ()
        known = next((word for word in words if word & MASK == arm.place), None)
        if known is None or not 0 <= time < known >> ARM:
            return False
        self._maturing.withdraw(known)
        self._ledger.add(arm.number, arm.added(known >> ARM, self._maturing.clock), -1)
        self._ledger.count(arm.number, REPEAT, 1)
        self._changes.touch(key)
        earlier = self._plain.begin(arm.place, arm.place, time)
        self._units[key] = quiet.state(tuple([earlier if word == known else word for word in words]))
        return True

    def retire(self, key: int, state: State | Acting, expired: set[int]) -> None:
        """Forget entries into experiments that have expired."""
        words, conversions = quiet.parts(state)
        lasting = tuple([word for word in words if self._arms[word & MASK].number not in expired])
        if len(lasting) < len(words):
            self._changes.touch(key)
            if lasting or conversions:
                self._units[key] = Acting(quiet.state(lasting), conversions) if conversions else quiet.state(lasting)
            else:
                del self._units[key]
