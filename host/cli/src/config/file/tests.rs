use super::*;

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiphys.yaml");
    fs_err::write(&path, text).unwrap();
    (folder, path)
}

#[track_caller]
fn problems(text: &str, expect: &[&str]) {
    let (_folder, path) = written(text);
    let LoadError::Wrong(found) = load(Some(&path)).unwrap_err() else { panic!("not read") };
    let found: Vec<String> = found.iter().map(|(_, problem)| problem.to_string()).collect();
    assert_eq!(found, expect);
}

#[test]
fn nothing_is_the_default() {
    assert!(load(None).unwrap().plugins.is_empty());
    let (_folder, path) = written("# nothing yet\n");
    assert_eq!(load(Some(&path)).unwrap().cache.size.to_string(), "2Gi");
}

#[test]
fn a_plugin_has_defaults_that_can_be_set() {
    let (_folder, path) = written(
        "plugins:\n- name: helm\n  component: builtin:helm\n  parameters: {helm-version: '3.19', value-files: [a.yaml]}\n  limits: {memory: 1Gi}\n",
    );
    let config = load(Some(&path)).unwrap();
    let plugin = &config.plugins[0];
    assert_eq!(plugin.limits.memory.to_string(), "1Gi");
    assert_eq!(plugin.limits.cpu.to_string(), "20s");
    assert!(matches!(plugin.parameters["value-files"], super::super::ParameterConfig::Items(_)));
}

#[test]
fn every_problem_is_found_at_once() {
    problems(
        "plugin:\n- name: helm\nplugins:\n- name: Helm!\n  component: builtin:helm\n  limit: {memory: 1Gi}\n  limits: {memory: lots}\n- component: [x]\ncache: {size: 2Gi, tagTtl: 3m}\n",
        &[
            "1:1: unknown field `plugin` (did you mean `plugins`?)",
            "4:9: `plugins[0].name`: `Helm!` is not allowed: expected Name of its socket, and of `spec.source.plugin.name` in an Application",
            "6:3: `plugins[0]`: unknown field `limit` (did you mean `limits`?)",
            "7:20: `plugins[0].limits.memory`: `lots` is not allowed: expected a size such as `512Mi`",
            "8:3: `plugins[1]`: `name` is missing",
            "8:14: `plugins[1].component`: expected a text, found a list",
            "9:20: `cache`: unknown field `tagTtl` (did you mean `tagTTL`?)",
        ],
    );
}

#[test]
fn values_of_a_set_are_named() {
    problems(
        "plugins:\n- name: helm\n  component: builtin:helm\n  grants: {entropy: stabel}\n",
        &[
            "4:21: `plugins[0].grants.entropy`: expected `none` or `stable` or `random`, found `stabel` (did you mean `stable`?)",
        ],
    );
}

#[test]
fn twice_and_malformed_are_problems() {
    problems("server: {queue: 1}\nserver: {queue: 2}\n", &["2:1: `server` is set twice, first in line 1"]);
    problems("a: b: c\n", &["1:1: yaml: mapping values are not allowed in this context"]);
}

#[test]
fn files_of_a_folder_are_added() {
    let (folder, path) = written("plugins:\n- {name: one, component: 'builtin:helm'}\n");
    fs_err::create_dir(folder.path().join("conf.d")).unwrap();
    fs_err::write(
        folder.path().join("conf.d/b.yaml"),
        "plugins:\n- {name: two, component: 'builtin:helm'}\n",
    )
    .unwrap();
    fs_err::write(folder.path().join("conf.d/notes.txt"), "not for us").unwrap();
    let names: Vec<String> =
        load(Some(&path)).unwrap().plugins.into_iter().map(|plugin| plugin.name).collect();
    assert_eq!(names, ["one", "two"]);
}
