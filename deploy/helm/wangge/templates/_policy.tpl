{{/* The head of a NetworkPolicy: dict "root" $ "policy" "to-rooms" */}}
{{- define "wangge.policy" }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "wangge.name" .root }}-{{ .policy }}
  labels: {{ include "wangge.labels" (dict "root" .root "name" "wangge" "component" "network") | nindent 4 }}
{{- end }}
