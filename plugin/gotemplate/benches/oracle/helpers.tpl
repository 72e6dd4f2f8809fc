{{/* Names and labels. */}}
{{- define "app.name" -}}
{{- if .values.nameOverride }}{{ .values.nameOverride }}{{ else }}{{ printf "%s-%s" .release.name .chart.name }}{{ end -}}
{{- end -}}

{{- define "app.labels" -}}
app.kubernetes.io/name: {{ include "app.name" . }}
app.kubernetes.io/instance: {{ .release.name | printf "%q" }}
app.kubernetes.io/version: {{ printf "%q" .chart.version }}
app.kubernetes.io/managed-by: {{ .release.service }}
{{- end -}}

{{- define "app.resources" -}}
{{- with .resources }}
resources:
  {{- range $kind, $amounts := . }}
  {{ $kind }}:
    {{- range $name, $amount := $amounts }}
    {{ $name }}: {{ $amount }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}
