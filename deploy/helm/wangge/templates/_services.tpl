{{/*
The services, as docker-compose.yml has them: module, whose keys and database account, the job that Prometheus files them under, and what they reach.
A test holds this table to the compose file.
*/}}
{{- define "wangge.services" -}}
members: {module: services.members.main, account: members, component: rooms}
members-relay: {module: services.members.relay, account: members, component: relays, kafka: true}
activities: {module: services.activities.main, account: activities, component: rooms}
activities-relay: {module: services.activities.relay, account: activities, component: relays, kafka: true}
cases: {module: services.cases.main, account: cases, component: rooms}
cases-relay: {module: services.cases.relay, account: cases, component: relays, kafka: true}
metrics: {module: services.metrics.worker, account: metrics, component: metrics, kafka: true}
gateway: {module: services.gateway.main, account: gateway, component: gateway, rooms: true}
intake: {module: services.gateway.intake, account: gateway, component: intake, kafka: true, rooms: true}
{{- end -}}

{{/* What a service is given in the values, over the defaults: dict "root" $ "name" "members" */}}
{{- define "wangge.chosen" -}}
{{- $own := index .root.Values.services .name | default dict -}}
{{- $found := merge (deepCopy $own) (deepCopy .root.Values.defaults) -}}
{{- $scaled := index .root.Values.autoscaling .name -}}
{{- $_ := set $found "scaled" (and $scaled $scaled.enabled | default false) -}}
{{- toYaml $found -}}
{{- end -}}
