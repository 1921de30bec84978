{{/* The containers of regular.yaml. */}}
{{- define "wangge.recount" -}}
{{ include "wangge.ours" .root }}
command: [sh, -c, install -m 0600 /run/secrets/pgpass /run/own/pgpass && exec python -m services.metrics.recount]
env: {{ include "wangge.env" . | nindent 2 }}
resources: {{ toYaml .root.Values.recount.resources | nindent 2 }}
volumeMounts: {{ include "wangge.mounts" . | nindent 2 }}
{{- end }}

{{- define "wangge.backup" -}}
image: {{ .root.Values.backup.image }}
{{ include "wangge.contained" . }}
command:
  - sh
  - -ec
  - |
    install -m 0600 /run/secrets/pgpass /run/own/pgpass
    file=/backups/wangge-$(date -u +%Y%m%d-%H%M%S).dump
    pg_dump --no-password --format=custom --file="$file.part"
    mv "$file.part" "$file"
    find /backups -name 'wangge-*.dump*' -mtime +{{ .root.Values.backup.keepDays }} -delete
    ls -l "$file"
env:
  {{- $server := splitList ":" (include "wangge.postgres" .root) }}
  - {name: PGHOST, value: {{ first $server | quote }}}
  - {name: PGPORT, value: {{ last $server | quote }}}
  - {name: PGUSER, value: wangge_owner}
  - {name: PGDATABASE, value: wangge}
  - {name: PGPASSFILE, value: /run/own/pgpass}
resources: {{ toYaml .root.Values.backup.resources | nindent 2 }}
volumeMounts:
  - {name: own, mountPath: /run/own}
  - {name: tmp, mountPath: /tmp}
  - {name: keys, mountPath: /run/secrets, readOnly: true}
  - {name: backups, mountPath: /backups}
{{- end }}
