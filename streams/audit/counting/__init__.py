"""Counts once more, from the contract alone: plain dictionaries over all events at once, no state.

Nothing here imports anything of Peekproof, so that no mistake can be made twice. Where the rules leave a choice, the
reading is:
 1. A copy of a conversion, or a reversal, is visible from entry - lateness - 60 s on; older ones are forgotten.
 2. Copies an experiment does not use (other event name, other experiment, no consent, late for it) are not compared in
    the smallest-copy rule: conversions are joined by unit and event name. A missing value is the smallest.
 3. `duplicate` looks at every copy's own time and contents; the distinct (source, id) among those are taken off.
 4. A reversal reaches every experiment it is meant for (experiment_id, consent), also one that does not use its event
    name; where the name is used it must not be late.
 5. A reversal works on a metric if recorded before the unit's maturity for that metric; `drift` counts the records at
    or after the maturity of its last metric, whatever they reverse, until every unit that entered before stop_at has
    had its windows and twice the lateness.
 6. `multi_variant` counts warm-up units too: contamination is a property of the unit's exposures.
 7. `before_exposure`, `missing_value` and `over_cap` ignore reversals.
 8. Without start_at the epoch starts at the smallest event time that is neither rejected nor late.
 9. Every definition given is running: conversions are used after stop_at too, as their windows are still open.
10. The envelope needs specversion 1.0, id, source, type and time, before its type is asked about; null is absent,
    but for lists and objects.
11. A conversion restricted to an experiment that does not exist is rejected as unknown_experiment, as an exposure is.
12. Lines of white space are blank.
13. `unused` is told by the event name alone: a conversion restricted to an experiment that has no use for it is not.
14. The denominator's events are events of the metric: each rule takes an event once, whether it counts above, below or
    both. The thousand of a window are of both together; an event without a value is missing where values are summed.
15. A cap cuts the numerator of a ratio; a quantile has none. "Above" the threshold is more than it.
16. A covariate is found where a filter would find it, at the exposure that is the entry; of several that are, the
    smallest counts. What is no number within +-9e12 is 0.
17. Of more than a thousand conversions in a window those with the smallest hash of (source, id) are used.
18. An absent attribute satisfies `ne`, `not_in` and `exists: false`; true is not 1, and texts are no numbers.
"""
