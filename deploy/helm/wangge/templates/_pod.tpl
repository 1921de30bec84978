{{/*
What every pod and container of ours has in common. Restricted Pod Security: an account, no capability, nothing to write but /tmp.
*/}}
{{- define "wangge.pod" -}}
serviceAccountName: {{ include "wangge.name" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "wangge.contained" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{- define "wangge.ours" -}}
image: {{ include "wangge.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{ include "wangge.contained" . }}
{{- end -}}

{{/* Where everything is, for a service or job: dict "root" $ "name" … "account" … ["kafka" true: under its own user] ["settings" dict] */}}
{{- define "wangge.env" -}}
{{- $name := include "wangge.name" .root -}}
{{- $kafka := include "wangge.kafka" .root | fromYaml -}}
- {name: WANGGE_NAME, value: {{ .name }}}
- {name: WANGGE_KAFKA, value: {{ printf "%s%s" (ternary (printf "%s%s@" $kafka.prefix .account) "" (and .kafka $kafka.users | default false)) $kafka.servers | quote }}}
{{- if and .kafka $kafka.users }}
- {name: WANGGE_KAFKA_MECHANISM, value: {{ $kafka.mechanism }}}
{{- end }}
{{- if and .kafka $kafka.caSecret }}
- {name: WANGGE_KAFKA_CA, value: /run/kafka/ca.crt}
{{- end }}
{{- range tuple "members" "activities" "cases" "gateway" }}
- {name: WANGGE_{{ upper . }}, value: "http://{{ $name }}-{{ . }}:8080"}
{{- end }}
- {name: WANGGE_POSTGRES, value: "postgresql://wangge_{{ .account }}@{{ include "wangge.postgres" .root }}/wangge"}
- {name: PGPASSFILE, value: /run/own/pgpass}
{{- if ne .account "owner" }}
- {name: WANGGE_CATALOGUE, value: /active/catalogue}
- {name: WANGGE_CATALOGUE_OWN, value: "true"}
{{- end }}
{{- range $key, $value := .settings }}
- {name: {{ $key }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{- define "wangge.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: own, mountPath: /run/own}
- {name: active, mountPath: /active}
- {name: keys, mountPath: /run/secrets, readOnly: true}
{{- if and .kafka (include "wangge.kafka" .root | fromYaml).caSecret }}
- {name: kafka-ca, mountPath: /run/kafka, readOnly: true}
{{- end }}
{{- end -}}

{{- define "wangge.volumes" -}}
- {name: tmp, emptyDir: {sizeLimit: 64Mi}}
- {name: own, emptyDir: {medium: Memory, sizeLimit: 1Mi}}
- {name: active, emptyDir: {sizeLimit: 64Mi}}
- {name: keys, secret: {secretName: {{ .root.Values.keys }}-{{ .account }}, defaultMode: 0440}}
{{- $ca := (include "wangge.kafka" .root | fromYaml).caSecret }}
{{- if and .kafka $ca }}
- {name: kafka-ca, secret: {secretName: {{ $ca }}, defaultMode: 0440, items: [{key: ca.crt, path: ca.crt}]}}
{{- end }}
{{- end -}}

{{/*
Before a service: the database is migrated for this release, and the active catalogue lies in the pod's own folder. libpq's password file must be readable by
its owner only, which a mounted Secret never is.
*/}}
{{- define "wangge.prepared" -}}
- name: prepare
  {{- include "wangge.ours" .root | nindent 2 }}
  command: [sh, -c, install -m 0600 /run/secrets/pgpass /run/own/pgpass && python -m services.kernel.postgres.migrated && python -m services.kernel.versions.fetched]
  env: {{ include "wangge.env" . | nindent 4 }}
  resources: {requests: {cpu: 50m, memory: 128Mi}, limits: {cpu: "1", memory: 256Mi}}
  volumeMounts: {{ include "wangge.mounts" . | nindent 4 }}
{{- end -}}
