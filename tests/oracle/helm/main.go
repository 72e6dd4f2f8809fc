// Renders the cases of a chart with Helm's engine in this process, as `helm template` does, and tells how long that takes.
//
// The request is on standard input, as JSON: the chart's directory, how often each case is rendered, and the cases. Each
// case is answered with a line: its name, the nanoseconds of the fastest round to load the chart and to render it, and
// the number of bytes of what was rendered (-1 if Helm refuses). The last line is the peak of the memory, in KiB.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/chart/common"
	chartutil "helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
)

type request struct {
	Chart  string
	Rounds int
	Cases  []renderCase
}

type renderCase struct {
	Case        string
	Values      []string
	APIVersions []string `json:"api_versions"`
	Release     string
	Namespace   string
	KubeVersion string `json:"kube_version"`
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, one := range asked.Cases {
		load, render, size := measure(asked, one)
		fmt.Printf("%s\t%d\t%d\t%d\n", one.Case, load.Nanoseconds(), render.Nanoseconds(), size)
	}
	fmt.Println(peak())
}

// measure returns the fastest times. Helm changes a chart while it renders it, so each round loads its own.
func measure(asked request, one renderCase) (load, render time.Duration, size int) {
	load, render = time.Hour, time.Hour
	for range asked.Rounds {
		start := time.Now()
		loaded, err := loader.Load(asked.Chart)
		loadTime := time.Since(start)
		if err != nil {
			return loadTime, 0, -1
		}
		start = time.Now()
		text, err := template(loaded, one)
		renderTime := time.Since(start)
		if err != nil {
			return loadTime, renderTime, -1
		}
		load, render, size = min(load, loadTime), min(render, renderTime), len(text)
	}
	return load, render, size
}

func template(loaded *chart.Chart, one renderCase) ([]byte, error) {
	values := map[string]any{}
	for _, path := range one.Values {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		more, err := loader.LoadValues(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		values = loader.MergeMaps(values, more)
	}
	if err := util.ProcessDependencies(loaded, values); err != nil {
		return nil, err
	}
	capabilities := common.DefaultCapabilities.Copy()
	version, err := common.ParseKubeVersion(one.KubeVersion)
	if err != nil {
		return nil, err
	}
	capabilities.KubeVersion = *version
	capabilities.APIVersions = append(capabilities.APIVersions, one.APIVersions...)
	release := common.ReleaseOptions{Name: one.Release, Namespace: one.Namespace, Revision: 1, IsInstall: true}
	data, err := chartutil.ToRenderValues(loaded, values, release, capabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Engine{}.Render(loaded, data)
	if err != nil {
		return nil, err
	}
	return print(loaded, files)
}

// print puts the rendered files into Helm's order.
func print(loaded *chart.Chart, files map[string]string) ([]byte, error) {
	for name := range files {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(files, name)
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for _, crd := range loaded.CRDObjects() {
		fmt.Fprintf(&text, "---\n# Source: %s\n%s\n", crd.Filename, crd.File.Data)
	}
	for _, manifest := range manifests {
		fmt.Fprintf(&text, "---\n# Source: %s\n%s\n", manifest.Name, manifest.Content)
	}
	for _, hook := range hooks {
		fmt.Fprintf(&text, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	return text.Bytes(), nil
}

// peak returns the most memory that the process had, in KiB, as the kernel counts it.
func peak() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "0"
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			return strings.TrimSuffix(strings.TrimSpace(rest), " kB")
		}
	}
	return "0"
}
