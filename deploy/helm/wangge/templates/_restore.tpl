{{/* The way back, as deploy/containers/restore.py tells it: room, PostgreSQL's own program, and what makes it fit. */}}
{{- define "wangge.restore.step" -}}
{{ include "wangge.ours" . }}
command: [python, -m, deploy.containers.restore, {{ .step }}]
env:
  {{- $kafka := include "wangge.kafka" . | fromYaml }}
  - {name: WANGGE_POSTGRES_SERVER, value: {{ include "wangge.postgres" . | quote }}}
  - {name: WANGGE_KAFKA, value: {{ printf "%s%s" (ternary (printf "%stopics@" $kafka.prefix) "" $kafka.users) $kafka.servers | quote }}}
  {{- if $kafka.users }}
  - {name: WANGGE_KAFKA_MECHANISM, value: {{ $kafka.mechanism }}}
  {{- end }}
  {{- if $kafka.caSecret }}
  - {name: WANGGE_KAFKA_CA, value: /run/kafka/ca.crt}
  {{- end }}
resources: {{ toYaml .Values.recount.resources | nindent 2 }}
volumeMounts:
  {{- include "wangge.mounts" (dict "root" . "kafka" true) | nindent 2 }}
  - {name: platform, mountPath: /keys/secrets, readOnly: true}
{{- end }}

{{- define "wangge.restore.first" -}}
- name: room
  {{- include "wangge.restore.step" (merge (dict "step" "room") .) | nindent 2 }}
- name: dump
  image: {{ .Values.backup.image }}
  {{- include "wangge.contained" . | nindent 2 }}
  command: [sh, -ec, 'install -m 0600 /platform/pgpass /run/own/pgpass; exec pg_restore --no-password --exit-on-error --dbname=wangge_restoring "/backups/$RESTORE"']
  env:
    {{- $server := splitList ":" (include "wangge.postgres" .) }}
    - {name: PGHOST, value: {{ first $server | quote }}}
    - {name: PGPORT, value: {{ last $server | quote }}}
    - {name: PGUSER, value: wangge_owner}
    - {name: PGPASSFILE, value: /run/own/pgpass}
    - {name: RESTORE, value: {{ .Values.restore.file | quote }}}
  resources: {{ toYaml .Values.backup.resources | nindent 4 }}
  volumeMounts:
    - {name: own, mountPath: /run/own}
    - {name: tmp, mountPath: /tmp}
    - {name: platform, mountPath: /platform, readOnly: true}
    - {name: backups, mountPath: /backups, readOnly: true}
{{- end }}

{{- define "wangge.restore.volumes" -}}
- {name: backups, persistentVolumeClaim: {claimName: {{ .claim }}, readOnly: true}}
- name: platform
  projected:
    defaultMode: 0440
    sources:
      - secret: {name: {{ .keys }}-owner}
      - secret:
          name: {{ .keys }}-accounts
          items:
            {{- range tuple "postgres" "wangge_owner" "wangge_members" "wangge_activities" "wangge_cases" "wangge_metrics" "wangge_gateway" "wangge_monitor" }}
            - {key: {{ . }}, path: postgres/{{ . }}}
            {{- end }}
{{- end }}
