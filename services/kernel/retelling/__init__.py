"""The log told again under another catalogue: each owner derives its facts anew from what was told, beside the live log; compared, then switched.

    begin    room for the new log (conducting.py)
    told     each room by itself, `python -m services.ROOM.retell`: every told event, in its order, decided by the room's model (telling.py)
    compare  what rows go and what rows come, by measure and kind
    close    nobody writes any more; the rooms tell what has come meanwhile
    switch   the new log and the new entities take the place of the old ones, in one transaction, as the next epoch; then figures are rebuilt

Accepted events are not judged again: kinds and ways of workflows are not asked. If one has no place under the new catalogue at all, there is no switch.
"""
