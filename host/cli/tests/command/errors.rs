//! Wrong inputs: each gives one error that says what, where and what to do, and nothing half-written.

use test_registry::{Auth, Options, Registry, chart};

use crate::{Tiphys, folder};

const METADATA: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n";

/// A wrong input: files, arguments, how the command ends, and what it has to say.
struct Wrong {
    files: Vec<(&'static str, String)>,
    arguments: Vec<&'static str>,
    code: i32,
    says: Vec<&'static str>,
}

/// A chart with one file that is wrong.
fn file(path: &'static str, content: &str, code: i32, says: &[&'static str]) -> Wrong {
    let mut files = vec![("Chart.yaml", METADATA.to_owned()), ("templates/good.yaml", OBJECT.to_owned())];
    files.retain(|(other, _)| *other != path);
    files.push((path, content.to_owned()));
    Wrong { files, arguments: vec!["render", "."], code, says: says.to_vec() }
}

/// A chart that is right, and arguments that are wrong.
fn flags(arguments: &[&'static str], code: i32, says: &[&'static str]) -> Wrong {
    let files = vec![("Chart.yaml", METADATA.to_owned()), ("templates/good.yaml", OBJECT.to_owned())];
    let arguments = ["render", "."].iter().chain(arguments).copied().collect();
    Wrong { files, arguments, code, says: says.to_vec() }
}

/// An Application beside the chart `web`.
fn application(spec: &str, code: i32, says: &[&'static str]) -> Wrong {
    let text = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec: {spec}\n"
    );
    let files = vec![
        ("application.yaml", text),
        ("web/Chart.yaml", METADATA.to_owned()),
        ("web/templates/good.yaml", OBJECT.to_owned()),
    ];
    Wrong { files, arguments: vec!["render", "application.yaml"], code, says: says.to_vec() }
}

fn check(wrongs: Vec<Wrong>) {
    let tiphys = Tiphys::new();
    let mut problems = Vec::new();
    for wrong in wrongs {
        let files: Vec<(&str, &str)> =
            wrong.files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let folder = folder(&files);
        let mut command = tiphys.command(&wrong.arguments);
        command.args(["--output-dir", "written"]).current_dir(folder.path());
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let about = format!("{:?} of {:?}", wrong.arguments, wrong.files.last().unwrap());
        if output.status.code() != Some(wrong.code) {
            problems.push(format!(
                "{about}: ends with {:?} instead of {}: {stderr}",
                output.status.code(),
                wrong.code
            ));
        }
        for text in wrong.says.iter().filter(|text| !stderr.contains(**text)) {
            problems.push(format!("{about}: `{text}` is not in {stderr}"));
        }
        if stderr.matches("rror:").count() == 0 || stderr.contains("panicked") {
            problems.push(format!("{about}: no error in {stderr}"));
        }
        if !output.stdout.is_empty() || folder.path().join("written").exists() {
            problems.push(format!("{about}: something was written"));
        }
    }
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n\n"));
}

#[test]
fn files_of_a_chart() {
    let template = "templates/a.yaml";
    check(vec![
        file("Chart.yaml", "name: web\n", 1, &["chart.metadata.version is required"]),
        file("Chart.yaml", "apiVersion: v2\nversion: 1.0.0\n", 1, &["chart.metadata.name is required"]),
        file("Chart.yaml", "apiVersion: v2\nname: web\n", 1, &["chart.metadata.version is required"]),
        file(
            "Chart.yaml",
            "apiVersion: v2\nname: web\nversion: one\n",
            1,
            &["chart.metadata.version", "is invalid"],
        ),
        file("Chart.yaml", "apiVersion: v9\nname: web\nversion: 1.0.0\n", 1, &["unsupported chart version"]),
        file("Chart.yaml", "a: [\n", 1, &["cannot load Chart.yaml", "--> Chart.yaml:"]),
        file("Chart.yaml", "- a\n", 1, &["cannot load Chart.yaml"]),
        file(
            "Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\ntype: library\n",
            1,
            &["library charts are not installable", "hint:"],
        ),
        file(
            "Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\ntype: odd\n",
            1,
            &["chart.metadata.type must be application or library"],
        ),
        file(
            "Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\nkubeVersion: '>=9'\n",
            1,
            &["kubeVersion: >=9", "hint:"],
        ),
        file(
            "Chart.yaml",
            &format!("{METADATA}dependencies: [{{name: store, version: 1}}]\n"),
            1,
            &["missing in charts/ directory: store", "hint: in Chart.yaml"],
        ),
        file(
            "Chart.yaml",
            &format!("{METADATA}dependencies: [{{name: store, version: 1, repository: 'file://../none'}}]\n"),
            1,
            &["missing in charts/ directory: store", "../none"],
        ),
        file(
            "Chart.yaml",
            &format!("{METADATA}dependencies: [{{name: store, version: 1, repository: '@corp'}}]\n"),
            1,
            &["`@corp`", "hint: in Chart.yaml, write its address"],
        ),
        file(
            "Chart.yaml",
            &format!("{METADATA}dependencies: [{{name: store, version: 1, repository: 'ftp://x'}}]\n"),
            1,
            &["`ftp://x`"],
        ),
        file("values.yaml", "a: [\n", 1, &["cannot load values.yaml", "--> values.yaml:"]),
        file("values.yaml", "- a\n", 1, &["cannot load values.yaml"]),
        file("values.yaml", "a: 1\n\tb: 2\n", 1, &["cannot load values.yaml"]),
        file("values.schema.json", r#"{"required": ["size"]}"#, 1, &["size", "hint: correct"]),
        file(
            "values.schema.json",
            r#"{"properties": {"a": {"type": "string"}}, "required": ["b"]}"#,
            1,
            &["b"],
        ),
        file("values.schema.json", "{", 1, &["unexpected EOF", "hint:"]),
        file(".helmignore", "a**b\n", 1, &["**"]),
        file("charts/bad/Chart.yaml", "apiVersion: v2\n", 1, &["bad"]),
        file("charts/bad.tgz", "no archive", 1, &["bad.tgz"]),
        file(
            template,
            "{{ .Values.a.b }}\n",
            1,
            &[
                "nil pointer evaluating",
                "--> web/templates/a.yaml:1:",
                "1 | {{ .Values.a.b }}",
                "^",
                "hint: `.Values.a` is not set",
            ],
        ),
        file(
            template,
            "a: 1\n{{ fail \"no good\" }}\n",
            1,
            &["no good", "--> web/templates/a.yaml:2:4", "2 | {{ fail \"no good\" }}\n  |    ^"],
        ),
        file(
            template,
            "{{ required \"size is needed\" .Values.size }}\n",
            1,
            &["size is needed", "--> web/templates/a.yaml:1:"],
        ),
        file(
            template,
            "{{ include \"none\" . }}\n",
            1,
            &["no template \"none\"", "--> web/templates/a.yaml:1:"],
        ),
        file(
            template,
            "{{ nothing }}\n",
            1,
            &["function \"nothing\" not defined", "--> web/templates/a.yaml:1"],
        ),
        file(template, "{{ if }}\n", 1, &["missing value for if", "--> web/templates/a.yaml:1"]),
        file(template, "{{ if true }}\n", 1, &["unexpected EOF", "web/templates/a.yaml"]),
        file(template, "{{ end }}\n", 1, &["unexpected {{end}}", "--> web/templates/a.yaml:1"]),
        file(template, "{{ .Values.a \n", 1, &["unclosed action", "web/templates/a.yaml"]),
        file(template, "{{ \"a }}\n", 1, &["unterminated quoted string"]),
        file(template, "{{ template \"none\" . }}\n", 1, &["none"]),
        file(template, "{{ index .Values.list 3 }}\n", 1, &["web/templates/a.yaml"]),
        file(template, "{{ tpl \"{{ bad\" . }}\n", 1, &["web/templates/a.yaml"]),
        file(template, "{{ $undefined }}\n", 1, &["undefined variable"]),
        file(template, "{{ range 3 \n", 1, &["web/templates/a.yaml"]),
        file(template, "{{ mustToJson }}\n", 1, &["wrong number of args"]),
        file(template, "{{ add 1 (fail \"deep\") }}\n", 1, &["deep"]),
        file(
            template,
            "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}\n",
            1,
            &["web/templates/a.yaml"],
        ),
        file(template, "{{ semverCompare \"x\" \"y\" }}\n", 1, &["semver", "--> web/templates/a.yaml:1:"]),
        file(
            template,
            "{{ regexMatch \"[\" \"a\" }}\n{{ mustRegexMatch \"[\" \"a\" }}\n",
            1,
            &["web/templates/a.yaml"],
        ),
        file(template, "a: {{ .Values.x | b64dec | fromYaml | mustMerge }}\n", 1, &["web/templates/a.yaml"]),
        file(template, "a: b: c\n", 1, &["templates/a.yaml"]),
        file(template, "a: [\n", 1, &["templates/a.yaml"]),
        file(template, "kind: ConfigMap\n", 1, &["has no `apiVersion`", "--> web/templates/a.yaml:1"]),
        file(template, "apiVersion: v1\n", 1, &["has no `kind`", "--> web/templates/a.yaml:1"]),
        file(template, "just text\n", 1, &["templates/a.yaml"]),
        file(template, "- a\n- b\n", 1, &["templates/a.yaml"]),
        file(
            template,
            &format!("{OBJECT}data: {{a: {{{{ .Files.Get 3 }}}}}}\n"),
            1,
            &["expected string; found 3", "--> web/templates/a.yaml:4:25"],
        ),
        file(
            "chart-source.yaml",
            "chart: [\n",
            1,
            &["`chart-source.yaml` can't be read", "--> chart-source.yaml:"],
        ),
        file(
            "chart-source.yaml",
            "chrt: web\n",
            1,
            &["unknown field `chrt`", "hint: it holds what an Application has"],
        ),
        file(
            "chart-source.yaml",
            "helm: {skipCrds: maybe}\n",
            1,
            &["`chart-source.yaml` can't be read", "boolean"],
        ),
        file(
            "chart-source.yaml",
            "chart: web\n",
            1,
            &["it is not said where chart `web` is", "hint: set `repoURL`"],
        ),
        file(
            "chart-source.yaml",
            "repoURL: https://charts.example.com\n",
            1,
            &["which chart", "hint: set `chart`"],
        ),
        file("chart-source.yaml", "helm: {version: \"9\"}\n", 1, &["9", "hint: `helm-version` is one of"]),
        file(
            "chart-source.yaml",
            "helm: {valueFiles: [none.yaml]}\n",
            1,
            &["open none.yaml: no such file", "hint:", "ignoreMissingValueFiles"],
        ),
        file("chart-source.yaml", "helm: {valueFiles: [../../../x]}\n", 1, &["../../../x"]),
        file("chart-source.yaml", "helm: {values: 'a: ['}\n", 1, &["values of the application"]),
        file("chart-source.yaml", "helm: {values: '- a'}\n", 1, &["values of the application"]),
        file("chart-source.yaml", "helm: {kubeVersion: new}\n", 1, &["new", "hint: set `kubeVersion`"]),
        file("chart-source.yaml", "helm: {releaseName: Not_A_Name}\n", 1, &["invalid release name"]),
        file(
            "chart-source.yaml",
            "helm: {parameters: [{name: 'a[y]', value: x}]}\n",
            1,
            &["failed parsing --set data"],
        ),
        file("chart-source.yaml", "helm: {fileParameters: [{name: a, path: none.txt}]}\n", 1, &["none.txt"]),
        file("chart-source.yaml", "helm: {parameters: [{name: a, val: x}]}\n", 1, &["unknown field `val`"]),
    ]);
}

#[test]
fn flags_of_the_command() {
    check(vec![
        flags(&["--no-such-flag"], 2, &["--no-such-flag"]),
        flags(&["--helm-version", "2"], 1, &["`2`", "hint:"]),
        flags(&["--values", "none.yaml"], 1, &["open none.yaml: no such file", "hint:"]),
        flags(&["--set", "a[y]=1"], 1, &["failed parsing --set data"]),
        flags(&["--set", "novalue"], 1, &["novalue"]),
        flags(&["--set-json", "a={"], 1, &["a={"]),
        flags(&["--set-file", "a=none.txt"], 1, &["none.txt"]),
        flags(&["--kube-version", "x"], 1, &["x", "hint: set `kubeVersion`"]),
        flags(&["--name", "Not_A_Name"], 1, &["invalid release name"]),
        flags(
            &["--show-only", "templates/none.yaml"],
            1,
            &["could not find template templates/none.yaml in chart"],
        ),
        flags(&["--parameter", "novalue"], 2, &["`--parameter novalue` is not `NAME=TEXT`"]),
        flags(&["--parameter", "helm-verison=4.2"], 1, &["helm-verison", "did you mean `helm-version`?"]),
        flags(&["--parameter", "skip-crds=maybe"], 1, &["`maybe`, neither `true` nor `false`"]),
        flags(&["--plugin", "none"], 4, &["there is no plugin `none`", "hint: configured are `helm`"]),
        flags(&["--config", "none.yaml"], 3, &["none.yaml"]),
        flags(&["--vendored", "none"], 2, &["there is no folder `none`", "hint: `tiphys vendor"]),
        flags(&["--locked"], 8, &["tiphys.lock", "hint: `tiphys lock SOURCE` writes one"]),
        flags(&["--errors", "none"], 2, &["none"]),
        flags(&["--output", "none"], 2, &["none", "possible values"]),
        flags(&["none"], 2, &["none", "hint: name an Application file"]),
        flags(&["oci://"], 2, &["oci://"]),
        flags(
            &["oci://a/b:1", "--version", "2"],
            2,
            &["names `1`, and `--version` `2`", "hint: leave out one"],
        ),
        flags(&["templates/good.yaml"], 1, &["is not an Application", "hint: name a file with"]),
    ]);
}

#[test]
fn applications() {
    let in_web = |helm: &str| format!("{{source: {{path: web, helm: {helm}}}}}");
    check(vec![
        application("{}", 1, &["neither `spec.source` nor `spec.sources`"]),
        application("{source: {path: none}}", 1, &["none", "hint: `spec.source.path` is looked for in"]),
        application("{source: {path: ../..}}", 1, &[".."]),
        application("{source: {path: /etc}}", 1, &["/etc"]),
        application("{source: {path: [web]}}", 1, &["application `shop`", "invalid type"]),
        application("{source: [web]}", 1, &["application `shop`"]),
        application(&in_web("{valueFiles: none.yaml}"), 1, &["chart-source.yaml", "sequence"]),
        application(&in_web("{valueFiles: [none.yaml]}"), 1, &["open none.yaml"]),
        application(&in_web("{unknown: 1}"), 1, &["unknown field `unknown`"]),
        application(
            &in_web("{valueFiles: [$values/a.yaml]}"),
            1,
            &[
                "`$values/a.yaml` refers to a source that is not there",
                "hint: add a source with `ref: values`",
            ],
        ),
        application("{source: {path: web, plugin: {name: none}}}", 4, &["there is no plugin `none`"]),
        application(
            "{source: {path: web, plugin: {name: helm, parameters: [{name: sets, array: [a]}]}}}",
            1,
            &["no parameter `sets`", "hint: did you mean `set`?"],
        ),
        application(
            "{source: {path: web, plugin: {name: helm, parameters: [{name: value-files, map: {a: b}}]}}}",
            1,
            &["has to be written as `array`"],
        ),
        application("{source: {chart: web}}", 1, &["it is not said where chart `web` is"]),
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn registries() {
    let registry = Registry::start(Options::default()).await;
    let locked = Registry::start(Options { auth: Auth::token("user", "secret"), ..Options::default() }).await;
    registry.push_chart("charts/web", "1.0.0", &chart::archive("web", "1.0.0", &[]));
    registry.push_chart("charts/broken", "1.0.0", b"no archive");
    let (host, closed) = (registry.host(), locked.host());
    let configuration = format!(
        "plugins: [{{name: helm, component: 'builtin:helm', grants: {{registry: ['oci://{host}/charts/**', 'oci://{closed}/**', 'oci://localhost:1/**']}}}}]\nregistries: [{{prefix: '{host}', plainHttp: true}}, {{prefix: '{closed}', plainHttp: true}}]\n"
    );
    let work = folder(&[("tiphys.yaml", &configuration)]);
    let tiphys = Tiphys::new();
    for (reference, version, code, says) in [
        (format!("{host}/charts/none"), "1.0.0", 1, vec!["charts/none"]),
        (format!("{host}/charts/web"), "2.0.0", 1, vec!["charts/web:2.0.0"]),
        (format!("{host}/charts/web"), ">9", 1, vec![">9"]),
        (format!("{host}/charts/web"), "sha256:00", 1, vec!["sha256:00"]),
        (format!("{host}/charts/broken"), "1.0.0", 1, vec!["charts/broken"]),
        (format!("{host}/other/web"), "1.0.0", 6, vec!["other/web", "hint:"]),
        (format!("{closed}/charts/web"), "1.0.0", 5, vec!["charts/web"]),
        ("localhost:1/charts/web".to_owned(), "1.0.0", 4, vec!["localhost:1"]),
    ] {
        let mut command = tiphys.command(&["render", &format!("oci://{reference}"), "--version", version]);
        let output = command.arg("--config").arg("tiphys.yaml").current_dir(work.path()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        // Whose fault it is that a registry does not answer is the registry's to say.
        assert!([code, 1, 4].contains(&output.status.code().unwrap()), "{reference} {version}: {stderr}");
        assert!(output.stdout.is_empty() && stderr.starts_with("Error: "), "{reference} {version}: {stderr}");
        for text in says {
            assert!(stderr.contains(text), "{reference} {version}: `{text}` is not in {stderr}");
        }
    }
}

/// The same error in every form.
#[test]
fn every_form_has_place_message_and_hint() {
    let files = [("Chart.yaml", METADATA), ("templates/a.yaml", "a: 1\nb: {{ .Values.size.x }}\n")];
    let chart = folder(&files);
    let tiphys = Tiphys::new();
    let of = |form: &str| {
        let mut command = tiphys.command(&["render", ".", "--errors", form]);
        let output = command.current_dir(chart.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&of("json")).unwrap();
    assert_eq!((json["code"].as_u64(), json["kind"].as_str()), (Some(1), Some("application")));
    assert_eq!(json["error"]["location"]["file"], "templates/a.yaml");
    assert_eq!(json["error"]["location"]["line"], 2);
    let sarif: serde_json::Value = serde_json::from_str(&of("sarif")).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "templates/a.yaml");
    assert_eq!(place["region"]["startLine"], 2);
    let gitlab: serde_json::Value = serde_json::from_str(&of("gitlab")).unwrap();
    assert_eq!(gitlab[0]["location"]["path"], "templates/a.yaml");
    assert_eq!(gitlab[0]["fingerprint"].as_str().unwrap().len(), 64);
    let github = of("github");
    assert!(github.starts_with("::error file=templates/a.yaml,line=2,col="), "{github}");
    assert_eq!(github.lines().count(), 1, "{github}");
    let junit = of("junit");
    assert!(junit.contains("<failure type=\"application\"") && junit.contains("nil pointer"), "{junit}");
    let text = of("text");
    assert!(text.contains("2 | b: {{ .Values.size.x }}") && text.contains("hint: "), "{text}");
}

/// Several applications: all that are wrong are told, in their order, and nothing is written.
#[test]
fn all_failures_are_told_in_order() {
    let one = |name: &str, path: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec: {{source: {{path: {path}}}}}\n"
        )
    };
    let bad = "{{ fail \"broken\" }}";
    let (first, second, third) = (one("first", "bad"), one("second", "web"), one("third", "bad"));
    let work = folder(&[
        ("apps/1.yaml", &first),
        ("apps/2.yaml", &format!("{second}---\n{third}")),
        ("apps/web/ignored.yaml", "a: {{ template }}\n"),
        ("apps/bad/Chart.yaml", METADATA),
        ("apps/bad/templates/a.yaml", bad),
    ]);
    fs_err::create_dir_all(work.path().join(".git")).unwrap();
    let tiphys = Tiphys::new();
    fs_err::create_dir_all(work.path().join("bad/templates")).unwrap();
    fs_err::create_dir_all(work.path().join("web/templates")).unwrap();
    for name in ["bad", "web"] {
        fs_err::write(work.path().join(name).join("Chart.yaml"), METADATA).unwrap();
        fs_err::write(
            work.path().join(name).join("templates/a.yaml"),
            if name == "bad" { bad } else { OBJECT },
        )
        .unwrap();
    }
    let apps = work.path().join("apps");
    let (code, stdout, stderr) = tiphys.outcome(&["render", apps.to_str().unwrap()]);
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    let (first, third) =
        (stderr.find("application `first`").unwrap(), stderr.find("application `third`").unwrap());
    assert!(first < third && !stderr.contains("`second`"), "{stderr}");
    fs_err::write(work.path().join("bad/templates/a.yaml"), OBJECT.replace("web", "bad")).unwrap();
    let names = tiphys.stdout(&["render", apps.to_str().unwrap(), "--output", "name"]);
    assert_eq!(names, "ConfigMap/bad\nConfigMap/web\nConfigMap/bad\n");
}
