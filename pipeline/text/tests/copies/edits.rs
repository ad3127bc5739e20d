//! What newsrooms do to wire copy before they print it.

use super::stories::{Dice, Facts, Newsroom, Story};

/// One kind of edit.
pub(crate) type Edit = fn(&mut Story, &Desk<'_>, &mut Dice);

/// What an editor has at hand.
pub(crate) struct Desk<'a> {
    pub(crate) newsroom: &'a Newsroom,
    pub(crate) facts: &'a Facts,
}

/// Every edit by its name. A copy has a headline of its own as a rule, and one to four of the others.
pub(crate) const EDITS: [(&str, Edit); 9] = [
    ("cut from the end", cut_from_the_end),
    ("localised lead", localised_lead),
    ("inserted paragraphs", inserted_paragraphs),
    ("changed quotes", changed_quotes),
    ("updated figures", updated_figures),
    ("house style", house_style),
    ("paragraphs joined", paragraphs_joined),
    ("words replaced", words_replaced),
    ("paragraph moved", paragraph_moved),
];

/// The copy of another house, and the names of the edits.
pub(crate) fn copy(story: &Story, desk: &Desk<'_>, dice: &mut Dice) -> (Story, Vec<&'static str>) {
    let mut copy = story.clone();
    let mut names = Vec::new();
    if dice.percent(80) {
        copy.title = desk.newsroom.report(desk.facts, dice).title;
        names.push("new headline");
    }
    let mut edits = EDITS;
    dice.shuffle(&mut edits);
    for (name, edit) in &edits[..dice.between(1, 4)] {
        edit(&mut copy, desk, dice);
        names.push(name);
    }
    (copy, names)
}

/// To a quarter of its paragraphs at the least, and three of them.
fn cut_from_the_end(story: &mut Story, _: &Desk<'_>, dice: &mut Dice) {
    let all = story.paragraphs.len();
    let kept = all * dice.between(25, 85) / 100;
    story.paragraphs.truncate(kept.max(3));
}

fn localised_lead(story: &mut Story, desk: &Desk<'_>, dice: &mut Dice) {
    let elsewhere = desk.newsroom.report(desk.facts, dice);
    story.paragraphs[0].clone_from(&elsewhere.paragraphs[0]);
}

/// Background of the house's own: up to two fifths of what was there.
fn inserted_paragraphs(story: &mut Story, desk: &Desk<'_>, dice: &mut Dice) {
    let background = desk.newsroom.story(dice);
    let most = (story.paragraphs.len() * 2 / 5).max(1);
    for paragraph in background
        .paragraphs
        .into_iter()
        .take(dice.between(1, most))
    {
        let place = dice.between(1, story.paragraphs.len());
        story.paragraphs.insert(place, paragraph);
    }
}

/// What somebody said is said otherwise, or by somebody else.
fn changed_quotes(story: &mut Story, desk: &Desk<'_>, dice: &mut Dice) {
    for paragraph in &mut story.paragraphs {
        let mut parts: Vec<String> = paragraph.split('"').map(str::to_owned).collect();
        for quote in parts.iter_mut().skip(1).step_by(2) {
            *quote = desk.newsroom.quote(desk.facts, dice);
        }
        *paragraph = parts.join("\"");
    }
}

/// A later count: every fifth figure is another.
fn updated_figures(story: &mut Story, _: &Desk<'_>, dice: &mut Dice) {
    each_word(story, |word| {
        (word.starts_with(|c: char| c.is_ascii_digit()) && dice.percent(20))
            .then(|| word.replace(['1', '2', '3'], "7"))
    });
}

fn house_style(story: &mut Story, _: &Desk<'_>, _: &mut Dice) {
    for paragraph in &mut story.paragraphs {
        *paragraph = paragraph
            .replace("percent", "per cent")
            .replace(" said", " says")
            .replace('\'', "’")
            .replace(" \"", " “")
            .replace('"', "”");
    }
}

fn paragraphs_joined(story: &mut Story, _: &Desk<'_>, _: &mut Dice) {
    story.paragraphs = story
        .paragraphs
        .chunks(2)
        .map(|pair| pair.join(" "))
        .collect();
}

/// A careful hand: every thirtieth word is another.
fn words_replaced(story: &mut Story, _: &Desk<'_>, dice: &mut Dice) {
    const OTHERS: [&str; 8] = [
        "recent", "later", "nearby", "former", "about", "further", "local", "several",
    ];
    let mut wording = dice.clone();
    each_word(story, |_| {
        wording.percent(3).then(|| (*dice.pick(&OTHERS)).to_owned())
    });
}

fn paragraph_moved(story: &mut Story, _: &Desk<'_>, dice: &mut Dice) {
    let paragraph = story.paragraphs.remove(dice.below(story.paragraphs.len()));
    let place = dice.between(0, story.paragraphs.len());
    story.paragraphs.insert(place, paragraph);
}

fn each_word(story: &mut Story, mut other: impl FnMut(&str) -> Option<String>) {
    for paragraph in &mut story.paragraphs {
        let words = paragraph.split(' ');
        let words: Vec<String> = words
            .map(|word| other(word).unwrap_or_else(|| word.to_owned()))
            .collect();
        *paragraph = words.join(" ");
    }
}

/// What a house prints around everything, and what is no part of the story.
pub(crate) fn furnished(story: &Story, house: usize) -> String {
    const HEADS: [&str; 6] = [
        "",
        "(Harbour Wire) -- ",
        "By our correspondent\n\n",
        "",
        "REGION -- ",
        "",
    ];
    const TAILS: [&str; 6] = [
        "",
        "Copyright Harbour Wire. This material may not be published, broadcast, rewritten or redistributed without permission.",
        "Sign up to our morning newsletter and get the best stories of the region in your inbox every day before breakfast.",
        "Do you have a story for us? Write to the newsdesk of the paper, we read every letter and answer most of them.",
        "",
        "Read more about this on our pages tomorrow. Subscribers can comment on this article until midnight.",
    ];
    let (head, tail) = (HEADS[house % HEADS.len()], TAILS[house % TAILS.len()]);
    format!("{head}{}\n\n{tail}", story.text())
}
