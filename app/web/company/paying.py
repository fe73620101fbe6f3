"""Paying: what is due, several orders by one code, one order with its payer."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.asking import Faults, Query, RefusedError
from app.web.company.desk import show
from app.web.forms import KEY, document_of, new_key
from app.web.looking import found, further, names
from app.web.visits import UNAUTHENTICATED, Visit, add

PATH: Final = "/company/pay"
ORDER: Final = "/company/orders/{order}"
CHOSEN, SHOWN = "order-", "due-"
"""How fields begin that name an order: it is ticked, or it stands there."""
ALL: Final = "all"
MOST: Final = 100


def install(app: FastAPI) -> None:
    """Let `app` answer the pages of money."""
    add(app, PATH, _due)
    add(app, PATH, _bundle, "POST")
    add(app, f"{PATH}/{{bundle}}", _show_bundle)
    add(app, ORDER, _order)
    add(app, ORDER, _name_payer, "POST")


async def _due(visit: Visit) -> Response:
    return await _page(visit)


async def _page(
    visit: Visit, error: RefusedError | None = None, orders: Sequence[str] = ()
) -> Response:
    """Return what is due; what was refused of `orders` stands there with its fault, not chosen."""
    query: Query = {"due": "true", "limit": MOST, "cursor": visit.query.get("cursor")}
    listed = await visit.api.get("/v1/entries", query)
    bundles = await visit.api.get("/v1/payment-bundles", {"limit": 10})
    faults = error.errors if error else Faults({})
    shown = {order["id"] for one in listed["items"] for order in one["orders"]}
    refused = dict(_refused(faults, orders, shown))
    return await show(
        visit,
        "pay",
        error.status if error else 200,
        renewed=True,
        entries=listed["items"],
        further=further(visit, listed["next_cursor"]),
        bundles=bundles["items"],
        problem=error.problem if error else None,
        chosen=[one for one in orders if one not in refused],
        faults=faults,
        refused=refused,
        gates=await names(visit, "/v1/gates"),
        key=new_key(),
    )


def _refused(
    faults: Faults, orders: Sequence[str], shown: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with orders that are shown; of others it stands above them."""
    for place, order in enumerate(orders):
        if order in shown and (text := faults.get(f"/orders/{place}")):
            yield order, text


async def _bundle(visit: Visit) -> Response:
    """Let the orders that were ticked, or all, be paid by one code; one has its code already."""
    fields = await visit.fields()
    wanted = SHOWN if fields.get("do") == ALL else CHOSEN
    orders = [name.removeprefix(wanted) for name in fields if name.startswith(wanted)]
    if len(orders) == 1:
        return visit.go(f"/company/orders/{orders[0]}")
    try:
        made = await visit.api.post("/v1/payment-bundles", {"orders": orders}, fields.get(KEY))
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return await _page(visit, error, orders)
    return visit.go(f"{PATH}/{made['id']}")


async def _show_bundle(visit: Visit) -> Response:
    at = f"/v1/payment-bundles/{visit.path['bundle']}"
    bundle = await visit.api.get(at)
    transfer = await found(visit, f"{at}/qr")
    return await show(visit, "bundle", renewed=True, bundle=bundle, transfer=transfer, at=at)


async def _order(visit: Visit) -> Response:
    return await _order_page(visit)


async def _order_page(visit: Visit, error: RefusedError | None = None) -> Response:
    at = f"/v1/orders/{visit.path['order']}"
    order = await visit.api.get(at)
    receipts = await found(visit, "/v1/receipts", {"order": order["id"]})
    fields: dict[str, Any] = {f"/{name}": text or "" for name, text in order["payer"].items()}
    return await show(
        visit,
        "order",
        error.status if error else 200,
        renewed=True,
        order=order,
        at=at,
        transfer=await found(visit, f"{at}/qr"),
        receipts=receipts["items"] if receipts else (),
        problem=error.problem if error else None,
        faults=error.errors if error else {},
        fields={**fields, **(await visit.fields())} if error else fields,
    )


async def _name_payer(visit: Visit) -> Response:
    fields = await visit.fields()
    at = f"/v1/orders/{visit.path['order']}/payer"
    try:
        await visit.api.send("PUT", at, document=document_of(fields))
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return await _order_page(visit, error)
    return visit.go(f"/company/orders/{visit.path['order']}")
