//! The wire service: plain-text articles that are dropped as files into a folder.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

const STORIES: &str = include_str!("wire.toml");

/// The line that the wire puts above its articles.
const SOURCE_LINE: &str = "Tidewater Wire - Full Text Articles";

/// Name of a picture that somebody saves as text.
pub(crate) const PICTURE: &str = "holiday-picture.txt";

/// The beginning of a picture: the signature of PNG and an image header of one by one pixel.
const PICTURE_BYTES: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90\x77\x53\xde";

/// An article of the wire.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Story {
    /// Name of its file.
    pub(crate) file: String,
    pub(crate) headline: String,
    caption: String,
    credit: String,
    key_points: Vec<String>,
    paragraphs: Vec<String>,
    publisher: String,
    #[serde(default)]
    corrected_first_paragraph: Option<String>,
}

impl Story {
    /// The story with its correction, if there is one.
    pub(crate) fn corrected(&self) -> Story {
        let mut story = self.clone();
        if let (Some(first), Some(text)) = (
            story.paragraphs.first_mut(),
            &self.corrected_first_paragraph,
        ) {
            first.clone_from(text);
        }
        story
    }

    /// Its text as a record has it.
    pub(crate) fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }

    /// What the file holds.
    fn content(&self) -> String {
        let points: Vec<String> = self
            .key_points
            .iter()
            .map(|point| format!("  • {point}"))
            .collect();
        let parts = [
            SOURCE_LINE,
            &self.headline,
            &self.caption,
            &format!("Photo: {}", self.credit),
            &points.join("\n"),
            &self.text(),
            &format!("Read the original article on {}", self.publisher),
        ];
        parts.join("\n\n") + "\n"
    }
}

/// The wire with its folder.
#[derive(Debug)]
pub(crate) struct Wire {
    folder: PathBuf,
    stories: Vec<Story>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stories {
    stories: Vec<Story>,
}

impl Wire {
    /// A wire that drops into `folder`.
    ///
    /// # Errors
    /// When its texts are not what they should be.
    pub(crate) fn new(folder: &Path) -> anyhow::Result<Wire> {
        let read: Stories = toml::from_str(STORIES).context("the demo's wire cannot be read")?;
        Ok(Wire {
            folder: folder.to_owned(),
            stories: read.stories,
        })
    }

    /// The story whose file is called `file`.
    pub(crate) fn story(&self, file: &str) -> anyhow::Result<&Story> {
        let found = self.stories.iter().find(|story| story.file == file);
        found.with_context(|| format!("the wire has no story `{file}`"))
    }

    /// Drops a story under this name.
    pub(crate) fn drop_story(&self, story: &Story, name: &str) -> anyhow::Result<()> {
        self.drop_file(name, story.content().as_bytes())
    }

    /// Drops a picture that pretends to be text.
    pub(crate) fn drop_picture(&self) -> anyhow::Result<()> {
        self.drop_file(PICTURE, PICTURE_BYTES)
    }

    /// Whether every file has been taken out of the folder.
    pub(crate) fn is_empty(&self) -> bool {
        let waiting = |name: std::ffi::OsString| !name.to_string_lossy().starts_with('.');
        std::fs::read_dir(&self.folder).is_ok_and(|mut entries| {
            !entries.any(|entry| entry.is_ok_and(|entry| waiting(entry.file_name())))
        })
    }

    /// Written under a hidden name and renamed, so that nobody can meet half of it.
    fn drop_file(&self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        let (hidden, target) = (
            self.folder.join(format!(".{name}.tmp")),
            self.folder.join(name),
        );
        std::fs::write(&hidden, content)
            .and_then(|()| std::fs::rename(&hidden, &target))
            .with_context(|| format!("{} cannot be written", target.display()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_pipeline_finds_the_parts_of_every_story() {
        let wire = Wire::new(Path::new("/nowhere")).unwrap();
        for story in wire
            .stories
            .iter()
            .flat_map(|story| [story.clone(), story.corrected()])
        {
            let articles = dateline_text::article::split_plain(&story.content(), &|_| false);
            assert_eq!(articles.len(), 1);
            let parts = &articles[0];
            assert_eq!(parts.source_line.as_deref(), Some(SOURCE_LINE));
            assert_eq!(parts.headline.as_ref(), Some(&story.headline));
            assert_eq!(parts.key_points, story.key_points);
            assert_eq!(parts.body, story.paragraphs);
            assert_eq!(parts.original_publisher.as_ref(), Some(&story.publisher));
            let image = parts.image.as_ref().unwrap();
            assert_eq!(image.caption.as_ref(), Some(&story.caption));
            assert_eq!(image.credit.as_ref(), Some(&story.credit));
        }
    }

    #[test]
    fn a_picture_is_no_article() {
        assert_eq!(
            dateline_drop::read(PICTURE_BYTES, &dateline_drop::Settings::default())
                .unwrap_err()
                .kind,
            "binary"
        );
    }
}
