"""Registration the way most FastAPI and SQLAlchemy projects write it, to compare with.

ORM objects with relationships in a schema of its own, one function a table in `crud.py`, a commit
and a refresh in each that writes, a reload with `selectinload` for the answer, `response_model`
read from the objects' attributes. The schemas, the sentences and the pure rules are the
service's, so that only the way of storing and answering differs. No manners, logs or metrics.
"""
