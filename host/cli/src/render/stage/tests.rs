use super::*;

fn texts(paths: &[&str]) -> Texts {
    paths.iter().map(|path| (PathBuf::from(path), format!("new {path}"))).collect()
}

/// A folder with these files in it.
fn folder(paths: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in paths {
        let file = folder.path().join(path);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, format!("old {path}")).unwrap();
    }
    folder
}

/// All that is below `folder`: files as `path: text`, folders as `path/`.
fn found(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs_err::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() {
                found.push(format!("{name}/"));
                waiting.push(path);
            } else {
                found.push(format!("{name}: {}", fs_err::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn files_come_into_a_folder_that_is_there() {
    let folder = folder(&["a.yaml", "old.yaml", "README.md"]);
    write(&texts(&["a.yaml", "b/c.yaml"]), folder.path(), Others::Keep).unwrap();
    let expect = [
        "README.md: old README.md",
        "a.yaml: new a.yaml",
        "b/",
        "b/c.yaml: new b/c.yaml",
        "old.yaml: old old.yaml",
    ];
    assert_eq!(found(folder.path()), expect);
    write(&texts(&["a.yaml"]), folder.path(), Others::Remove).unwrap();
    assert_eq!(found(folder.path()), ["README.md: old README.md", "a.yaml: new a.yaml", "b/"]);
}

#[test]
fn a_folder_that_is_new_is_as_open_as_others() {
    let work = folder(&[]);
    let new = work.path().join("one/two");
    write(&texts(&["a.yaml", "b/c.yaml"]), &new, Others::Remove).unwrap();
    assert_eq!(
        found(work.path()),
        ["one/", "one/two/", "one/two/a.yaml: new a.yaml", "one/two/b/", "one/two/b/c.yaml: new b/c.yaml"]
    );
    fs_err::create_dir(work.path().join("other")).unwrap();
    let mode = |path: &Path| fs_err::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&new), mode(&work.path().join("other")));
}

/// A folder is where a file should go, and a file where a folder should.
#[test]
fn an_obstacle_leaves_everything_as_it_was() {
    for obstacle in ["m.yaml/in.txt", "m"] {
        let folder = folder(&["a.yaml", "old.yaml", obstacle]);
        let before = found(folder.path());
        let texts = texts(&["a.yaml", "b/c.yaml", "m.yaml", "m/n.yaml", "z.yaml"]);
        let error = write(&texts, folder.path(), Others::Remove).unwrap_err().to_string();
        assert_eq!(found(folder.path()), before, "{error}");
        assert!(error.starts_with("nothing was written to `") && !error.contains("taken back"), "{error}");
    }
}

#[test]
fn a_folder_that_can_not_be_new_leaves_none_behind() {
    let work = folder(&["file"]);
    let before = found(work.path());
    for path in ["file/new", "file"] {
        write(&texts(&["a.yaml"]), &work.path().join(path), Others::Keep).unwrap_err();
        assert_eq!(found(work.path()), before, "{path}");
    }
    // The last part of the path can't be made.
    let long = format!("made/{}", "x".repeat(300));
    write(&texts(&["a.yaml"]), &work.path().join(long), Others::Keep).unwrap_err();
    assert_eq!(found(work.path()), before);
}

/// Below `/proc` not even root makes files.
#[cfg(target_os = "linux")]
#[test]
fn a_place_where_nothing_can_be_written() {
    let (closed, texts) = (Path::new("/proc/self/task"), texts(&["a.yaml", "b/c.yaml"]));
    for path in [closed, &closed.join("new"), &closed.join("new/er")] {
        let error = write(&texts, path, Others::Remove).unwrap_err().to_string();
        assert!(error.starts_with("nothing was written to `/proc/self/task"), "{error}");
    }
    let folder = folder(&["a.yaml"]);
    std::os::unix::fs::symlink(closed, folder.path().join("b")).unwrap();
    write(&texts, folder.path(), Others::Keep).unwrap_err();
    assert_eq!(fs_err::read_to_string(folder.path().join("a.yaml")).unwrap(), "old a.yaml");
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 2);
}

/// What can't be taken back is told, and what was there is not lost.
#[test]
fn what_is_left_is_told() {
    let folder = folder(&["a.yaml"]);
    let temporary = temporary_in(folder.path()).unwrap();
    let texts = texts(&["a.yaml", "b.yaml"]);
    write_all(&texts, &temporary.path().join("new")).unwrap();
    let mut stage = Stage { folder: folder.path(), temporary, steps: Vec::new() };
    stage.arrive(&texts, Others::Keep).unwrap();
    fs_err::remove_file(folder.path().join("a.yaml")).unwrap();
    fs_err::create_dir(folder.path().join("a.yaml")).unwrap();
    let left = stage.give_up();
    assert!(!folder.path().join("b.yaml").exists());
    assert_eq!(left.problems.len(), 1, "{left}");
    let kept = left.kept.clone().unwrap().join("a.yaml");
    assert_eq!(fs_err::read_to_string(kept).unwrap(), "old a.yaml");
    assert!(
        left.to_string().contains("could not be taken back")
            && left.to_string().contains("what was there is in")
    );
}
