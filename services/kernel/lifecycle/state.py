"""The memory of one entity, whichever life it leads."""

from services.kernel.lifecycle.record import Record
from services.kernel.lifecycle.standing import Standing

State = Standing | Record
