//! The published examples, read where they lie: they are other people's texts and not part of this tree.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{read_both_ways, write};
use memo::Severity;

fn examples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/spec/examples");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("NOTE: {} is not there, so the published examples were NOT read", folder.display());
    None
}

fn messages(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "xml"));
    files.sort();
    assert!(!files.is_empty(), "no examples in {}", folder.display());
    files
}

/// Faults of the examples themselves, all in `MeMo_1.x_Full_Example.xml` unless said: none is an error.
#[test]
fn the_examples_of_1_1_and_1_2_and_ours_are_read_without_errors() {
    let Some(examples) = examples() else { return };
    for folder in ["memo-1.1", "memo-1.2", "constructed"] {
        for file in messages(&examples.join(folder)) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let (reading, contents) =
                read_both_ways(&fs::read(&file).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
            for remark in &reading.remarks {
                println!("{folder}/{name}: {:?} {} {}", remark.severity, remark.code.as_str(), remark.path);
            }
            let errors: Vec<_> = reading.remarks.iter().filter(|r| r.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
            let again = read_both_ways(write(&reading.message, &contents).as_bytes()).unwrap();
            assert!(
                again.0.message == reading.message && again.1 == contents,
                "{name} does not come out as it went in"
            );
        }
    }
}

#[test]
fn the_example_of_1_0_is_read_with_remarks() {
    let Some(examples) = examples() else { return };
    for file in messages(&examples.join("memo-1.0")) {
        let (reading, _) = read_both_ways(&fs::read(&file).unwrap()).unwrap();
        let codes: Vec<_> = reading.remarks.iter().map(|remark| remark.code.as_str()).collect();
        assert_eq!(codes, ["old-version", "old-name", "link"], "{}", file.display());
        let main = reading.message.body.unwrap().main_document.unwrap();
        assert_eq!(main.id.as_deref(), Some("456"));
    }
}

#[test]
fn the_status_messages_are_not_memo() {
    let Some(examples) = examples() else { return };
    for file in messages(&examples.join("pko-poststatus")) {
        assert_eq!(
            read_both_ways(&fs::read(&file).unwrap()).unwrap_err(),
            "wrong-root",
            "{}",
            file.display()
        );
    }
}
