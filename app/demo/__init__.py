"""One real day at the gate, played through the public API: `gate demo`.

The day is planned (`days`, `plan`, `declarations`: pure), played (`player`, over `client`), counted
from what the API answered (`tally`: pure) and shown (`show`). It knows the service by its API only.
"""
