#!/bin/sh
# Writes the database into one file below /backups: `once`, or each day at BACKUP_AT (02:00 of TZ). Needs PostgreSQL's own variables, PGHOST and so on.
# A file that is there is whole; those older than BACKUP_KEEP_DAYS (14) go, once a newer one is there. The keys are in none of them.
set -eu
umask 077

back_up() {
  file=/backups/wangge-$(date +%Y%m%d-%H%M%S).dump
  pg_dump --no-password --format=custom --file="$file.part" || { rm -f "$file.part"; return 1; }
  mv "$file.part" "$file"
  find /backups -maxdepth 1 -name 'wangge-*.dump' -mtime +"${BACKUP_KEEP_DAYS:-14}" -delete
  echo "$file: $(wc -c <"$file") bytes"
}

if [ "${1:-}" = once ]; then back_up; exit; fi

waiting=
trap 'kill $waiting 2>/dev/null || true; exit 0' TERM INT
while :; do
  now=$(date +%s)
  next=$(date -d "${BACKUP_AT:-02:00}" +%s)
  [ "$next" -gt "$now" ] || next=$(date -d "tomorrow ${BACKUP_AT:-02:00}" +%s)
  echo "the next backup is at $(date -d "@$next" '+%F %R')"
  sleep $((next - now)) & waiting=$!
  wait "$waiting"
  back_up || echo "the backup failed; the next one comes at its time" >&2
done
