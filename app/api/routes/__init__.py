"""The operations of the API, a module per noun."""

from fastapi import APIRouter

from app.api.routes import entries, health, observations, orders, passage, queues, sandbox, tracking

ROUTERS: tuple[APIRouter, ...] = (
    entries.router,
    passage.router,
    observations.router,
    queues.router,
    orders.router,
    tracking.router,
    health.router,
)
SANDBOX_ROUTERS: tuple[APIRouter, ...] = (sandbox.router,)
