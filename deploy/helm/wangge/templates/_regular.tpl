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
  - -c
  - |
    install -m 0600 /run/secrets/pgpass /run/own/pgpass
    {{- .root.Files.Get "files/backup.sh" | nindent 4 }}
  - backup.sh
  - once
env:
  {{- $server := splitList ":" (include "wangge.postgres" .root) }}
  - {name: PGHOST, value: {{ first $server | quote }}}
  - {name: PGPORT, value: {{ last $server | quote }}}
  - {name: PGUSER, value: wangge_owner}
  - {name: PGDATABASE, value: wangge}
  - {name: PGPASSFILE, value: /run/own/pgpass}
  - {name: TZ, value: {{ .root.Values.timeZone }}}
  - {name: BACKUP_KEEP_DAYS, value: {{ .root.Values.backup.keepDays | quote }}}
resources: {{ toYaml .root.Values.backup.resources | nindent 2 }}
volumeMounts:
  - {name: own, mountPath: /run/own}
  - {name: tmp, mountPath: /tmp}
  - {name: keys, mountPath: /run/secrets, readOnly: true}
  - {name: backups, mountPath: /backups}
{{- end }}
