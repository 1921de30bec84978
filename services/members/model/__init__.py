"""The registers' rules: what an event about an area, organisation, member, unit, entry, link or amount comes to. Pure."""

from services.members.model.room import MembersModel

__all__ = ["MembersModel"]
