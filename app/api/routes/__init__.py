"""The operations of the API, a module per noun."""

from fastapi import APIRouter

from app.api.routes import (
    entries,
    gates,
    green_lane,
    health,
    observations,
    orders,
    passage,
    policies,
    queues,
    quotes,
    sandbox,
    tariffs,
    tracking,
)

ROUTERS: tuple[APIRouter, ...] = (
    entries.router,
    passage.router,
    observations.router,
    queues.router,
    orders.router,
    tracking.router,
    gates.router,
    tariffs.router,
    quotes.router,
    green_lane.router,
    policies.router,
    health.router,
)
SANDBOX_ROUTERS: tuple[APIRouter, ...] = (sandbox.router,)
