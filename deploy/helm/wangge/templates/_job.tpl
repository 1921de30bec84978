{{/*
The pod of a job. dict "root" $ "name" … "component" "jobs" "account" … ["postgres" true] ["kafka" true], and "container" (its text), "first" (those before it) and "extra" (volumes).
*/}}
{{- define "wangge.job.pod" -}}
metadata:
  labels: {{ include "wangge.labels" . | nindent 4 }}
    wangge.org/reaches-postgres: {{ .postgres | default false | quote }}
    wangge.org/reaches-kafka: {{ .kafka | default false | quote }}
    wangge.org/reaches-rooms: "false"
spec:
  {{- include "wangge.pod" . | nindent 2 }}
  restartPolicy: {{ .restart | default "OnFailure" }}
  {{- with .first }}
  initContainers: {{ . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .name }}
      {{- .container | nindent 6 }}
  volumes: {{ include "wangge.volumes" . | nindent 4 }}
  {{- with .extra }}
  {{- . | nindent 4 }}
  {{- end }}
{{- end -}}
