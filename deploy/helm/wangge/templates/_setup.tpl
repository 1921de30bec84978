{{/* The containers of setup.yaml. */}}
{{- define "wangge.migrate" -}}
{{ include "wangge.ours" . }}
command: [python, -m, deploy.containers.migrate]  # accounts, migrations under a lock, the catalogue made active (ADR 0012)
env:
  - {name: WANGGE_POSTGRES_SERVER, value: {{ include "wangge.postgres" . | quote }}}
  - {name: WANGGE_CATALOGUE_ACTIVE, value: /active/catalogue}
resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: "1", memory: 384Mi}}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: active, mountPath: /active}
  - {name: keys, mountPath: /keys/secrets/postgres, readOnly: true}
{{- end }}

{{- define "wangge.topics" -}}
{{- $kafka := include "wangge.kafka" . | fromYaml -}}
{{ include "wangge.ours" . }}
command: [python, -m, deploy.containers.topics]
env:
  - {name: WANGGE_KAFKA, value: {{ printf "%s%s" (ternary (printf "%stopics@" $kafka.prefix) "" $kafka.users) $kafka.servers | quote }}}
  {{- if $kafka.users }}
  - {name: WANGGE_KAFKA_MECHANISM, value: {{ $kafka.mechanism }}}
  {{- end }}
  {{- if $kafka.caSecret }}
  - {name: WANGGE_KAFKA_CA, value: /run/kafka/ca.crt}
  {{- end }}
  - {name: WANGGE_KAFKA_REPLICATION, value: {{ $kafka.replication | quote }}}
  - {name: WANGGE_PATIENCE, value: "90"}
resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: "1", memory: 384Mi}}
volumeMounts: {{ include "wangge.mounts" (dict "root" . "kafka" true) | nindent 2 }}
{{- end }}
