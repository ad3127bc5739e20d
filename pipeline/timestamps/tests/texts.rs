//! The marked texts under `texts/`: every file is well formed.

use std::fs;
use std::path::Path;

#[path = "texts/marks.rs"]
mod marks;

#[test]
fn every_file_is_well_formed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/texts");
    for entry in fs::read_dir(folder).expect("the folder of the texts") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text in UTF-8");
        let articles =
            marks::read(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        for article in &articles {
            let at = format!(
                "{}, {:?} {}",
                path.display(),
                article.country,
                article.published
            );
            assert!(!article.marks.is_empty(), "{at}: an article without marks");
            for mark in &article.marks {
                let expression = &article.text[mark.start..mark.end];
                assert_eq!(
                    expression.trim(),
                    expression,
                    "{at}: blanks in a mark: {} {} {:?}",
                    mark.kind,
                    mark.value,
                    mark.modifier
                );
            }
        }
    }
}
