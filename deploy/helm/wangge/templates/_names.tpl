{{/* Names, labels and addresses, each said once. */}}

{{- define "wangge.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Of a part: dict "root" $ "name" "members" "component" "rooms" */}}
{{- define "wangge.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- define "wangge.labels" -}}
{{ include "wangge.selector" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: wangge
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "wangge.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "wangge.postgres" -}}
{{- if .Values.postgres.bundled.enabled }}{{ include "wangge.name" . }}-postgres-rw:5432{{ else }}{{ .Values.postgres.host }}:{{ .Values.postgres.port }}{{ end -}}
{{- end -}}

{{/* Bundled Kafka always asks for users and always encrypts. */}}
{{- define "wangge.kafka" -}}
{{- $bundled := .Values.kafka.bundled.enabled -}}
{{- $name := include "wangge.name" . -}}
servers: {{ ternary (printf "%s-kafka-kafka-bootstrap:9093" $name) .Values.kafka.servers $bundled | quote }}
users: {{ or $bundled .Values.kafka.users }}
prefix: {{ ternary (printf "%s-" $name) .Values.kafka.userPrefix $bundled | quote }}
mechanism: {{ ternary "SCRAM-SHA-512" .Values.kafka.mechanism $bundled }}
caSecret: {{ ternary (printf "%s-kafka-cluster-ca-cert" $name) .Values.kafka.caSecret $bundled | quote }}
replication: {{ ternary (min 3 .Values.kafka.bundled.replicas) .Values.kafka.replication $bundled }}
{{- end -}}
