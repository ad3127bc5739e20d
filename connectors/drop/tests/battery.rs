//! The battery that every source must pass, with each thing that may become of a file and with each format that it may have.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;
mod samples;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use common::config;
use dateline_config::{AfterDrop, DropFolder};
use dateline_conformance::sources::{self, Article, SourceHarness};
use dateline_drop::DropSource;
use dateline_pipeline::clock::Clock;
use dateline_pipeline::source::Source;
use tempfile::TempDir;

struct Folder {
    dir: TempDir,
    config: DropFolder,
    /// The file that an article is in the format under test.
    write: fn(&Article) -> Vec<u8>,
    /// The files dropped, by name.
    dropped: Mutex<HashMap<String, Vec<u8>>>,
}

impl Folder {
    fn new(after: AfterDrop, write: fn(&Article) -> Vec<u8>) -> Folder {
        let dir = tempfile::tempdir().unwrap();
        for name in ["in", "taken-away"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        let config = config(&dir.path().join("in"), after);
        Folder {
            dir,
            config,
            write,
            dropped: Mutex::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.config.path.join(name)
    }

    fn away(&self) -> PathBuf {
        self.dir.path().join("taken-away")
    }

    fn files_in(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with('.')).collect()
    }
}

impl SourceHarness for Folder {
    fn make(&self) -> Box<dyn Source> {
        Box::new(DropSource::new(&self.config, Clock::System))
    }

    async fn publish(&self, articles: &[Article]) {
        // The content alone says what a file is.
        let name = |article: &Article| format!("{}.txt", article.name);
        for file in Folder::files_in(&self.config.path) {
            let is_shown = articles.iter().any(|article| name(article) == file);
            if !is_shown && !file.starts_with("spoilt") {
                fs::rename(self.path(&file), self.away().join(&file)).unwrap();
            }
        }
        for article in articles {
            let name = name(article);
            let text = (self.write)(article);
            let before = self
                .dropped
                .lock()
                .unwrap()
                .insert(name.clone(), text.clone());
            let outside = self.dir.path().join("outside");
            let away = self.away().join(&name);
            if before.as_ref() != Some(&text) {
                fs::write(&outside, text).unwrap();
                fs::rename(outside, self.path(&name)).unwrap();
            } else if away.exists() {
                fs::rename(away, self.path(&name)).unwrap();
            }
        }
    }

    async fn break_it(&self) {
        fs::rename(&self.config.path, self.dir.path().join("broken")).unwrap();
    }

    async fn mend(&self) {
        fs::rename(self.dir.path().join("broken"), &self.config.path).unwrap();
    }

    async fn spoil(&self) -> bool {
        fs::write(self.path("spoilt.txt"), b"\x89PNG\r\n\x1a\n").unwrap();
        true
    }

    async fn left_over(&self) -> usize {
        match self.config.after {
            AfterDrop::Keep => 0,
            AfterDrop::Archive | AfterDrop::Delete => Folder::files_in(&self.config.path).len(),
        }
    }
}

#[tokio::test]
async fn a_folder_whose_files_are_kept_passes() {
    sources::battery(Folder::new(AfterDrop::Keep, samples::plain)).await;
}

#[tokio::test]
async fn a_folder_whose_files_are_deleted_passes() {
    sources::battery(Folder::new(AfterDrop::Delete, samples::plain)).await;
}

/// A test for each format, as files that are archived.
macro_rules! formats {
    ($($format:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $format() {
            sources::battery(Folder::new(AfterDrop::Archive, samples::$format)).await;
        }
    )*};
}

formats! {
    plain, markdown_yaml, markdown_toml, page, mail, mail_markup,
    rss, atom, json_feed, ninjs_1, ninjs_2, ninjs_3, json_lines, schema_org, record, nitf, newsml, sitemap,
    warc, warc_by_record, gzip, zstd, tar, tar_gzip, tar_zstd, tar_of_warc,
}
