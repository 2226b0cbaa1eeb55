"""Which rule answers for which divergence, in the order in which they look at a step."""

from chatkit_conformance.differential import page_rules, rules, widget_rules
from chatkit_conformance.differential.rules import Explanation

EXPLANATIONS = (
    Explanation("D4", rules.taken("D4")),
    Explanation("D5", rules.negative_limit),
    Explanation("D20", rules.taken("D20")),
    Explanation("D1", rules.refused_shape),
    Explanation("D11", rules.found_call),
    Explanation("D12", rules.refused_retry),
    Explanation("D2", rules.refused_ids),
    Explanation("D2", rules.refused_feedback),
    Explanation("D3", rules.refused_stream),
    Explanation("D10", rules.swallowed),
    Explanation("D9", rules.persisted),
    # In this order: one stream may lose an update of one widget, and stop at another.
    Explanation("D14", widget_rules.lost_updates),
    Explanation("D14", widget_rules.crashed_diff),
    Explanation("D21", widget_rules.given),
    Explanation("D19", page_rules.paged),
)
