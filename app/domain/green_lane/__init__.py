"""The green lane for farm produce: who may use it, by which rules, on which facts."""

from app.domain.green_lane.catalogue import Produce, parse_products
from app.domain.green_lane.conditions import LaneDays, LaneRows, parse_lane_days
from app.domain.green_lane.facts import (
    UNLISTED,
    LaneFacts,
    PhytosanitaryStatus,
    facts_document,
)
from app.domain.green_lane.judge import Verdict, judge, lane_with, verdict_document
from app.domain.green_lane.produce import Product, Season
from app.domain.green_lane.rule import Rule
from app.domain.green_lane.rules import (
    NEVER_READ,
    RULES,
    RULES_BY_CODE,
    describe_rules,
    rules_in_force,
)

__all__ = [
    "NEVER_READ",
    "RULES",
    "RULES_BY_CODE",
    "UNLISTED",
    "LaneDays",
    "LaneFacts",
    "LaneRows",
    "PhytosanitaryStatus",
    "Produce",
    "Product",
    "Rule",
    "Season",
    "Verdict",
    "describe_rules",
    "facts_document",
    "judge",
    "lane_with",
    "parse_lane_days",
    "parse_products",
    "rules_in_force",
    "verdict_document",
]
