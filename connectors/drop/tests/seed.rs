//! The sample article that the project was started with, where it lies beside the repository.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use dateline_drop::Settings;

/// More than any sample article has.
const MAX_BYTES: u64 = 1 << 20;

#[test]
fn every_part_of_the_seed_is_in_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seed");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: there is no seed at {}", folder.display());
        return;
    };
    let mut files = 0;
    for entry in entries {
        let mut bytes = Vec::new();
        let file = File::open(entry.unwrap().path()).unwrap();
        file.take(MAX_BYTES).read_to_end(&mut bytes).unwrap();
        let articles = dateline_drop::read(&bytes, &Settings::default()).unwrap();
        assert_eq!(articles.len(), 1);
        check(&articles[0].item);
        assert!(articles[0].recovered.is_empty());
        files += 1;
    }
    assert!(files > 0, "the seed folder is empty");
}

fn check(item: &dateline_pipeline::draft::Item) {
    assert_eq!(item.publisher.as_deref(), Some("Business Insider"));
    let syndicator = item.syndicator.as_deref().unwrap();
    assert!(syndicator.starts_with("Audio Sources"), "{syndicator}");

    let title = &item.title.as_ref().unwrap().value;
    assert!(
        title.starts_with("Putin") && title.ends_with("report claims"),
        "{title}"
    );
    assert_eq!(title.split_whitespace().count(), 19);

    assert_eq!(item.images.len(), 1);
    let image = &item.images[0];
    assert!(image.credit.as_deref().unwrap().starts_with("Sefa Karacan"));
    assert!(image.credit.as_deref().unwrap().ends_with("Getty Images"));
    assert!(
        image
            .alt
            .as_deref()
            .unwrap()
            .starts_with("Putin Victory Day"),
        "{image:?}"
    );
    assert!(
        image
            .caption
            .as_deref()
            .unwrap()
            .starts_with("Russian President"),
        "{image:?}"
    );

    assert_eq!(item.key_points.len(), 3);
    assert!(
        item.key_points
            .iter()
            .all(|point| point.ends_with('.') && !point.starts_with('•'))
    );
    assert!(item.key_points[2].starts_with("But a US think tank"));

    let content = &item.content.as_ref().unwrap().value;
    let paragraphs: Vec<&str> = content.split("\n\n").collect();
    assert_eq!(paragraphs.len(), 12);
    assert!(
        paragraphs[0].starts_with("Russian President")
            && paragraphs[0].ends_with("international support.")
    );
    assert!(paragraphs[11].starts_with("Kazakhstan has accepted"));
    assert!(!content.contains("Read the original") && !content.contains("Getty"));
    assert!(item.authors.is_empty() && item.summary.is_none() && item.guid.is_none());
}
