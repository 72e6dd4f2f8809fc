use std::sync::Arc;

use super::*;

enum Entry {
    File(&'static str, &'static str),
    Link(&'static str, &'static str),
    Directory(&'static str),
}
use Entry::{Directory as Dir, File, Link};

fn path(text: &str) -> TreePath {
    TreePath::parse(text).unwrap()
}

fn add(builder: &mut Builder, entry: &Entry) -> Result<(), BuildError> {
    match entry {
        File(name, text) => builder.file(&path(name), text.len() as u64, text.as_bytes()),
        Link(name, target) => builder.link(&path(name), target),
        Dir(name) => builder.directory(&path(name)),
    }
}

fn tree_with(memory: usize, entries: &[Entry]) -> Arc<SourceTree> {
    let mut builder = Builder::new(memory, std::env::temp_dir());
    for entry in entries {
        add(&mut builder, entry).unwrap();
    }
    Arc::new(builder.finish(Digest::of(b"")).unwrap())
}

fn view(entries: &[Entry], directory: &str) -> SourceView {
    SourceView::new(tree_with(1 << 20, entries), path(directory)).unwrap()
}

fn chart() -> SourceView {
    let entries = [
        File("Chart.yaml", "root"),
        Dir("apps/web/empty"),
        File("apps/web/Chart.yaml", "web"),
        File("apps/web/values.yaml", "v"),
        File("apps/web/values-prod.yml", "p"),
        File("apps/web/templates/a.yaml", "a"),
        File("apps/web/templates/deep/b.yaml", "b"),
        File("apps/web/templates/_h.tpl", "h"),
        File("apps/db/Chart.yaml", "db"),
        File("common/labels.yaml", "l"),
    ];
    view(&entries, "apps/web")
}

#[track_caller]
fn check_glob(glob: &str, expected: &[&str]) {
    assert_eq!(chart().list(glob).unwrap(), expected, "{glob}");
}

#[test]
fn globs_follow_the_contract() {
    check_glob("*.yaml", &["Chart.yaml", "values.yaml"]);
    check_glob("values*", &["values-prod.yml", "values.yaml"]);
    check_glob("*.{yaml,yml}", &["Chart.yaml", "values-prod.yml", "values.yaml"]);
    check_glob("{Chart,values{,-prod}}.y?ml", &["Chart.yaml", "values.yaml"]);
    check_glob("templates/*", &["templates/_h.tpl", "templates/a.yaml"]);
    check_glob("templates/**", &["templates/_h.tpl", "templates/a.yaml", "templates/deep/b.yaml"]);
    check_glob("templates/**/*.yaml", &["templates/a.yaml", "templates/deep/b.yaml"]);
    check_glob("templates/**.yaml", &["templates/a.yaml", "templates/deep/b.yaml"]);
    check_glob("**/b.yaml", &["templates/deep/b.yaml"]);
    check_glob("./templates//a.yaml", &["templates/a.yaml"]);
    check_glob("templates", &[]);
    check_glob("nothing/**", &[]);
    check_glob("../db/*", &["../db/Chart.yaml"]);
    check_glob("templates/../values.yaml", &["values.yaml"]);
    check_glob("../../common/**", &["../../common/labels.yaml"]);
    check_glob("../*/Chart.yaml", &["../db/Chart.yaml", "../web/Chart.yaml"]);
    assert_eq!(chart().list("**").unwrap().len(), 6);
}

#[test]
fn globs_that_mean_nothing_are_refused() {
    let error = |glob: &str| chart().list(glob).unwrap_err().to_string();
    assert_eq!(error("a{b"), "glob `a{b` has a `{` without a `}`");
    assert_eq!(error("/etc/*"), "glob `/etc/*` is absolute: only paths inside the repository can be used");
    assert_eq!(error("../../../*"), "glob `../../../*` leaves the repository");
    assert_eq!(error("*/../x"), "glob `*/../x` has `..` after a wildcard");
    assert!(error(&"{a,b}".repeat(11)).ends_with("make more than 1024 patterns"));
    assert!(error(&"{".repeat(2000)).ends_with("is longer than 1024"));
}

#[test]
fn a_wildcard_takes_as_little_time_as_its_name_is_long() {
    let name: &'static str = "a".repeat(200).leak();
    let view = view(&[File(name, "")], ".");
    assert_eq!(view.list(&"*a".repeat(90)).unwrap(), [name]);
    assert!(view.list(&format!("{}b", "*a".repeat(90))).unwrap().is_empty());
}

#[test]
fn paths_are_read_from_the_applications_directory() {
    let view = chart();
    let read = |path: &str| view.read(path).unwrap().map(|bytes| String::from_utf8(bytes.into()).unwrap());
    assert_eq!(read("Chart.yaml").as_deref(), Some("web"));
    assert_eq!(read("./templates/../Chart.yaml").as_deref(), Some("web"));
    assert_eq!(read("../../Chart.yaml").as_deref(), Some("root"));
    assert_eq!(read("templates"), None);
    assert_eq!(read("Chart.yaml/x"), None);
    assert_eq!(view.read("../../../x").unwrap_err().to_string(), "path `../../../x` leaves the repository");
    assert!(view.read("/etc/passwd").unwrap_err().to_string().contains("is absolute"));
    assert_eq!(view.digest("Chart.yaml").unwrap(), Some(Digest::of(b"web")));
    assert_eq!(view.digest("none").unwrap(), None);
}

#[test]
fn the_same_file_of_two_globs_is_read_once() {
    let files = chart().read_all(["*.yaml", "Chart.*"]).unwrap();
    let paths: Vec<_> = files.iter().map(|file| (file.path.as_str(), &file.content[..])).collect();
    assert_eq!(paths, [("Chart.yaml", &b"web"[..]), ("values.yaml", b"v")]);
}

#[test]
fn a_missing_directory_is_named() {
    let tree = tree_with(1024, &[File("a", "")]);
    let error = SourceView::new(tree.clone(), path("apps/x")).unwrap_err();
    assert_eq!(error.to_string(), "directory `apps/x` is not in the repository");
    assert!(SourceView::new(tree, path("a")).is_err(), "a file is no directory");
}

#[test]
fn links_are_followed() {
    let entries = [
        Link("apps/early", "../later/x"),
        File("later/x", "x"),
        Link("dir", "later"),
        Link("absolute", "/later/x"),
        Link("chain", "dir/x"),
        Link("dangling", "nowhere"),
        Link("loop", "pool"),
        Link("pool", "loop"),
    ];
    let view = view(&entries, ".");
    for path in ["apps/early", "dir/x", "absolute", "chain"] {
        assert_eq!(view.read(path).unwrap().as_deref(), Some(&b"x"[..]), "{path}");
    }
    for path in ["dangling", "loop", "dir", "dir/y"] {
        assert_eq!(view.read(path).unwrap(), None, "{path}");
    }
    assert_eq!(view.list("**").unwrap(), ["absolute", "apps/early", "chain", "dir/x", "later/x"]);
}

#[test]
fn links_that_go_in_circles_end() {
    let entries = [File("a/b/x", ""), Link("a/b/up", "../../a"), Link("a/b/self", ".")];
    assert_eq!(view(&entries, ".").list("**/x").unwrap(), ["a/b/x"]);
}

#[test]
fn links_that_multiply_are_cut_off() {
    let mut builder = Builder::new(0, std::env::temp_dir());
    for level in 0..24 {
        for name in ["l", "m"] {
            builder.link(&path(&format!("{level}/{name}")), &format!("../{}", level + 1)).unwrap();
        }
    }
    builder.directory(&path("24")).unwrap();
    let view = SourceView::new(builder.finish(Digest::of(b"")).unwrap().into(), path("0")).unwrap();
    assert!(matches!(view.list("**").unwrap_err(), ViewError::GlobVisits(_)));
}

#[track_caller]
fn check_refused(entries: &[Entry], expected: &str) {
    let mut builder = Builder::new(1024, std::env::temp_dir());
    let error = entries.iter().find_map(|entry| add(&mut builder, entry).err()).unwrap();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn entries_that_make_no_tree_are_refused() {
    check_refused(
        &[Link("a/l", "../../etc/passwd")],
        "symbolic link `a/l` leads to `../../etc/passwd`, which is not inside the repository",
    );
    check_refused(&[Link("l", ".")], "symbolic link `l` leads to `.`, which is not inside the repository");
    check_refused(&[File("a", ""), File("a/b", "")], "`a/b` can't be below `a`, which is not a directory");
    check_refused(&[Link("l", "d"), File("l/b", "")], "`l/b` can't be below `l`, which is not a directory");
}

#[test]
fn a_later_entry_replaces_an_earlier_one() {
    let view = view(&[File("a", "1"), File("a", "2")], ".");
    assert_eq!(view.read("a").unwrap().as_deref(), Some(&b"2"[..]));
}

#[test]
fn what_exceeds_the_memory_comes_back_from_the_temporary_file() {
    let entries = [File("a", "aaaa"), File("b", "bbbbbbbb"), File("c", ""), File("d", "dd"), File("e", "ee")];
    let tree = tree_with(6, &entries);
    assert!(tree.spool.is_some());
    for (name, text) in [("a", "aaaa"), ("b", "bbbbbbbb"), ("c", ""), ("d", "dd"), ("e", "ee")] {
        assert_eq!(tree.read(&path(name)).unwrap().as_deref(), Some(text.as_bytes()), "{name}");
        assert_eq!(tree.digest(&path(name)).unwrap(), Some(Digest::of(text.as_bytes())), "{name}");
    }
}

#[test]
fn a_short_content_is_an_error_in_memory_and_in_the_file() {
    for memory in [0, 1024] {
        let mut builder = Builder::new(memory, std::env::temp_dir());
        let error = builder.file(&path("a"), 10, &b"short"[..]).unwrap_err();
        assert_eq!(error.to_string(), "failed to read the content of `a`");
    }
}

#[test]
fn paths_are_cleaned_as_text() {
    for (text, expected) in [("", "."), ("a//b/./c", "a/b/c"), ("a/../b", "b"), ("a/..", "."), ("./a/", "a")]
    {
        assert_eq!(path(text).to_string(), expected, "{text}");
    }
    assert!(matches!(TreePath::parse("a/../.."), Err(PathError::Leaves(_))));
    assert!(matches!(TreePath::parse(&"a/".repeat(256)), Err(PathError::Deep(_))));
    assert_eq!(path("a/b").parent(), Some(path("a")));
    assert_eq!(path("a").parent(), Some(TreePath::root()));
    assert_eq!(TreePath::root().parent(), None);
}
