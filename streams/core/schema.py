"""The experiment definition as its author writes it: every key of `peekproof/v1`, its type and its default.

Only the shape lives here. What must hold between the parts is in `validation`, what the engine computes with is in
`definition`.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from streams.core.times import UNITS

HOUR, DAY = UNITS["h"], UNITS["d"]

Name = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9_.-]{0,62}\Z")]
Key = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,62}\Z")]
Text = Annotated[str, Meta(max_length=2000)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]
Share = Annotated[float, Meta(ge=0, le=1)]
Amount = Annotated[float, Meta(ge=1e-9, le=9e12)]  # what a value can be, and what can still be told from nothing
Threshold = Annotated[float, Meta(ge=1e-4, le=9e12)]  # a 16th of it can still be counted in millionths


class Millis(int):
    """A duration, written `30s`, `5m`, `24h` or `7d`."""

    __slots__ = ()


class Instant(int):
    """A moment, written as RFC 3339 with a zone."""

    __slots__ = ()


def lasting(milliseconds: int) -> Any:
    """A default duration. Made anew each time, as the generator of JSON Schemas can't write one down."""
    return field(default_factory=lambda: Millis(milliseconds))


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """Every object of a definition: unknown keys are errors."""


class Contact(Part, frozen=True):
    name: Words
    contact: Text = ""


class Link(Part, frozen=True):
    title: Words
    url: Words


class Approver(Part, frozen=True):
    role: Words
    id: Words


class Priority(Part, frozen=True):
    impact: Annotated[int, Meta(ge=1, le=5)]
    confidence: Share
    effort: Annotated[int, Meta(ge=1, le=5)]


class Metadata(Part, frozen=True):
    id: Name
    owner: Contact
    name: Text = ""
    description: Text = ""
    tags: tuple[Words, ...] = ()
    links: tuple[Link, ...] = ()
    team: Text = ""
    surface: Text = ""
    channel: Text = ""
    stakeholders: tuple[Contact, ...] = ()
    approvers: tuple[Approver, ...] = ()
    runbook: Text | None = None
    priority: Priority | None = None
    parent: Name | None = None
    follow_up_of: Name | None = None


class Flag(Part, frozen=True):
    system: Literal["flagd", "goff", "unleash", "http", "none"] = "none"
    key: Text | None = None


class Cost(Part, frozen=True):
    currency: Words
    fixed: float = 0
    per_exposure: float = 0
    per_conversion: float = 0
    hours: float = 0


class Variant(Part, frozen=True):
    key: Key
    role: Literal["control", "treatment"]
    weight: Annotated[float, Meta(gt=0, le=1)]
    generic: bool = False
    intensity: Share | None = None
    cost: Cost | None = None
    privacy_class: Text | None = None
    flag_value: Any = None


class Condition(Part, frozen=True, rename={"in_": "in"}):
    """One comparison of an attribute; exactly one operator is given."""

    attr: Words
    eq: Any = None
    ne: Any = None
    in_: tuple[Any, ...] | None = None
    not_in: tuple[Any, ...] | None = None
    gt: float | str | None = None
    gte: float | str | None = None
    lt: float | str | None = None
    lte: float | str | None = None
    exists: bool | None = None


class Filter(Part, frozen=True):
    all: tuple[Condition, ...] = ()


class Phase(Part, frozen=True, rename={"from_": "from"}):
    from_: Instant
    weights: dict[Key, Annotated[float, Meta(gt=0, le=1)]] | None = None
    coverage: Share | None = None


class Assignment(Part, frozen=True):
    variants: Annotated[tuple[Variant, ...], Meta(min_length=2, max_length=20)]
    unit_type: Words = "user"
    coverage: Share = 1.0
    eligibility: Filter = Filter()
    phases: tuple[Phase, ...] = ()


class Exposing(Part, frozen=True):
    accept: tuple[Literal["exposure", "evaluation"], ...] = ("exposure",)
    multi_variant: Literal["exclude", "first_seen"] = "exclude"
    warn_ratio: Share = 0.01
    block_ratio: Share = 0.10
    clock_skew: Millis = lasting(5 * UNITS["m"])
    lateness: Millis = lasting(5 * UNITS["m"])


class Window(Part, frozen=True):
    length: Millis
    delay: Millis = lasting(0)


class Cap(Part, frozen=True):
    value: Amount


class Baseline(Part, frozen=True):
    mean: Annotated[float, Meta(le=9e12)]


class Size(Part, frozen=True):
    """An effect or margin: exactly one of the two."""

    absolute: Amount | None = None
    relative: Annotated[float, Meta(ge=1e-6, le=10)] | None = None


class Value(Part, frozen=True):
    model: Words
    per_unit: float
    currency: Words
    se: float = 0
    acquisition_cost: float = 0
    horizon: Millis = lasting(365 * DAY)
    discount: float = 0


class Denominator(Part, frozen=True):
    """What a unit's numerator is divided by: the sum of these events' values, or their number."""

    event: Words
    value: bool = False
    count: bool = False
    filter: Filter = Filter()


class Covariate(Part, frozen=True):
    """A number known of a unit at its exposure: an attribute, and how the outcome goes with it, if that is known."""

    attr: Words
    theta: Annotated[float, Meta(ge=-9e12, le=9e12)] | None = None


class Metric(Part, frozen=True):
    id: Key
    role: Literal["primary", "secondary", "guardrail", "signal", "exploratory"]
    type: Literal["binary", "count", "continuous", "ratio", "retention", "quantile"]
    event: Words
    window: Window
    direction: Literal["increase", "decrease"] = "increase"
    test: Literal["superiority", "non_inferiority", "equivalence"] = "superiority"
    filter: Filter = Filter()
    cap: Cap | None = None
    baseline: Baseline | None = None
    mde: Size = Size(relative=0.05)
    target: Size | None = None
    margin: Size | None = None
    value: Value | None = None
    numerator: Literal["value", "count"] = "value"
    denominator: Denominator | None = None
    threshold: Threshold | None = None
    covariate: Covariate | None = None
    proxy: bool = False
    action: Literal["warn", "pause", "rollback"] | None = None
    early_action: Literal["warn", "pause", "rollback"] = "warn"


class Srm(Part, frozen=True):
    alpha: float = 0.001
    prior_strength: Annotated[float, Meta(ge=1e-3, le=1e9)] = 1000
    min_units: Annotated[int, Meta(ge=0)] = 100
    min_deviation: Share = 0.01


class Horizon(Part, frozen=True):
    """The planned end of a group-sequential test, and how its error is spent until then."""

    conversions: Annotated[float, Meta(ge=1, le=1e12)]
    spending: Literal["obrien_fleming", "pocock", "power", "hwang_shih_decani"] = "obrien_fleming"
    parameter: Annotated[float, Meta(ge=-40, le=40)] | None = None


class Statistics(Part, frozen=True):
    method: dict[Key, Words] = {}
    horizon: dict[Key, Horizon] = {}
    alpha: float = 0.05
    beta: float = 0.2
    guardrail_alpha: float = 0.05
    multiplicity: Literal["closed", "holm", "bonferroni", "none"] = "closed"
    srm: Srm = Srm()


Group = Literal["primary", "guardrails", "secondary"]
Judgement = Literal["winner", "harmful", "futile", "non_inferior", "equivalent", "undecided"]


class Clause(Part, frozen=True, rename={"is_": "is", "and_": "and"}):
    """`any`, `all` or `none` of a group of metrics has a status, and perhaps a further test."""

    is_: Judgement
    any: Group | None = None
    all: Group | None = None
    none: Group | None = None
    and_: "Clause | None" = None


class Rule(Part, frozen=True, rename={"if_": "if"}):
    if_: Clause
    then: Literal["ship", "rollback", "stop_futility"]


HARMFUL_GUARDRAIL = Clause(any="guardrails", is_="harmful")
DEFAULT_RULES = (
    Rule(if_=HARMFUL_GUARDRAIL, then="rollback"),
    Rule(if_=Clause(all="primary", is_="winner", and_=Clause(none="guardrails", is_="harmful")), then="ship"),
    Rule(if_=Clause(any="primary", is_="harmful"), then="rollback"),
    Rule(if_=Clause(all="primary", is_="futile"), then="stop_futility"),
)


class Decision(Part, frozen=True):
    rules: tuple[Rule, ...] = DEFAULT_RULES
    default_at_max_runtime: Literal["review", "rollback"] = "review"
    require_net_value: bool = False


class Segment(Part, frozen=True):
    attr: Words
    levels: Annotated[tuple[Words, ...], Meta(min_length=1, max_length=20)]
    provenance: Literal["first_party", "second_party", "third_party", "zero_party"] = "first_party"
    preregistered: bool = False


class Schedule(Part, frozen=True):
    start_at: Instant | None = None
    stop_at: Instant | None = None
    min_runtime: Millis = lasting(3 * DAY)
    max_runtime: Millis = lasting(28 * DAY)
    min_units: Annotated[int, Meta(ge=0)] = 1000
    warmup: Millis = lasting(0)
    no_data_grace: Millis = lasting(HOUR)


class ChangeBudget(Part, frozen=True):
    max_applied: Annotated[int, Meta(ge=0)] = 2
    per: Millis = lasting(7 * DAY)


class Freeze(Part, frozen=True, rename={"from_": "from"}):
    from_: Instant
    to: Instant
    reason: Words


class Governance(Part, frozen=True):
    automation: Literal["observe", "recommend", "rollback_only", "full"] = "recommend"
    change_budget: ChangeBudget = field(default_factory=ChangeBudget)
    cool_down: Millis = lasting(DAY)
    freeze: tuple[Freeze, ...] = ()
    approvals: dict[Words, tuple[Words, ...]] = {}


Alarm = Literal["harm", "srm", "multi_exposure", "no_data", "decision", "stale"]


class Notify(Part, frozen=True):
    channels: tuple[Words, ...] = ("alertmanager",)
    on: tuple[Alarm, ...] = ("harm", "srm", "multi_exposure", "no_data", "decision", "stale")


class Privacy(Part, frozen=True):
    require_consent: Words | None = None
    retention: Millis = lasting(90 * DAY)


class Planning(Part, frozen=True):
    units_per_day: Annotated[float, Meta(gt=0)]


class Definition(Part, frozen=True):
    apiVersion: Literal["peekproof/v1"]  # noqa: N815  (the key as users of Kubernetes know it)
    kind: Literal["Experiment", "Rollout", "Holdout", "AATest"]
    metadata: Metadata
    hypothesis: Annotated[str, Meta(min_length=15, max_length=2000)]
    assignment: Assignment
    metrics: Annotated[tuple[Metric, ...], Meta(min_length=1, max_length=100)]
    flag: Flag = Flag()
    exposure: Exposing = field(default_factory=Exposing)
    statistics: Statistics = Statistics()
    decision: Decision = Decision()
    segments: tuple[Segment, ...] = ()
    schedule: Schedule = field(default_factory=Schedule)
    governance: Governance = field(default_factory=Governance)
    notify: Notify = Notify()
    privacy: Privacy = field(default_factory=Privacy)
    planning: Planning | None = field(default=None)
