//! Any bytes as an English text: names and quantities lie on boundaries of characters, in order, and count what they say they count.

#![no_main]

use std::sync::LazyLock;

use dateline_entities::{Context, Part, Tagger, english, entities, link, quantities, world};
use libfuzzer_sys::fuzz_target;

static TAGGER: LazyLock<Tagger<'static>> =
    LazyLock::new(|| Tagger::new(english().expect("the model inside is sound")));

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let names = TAGGER.mentions(&text);
    check(
        &text,
        names.iter().map(|name| (name.start, name.end, name.chars)),
    );
    let part = Part {
        text: &text,
        mentions: names,
        is_headline: false,
    };
    let parts = [part];
    let mut entities = entities(&parts);
    link(&mut entities, &parts, world().expect("the knowledge is sound"), &Context {
            publisher: Some("US"),
            year: Some(2023),
        });
    let mentions = entities.iter().flat_map(|entity| &entity.mentions);
    let mut named: Vec<_> = mentions
        .map(|(_, name)| (name.start, name.end, name.chars))
        .collect();
    named.sort_unstable();
    check(&text, named.into_iter());
    let amounts = quantities(&text);
    check(
        &text,
        amounts
            .iter()
            .map(|found| (found.start, found.end, found.chars)),
    );
});

fn check(text: &str, spans: impl Iterator<Item = (usize, usize, (usize, usize))>) {
    let mut last = 0;
    for (start, end, chars) in spans {
        assert!(last <= start && start < end);
        last = end;
        let before = text[..start].chars().count();
        let inside = text[start..end].chars().count();
        assert_eq!((before, before + inside), chars);
    }
}
