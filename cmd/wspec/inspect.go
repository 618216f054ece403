package main

import (
	"encoding/json"
	"fmt"
	"io"

	"wspec/loader"
	"wspec/report"
)

func inspect(i *invocation) error {
	m, err := loader.Open(i.Args().First(), loader.Options{Base: i.String("base")})
	if err != nil {
		return err
	}
	defer m.Close()
	if !i.Bool("quiet") {
		for _, w := range m.Warnings {
			fmt.Fprintln(i.stderr, "wspec: warning:", printable(w.Message))
		}
	}
	if i.Bool("json") {
		return printJSON(i.stdout, report.Inspect(m))
	}
	return report.WriteInspect(i.stdout, report.Inspect(m))
}

func metrics(i *invocation) error {
	noise := report.NoiseColumns()
	if i.Bool("json") {
		return printJSON(i.stdout, struct {
			Metrics []report.MetricInfo  `json:"metrics"`
			Noise   []report.NoiseColumn `json:"noise"`
		}{report.MetricInfos(), noise})
	}
	return report.WriteMetrics(i.stdout, noise)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(v)
}
