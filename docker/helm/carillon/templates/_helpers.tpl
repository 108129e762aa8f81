{{- define "carillon.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "carillon.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "carillon.labels" -}}
{{ include "carillon.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* Whether there is a Redis to connect nodes. */}}
{{- define "carillon.isCluster" -}}
{{- if or .Values.redis.enabled .Values.redis.url .Values.redis.existingSecret }}yes{{ end }}
{{- end }}

{{/* The configuration file: what the chart needs, then the values of config. */}}
{{- define "carillon.config" -}}
{{- $own := dict
  "production" true
  "admin" (dict "address" "0.0.0.0" "port" (int .Values.admin.port))
  "shutdown" (dict "grace_seconds" (int .Values.drainSeconds) "readiness_pause_seconds" (int .Values.readinessPauseSeconds))
  "log" (dict "format" "json") }}
{{- mustMergeOverwrite $own (deepCopy .Values.config) | toPrettyJson }}
{{- end }}

{{/* The token stays what it is at an upgrade. */}}
{{- define "carillon.adminToken" -}}
{{- $secret := lookup "v1" "Secret" .Release.Namespace (include "carillon.name" .) }}
{{- if .Values.admin.token }}{{ .Values.admin.token }}
{{- else if and $secret (hasKey ($secret.data | default dict) "admin-token") }}{{ index $secret.data "admin-token" | b64dec }}
{{- else }}{{ randAlphaNum 32 }}{{ end }}
{{- end }}
