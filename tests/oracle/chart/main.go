// Command chart prints, for each chart of its arguments, the nanoseconds in which Helm's engine parses and executes its
// templates with the chart's own values: of the fastest run, as the machine may have other things to do.
package main

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"time"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
)

func main() {
	// Charts that warn do so in each run.
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	log.SetOutput(os.Stderr)
	for _, path := range os.Args[1:] {
		render, err := prepare(path)
		if err != nil {
			log.Fatalf("%s: %v", path, err)
		}
		fmt.Println(measure(render))
	}
}

// prepare loads a chart and returns what is measured.
func prepare(path string) (func(), error) {
	chart, err := loader.LoadFile(path)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(chart, common.Values{}); err != nil {
		return nil, err
	}
	options := common.ReleaseOptions{Name: "release", Namespace: "default", Revision: 1, IsInstall: true}
	values, err := util.ToRenderValues(chart, map[string]any{}, options, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	render := func() {
		if _, err := engine.Render(chart, values); err != nil {
			log.Fatalf("%s: %v", path, err)
		}
	}
	return render, nil
}

func measure(call func()) int64 {
	const least = time.Second
	start, fastest := time.Now(), int64(-1)
	for fastest < 0 || time.Since(start) < least {
		begin := time.Now()
		call()
		if took := time.Since(begin).Nanoseconds(); fastest < 0 || took < fastest {
			fastest = took
		}
	}
	return fastest
}
