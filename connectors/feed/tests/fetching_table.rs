//! The table in `docs/fetching.md` names a test for each of its rows; here is seen that those tests exist.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

/// Rows that the document has at least: a table that is read wrongly has none.
const LEAST_ROWS: usize = 50;

/// Files and the tests named of them, in the order of a cell: `` `file.rs`: `test`, `another`; `other.rs` ``.
fn named(cell: &str) -> Vec<(&str, Vec<&str>)> {
    let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
    for span in cell.split('`').skip(1).step_by(2) {
        match files.last_mut() {
            _ if span.ends_with(".rs") => files.push((span, Vec::new())),
            Some((_, tests)) => tests.push(span),
            None => panic!("no file is named before {span:?} in {cell:?}"),
        }
    }
    files
}

/// The last cells of the rows of tables with a last column "test".
fn cells(document: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let mut tests = false;
    for line in document.lines() {
        let Some(row) = line.strip_prefix('|') else {
            tests = false;
            continue;
        };
        let cell = row.trim_end_matches('|').rsplit('|').next().unwrap().trim();
        match cell {
            "test" => tests = true,
            "---" => {}
            _ if tests => cells.push(cell),
            _ => {}
        }
    }
    cells
}

#[test]
fn every_row_names_a_test_that_exists() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    let document = std::fs::read_to_string(root.join("docs/fetching.md")).unwrap();
    let cells = cells(&document);
    assert!(cells.len() >= LEAST_ROWS, "{} rows", cells.len());
    for cell in cells {
        let files = named(cell);
        assert!(!files.is_empty(), "no test in {cell:?}");
        for (file, tests) in files {
            let code = std::fs::read_to_string(here.join(file))
                .or_else(|_| std::fs::read_to_string(root.join(file)))
                .unwrap_or_else(|error| panic!("{file} of {cell:?}: {error}"));
            let marks = |line: &str| line.contains("test]") || line.contains("::test(");
            assert!(marks(&code), "{file} of {cell:?} has no test");
            for test in tests {
                let function = format!("fn {test}(");
                let before = code.split(&function).next().unwrap_or_default();
                let is_test =
                    before.len() < code.len() && before.trim_end().lines().rev().take(3).any(marks);
                assert!(is_test, "{file} has no test {test}");
            }
        }
    }
}

#[test]
fn cells_are_read_as_they_are_written() {
    let document = "| behaviour | test |\n|---|---|\n| a | `x.rs`: `one`, `two`; `y.rs` |\n\n| b | c |\n|---|---|\n| d | `e` |\n";
    let cells = cells(document);
    assert_eq!(cells, ["`x.rs`: `one`, `two`; `y.rs`"]);
    assert_eq!(
        named(cells[0]),
        [("x.rs", vec!["one", "two"]), ("y.rs", vec![])]
    );
}
