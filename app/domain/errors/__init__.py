"""Every failure the rules know, by subject; all are imported from here."""

from app.domain.errors.access import *
from app.domain.errors.books import *
from app.domain.errors.crossing import *
from app.domain.errors.entries import *
from app.domain.errors.exchange import *
from app.domain.errors.kinds import *
from app.domain.errors.log import *
from app.domain.errors.payments import *
from app.domain.errors.prices import *
from app.domain.errors.public import *
from app.domain.errors.queues import *
from app.domain.errors.reference import *
from app.domain.errors.requests import *
