"""Sixty days of one queue under several rules, on the same arrivals: what each does to whom.

No database and no clock: the queue rule is the product's own (`app/domain/waiting_list.py`), the
opening hours, the rates and the traffic are the reference data, and chances come from a seed.
`make simulate` writes `docs/queue.json`, from which `python -m docs` makes the page and its chart.
"""
