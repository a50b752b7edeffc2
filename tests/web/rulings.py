"""The verdict of a simulated look: (verdict, action, variant, reasons)."""

MIN_UNITS = 500


def rule(story, units, split_is_broken, metrics):
    found = [(m, v, c["vs_control"]) for m, cells in metrics.items() for v, c in cells.items() if c["vs_control"]]
    about = story.about()["metrics"]
    if split_is_broken:
        return "invalid_srm", "review", None, [broken(story, units)]
    if units.sum() < MIN_UNITS:
        return "warming_up", "none", None, [f"{units.sum():,} of {MIN_UNITS:,} units needed before any verdict"]
    for metric, variant, contrast in found:
        if contrast["status"] == "harmful":
            margin = about[metric]["margin"]
            tolerated = f", margin {100 * margin['absolute']:.2f}" if margin else ""
            return "stop_harm", "rollback", variant, [told(about, metric, variant, contrast, "worse") + tolerated]
    for metric, variant, contrast in found:
        if contrast["status"] == "winner" and about[metric]["role"] == "primary":
            reasons = [told(about, metric, variant, contrast, "better"), "no guardrail is harmed"]
            return "stop_success", "ship", variant, reasons
    return "continue", "none", None, ["no effect of the primary metric is proven in either direction yet"]


def broken(story, units):
    shares = ", ".join(f"{key} {n / units.sum():.1%}" for key, n in zip(story.variants, units, strict=True))
    return f"units are not split as declared: {shares} of {units.sum():,}"


def told(about, metric, variant, contrast, how):
    interval = f"[{100 * contrast['lower']:.2f}, {100 * contrast['upper']:.2f}]"
    size = f"{100 * abs(contrast['estimate']):.2f} points"
    return f"{about[metric]['role']} {metric}: {variant} {how} by {size}, interval {interval}"
