//! The oracle against forged outputs: whatever is wrong is found, and nothing else.

use serde_json::{Value, json};

use crate::torture::article::{Article, Edit, Issued, Token};
use crate::torture::oracle::{Problem, compare};
use crate::torture::outputs::Delivered;

/// What two articles with two versions each look like when all is well.
fn forged() -> (Issued, Vec<Delivered>) {
    let (mut issued, mut delivered) = (Issued::new(), Vec::new());
    for number in [1, 2] {
        let mut article = Article::new(number);
        for version in [1, 2] {
            if version == 2 {
                article.edit(Edit::Title);
            }
            issued.insert(article.token(), article.wordings[version as usize - 1]);
            delivered.push(forge(&article, &format!("id-{number}")));
        }
    }
    (issued, delivered)
}

fn forge(article: &Article, id: &str) -> Delivered {
    let revision = article.version();
    let op = if revision == 1 { "new" } else { "revised" };
    let text = article.paragraphs().join("\n\n");
    let record =
        json!({ "id": id, "revision": revision, "op": op, "title": article.title(), "text": text });
    let message = Some((id.to_owned(), op.to_owned()));
    Delivered {
        place: format!("{}", article.token()),
        message,
        record: Ok(record),
    }
}

fn verdict(change: impl FnOnce(&mut Issued, &mut Vec<Delivered>)) -> Vec<Problem> {
    let (mut issued, mut delivered) = forged();
    change(&mut issued, &mut delivered);
    compare(&issued, &[("s", delivered)])
}

fn token(article: u32, version: u32) -> Token {
    Token { article, version }
}

fn field(delivered: &mut Delivered, name: &str, value: Value) {
    delivered.record.as_mut().unwrap()[name] = value;
}

#[test]
fn the_oracle_is_content_with_what_is_right() {
    assert_eq!(verdict(|_, _| {}), []);
    // Articles may come in any order among each other.
    assert_eq!(verdict(|_, delivered| delivered.rotate_left(2)), []);
}

#[test]
fn the_oracle_finds_what_is_lost_doubled_unissued_or_torn() {
    let sink = || "s".to_owned();
    let lost = verdict(|_, delivered| drop(delivered.remove(1)));
    assert_eq!(
        lost,
        [Problem::Lost {
            sink: sink(),
            token: token(1, 2)
        }]
    );

    let doubled = verdict(|_, delivered| delivered.insert(1, delivered[1].clone()));
    assert_eq!(
        doubled,
        [Problem::Doubled {
            sink: sink(),
            token: token(1, 2),
            times: 2
        }]
    );

    let unissued = verdict(|issued, _| issued.retain(|issued, _| *issued != token(2, 2)));
    assert!(
        matches!(unissued.as_slice(), [Problem::Unissued { what, .. }] if what == "zq-000002-v2")
    );

    let nameless = verdict(|_, delivered| {
        delivered.push(delivered[0].clone());
        field(&mut delivered[4], "title", json!("Untold news"));
        field(&mut delivered[4], "text", json!("Nothing."));
    });
    assert!(
        matches!(nameless.as_slice(), [Problem::Unissued { .. }]),
        "{nameless:?}"
    );

    let torn = verdict(|_, delivered| delivered[3].record = Err("cut off".to_owned()));
    assert!(
        matches!(
            torn.as_slice(),
            [Problem::Lost { .. }, Problem::Unreadable { .. }]
        ),
        "{torn:?}"
    );
}

#[test]
fn the_oracle_finds_versions_that_are_swapped_mixed_or_misnamed() {
    let sink = || "s".to_owned();
    let swapped = verdict(|_, delivered| delivered.swap(0, 1));
    assert_eq!(
        swapped,
        [Problem::OutOfOrder {
            sink: sink(),
            token: token(1, 1),
            after: token(1, 2)
        }]
    );

    let misnumbered = verdict(|_, delivered| field(&mut delivered[1], "revision", json!(3)));
    assert!(
        matches!(
            misnumbered.as_slice(),
            [Problem::Misnumbered { revision: 3, .. }]
        ),
        "{misnumbered:?}"
    );

    let mixed = verdict(|issued, _| issued.get_mut(&token(1, 2)).unwrap().text = 2);
    assert_eq!(
        mixed,
        [Problem::Mixed {
            sink: sink(),
            token: token(1, 2)
        }]
    );

    let mislabelled =
        verdict(|_, delivered| delivered[2].message = Some(("id-1".to_owned(), "new".to_owned())));
    assert_eq!(
        mislabelled,
        [Problem::Mislabelled {
            sink: sink(),
            token: token(2, 1)
        }]
    );

    let several = verdict(|_, delivered| {
        field(&mut delivered[1], "id", json!("id-9"));
        delivered[1].message = None;
    });
    assert!(
        matches!(several.as_slice(), [Problem::SeveralIds { article: 1, .. }]),
        "{several:?}"
    );

    let shared = verdict(|_, delivered| {
        for one in delivered {
            field(one, "id", json!("id-1"));
            one.message = None;
        }
    });
    assert!(
        matches!(shared.as_slice(), [Problem::SharedId { .. }]),
        "{shared:?}"
    );
}

#[test]
fn the_oracle_compares_ids_across_sinks() {
    let (issued, delivered) = forged();
    let mut other = delivered.clone();
    for one in &mut other[..2] {
        field(one, "id", json!("id-other"));
        one.message = None;
    }
    let problems = compare(&issued, &[("a", delivered), ("b", other)]);
    assert!(
        matches!(
            problems.as_slice(),
            [Problem::SeveralIds { article: 1, .. }]
        ),
        "{problems:?}"
    );
}

#[test]
fn tokens_are_read_where_they_stand() {
    let tokens =
        Token::all_in("Harbour zq-000012-v3 ferry. zq-1-v1 zq-000099-vx zq-000012-v10, zq-");
    let token = |article, version| Token { article, version };
    assert_eq!(tokens, [token(12, 3), token(12, 10)]);
}
