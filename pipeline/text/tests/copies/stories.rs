//! Stories that never happened, made from the sentences in `grammar.txt`: as many as are wanted, the same for the same seed.

use std::collections::HashMap;

/// The sentences, all of our own writing.
const GRAMMAR: &str = include_str!("grammar.txt");

/// Slots within slots are filled this deep at most.
const MAX_DEPTH: usize = 6;

/// A story: what it is called, and its paragraphs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Story {
    pub(crate) title: String,
    pub(crate) paragraphs: Vec<String>,
}

impl Story {
    pub(crate) fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }
}

/// SplitMix64 (Guy Steele, Doug Lea, Christine Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most + 1 - least)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// True this often of a hundred times.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Who, where, when and how many: what all reports of one event agree on.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    topic: &'static str,
    words: HashMap<&'static str, Vec<String>>,
}

/// Makes stories.
pub(crate) struct Newsroom {
    lists: HashMap<&'static str, Vec<&'static str>>,
    topics: Vec<&'static str>,
    pub(crate) series: Vec<&'static str>,
}

impl Newsroom {
    pub(crate) fn open() -> Self {
        let mut lists: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut current = "";
        for line in GRAMMAR.lines() {
            if let Some(name) = line.strip_prefix("= ") {
                current = name;
            } else if !line.is_empty() && !line.starts_with('#') {
                lists.entry(current).or_default().push(line);
            }
        }
        let mut titled: Vec<&str> = lists
            .keys()
            .filter_map(|name| name.strip_suffix(".title"))
            .collect();
        titled.sort_unstable();
        let (series, topics) = titled
            .into_iter()
            .partition(|name| name.starts_with("series."));
        Newsroom {
            lists,
            topics,
            series,
        }
    }

    fn list(&self, name: &str) -> &[&'static str] {
        &self.lists[name]
    }

    pub(crate) fn facts(&self, dice: &mut Dice) -> Facts {
        let topic = *dice.pick(&self.topics);
        let mut words = HashMap::new();
        let towns = [town(dice), town(dice), town(dice)];
        words.insert("town", vec![towns[0].clone()]);
        words.insert("town2", vec![towns[1].clone()]);
        words.insert("region", vec![format!("{}shire", towns[2])]);
        words.insert("org", vec![organisation(dice, &towns[0])]);
        words.insert("org2", vec![organisation(dice, &towns[1])]);
        for who in ["who", "who2", "who3"] {
            words.insert(who, vec![person(dice)]);
        }
        words.insert(
            "day",
            vec![
                (*dice.pick(&DAYS)).to_owned(),
                (*dice.pick(&DAYS)).to_owned(),
            ],
        );
        words.insert("month", vec![(*dice.pick(&MONTHS)).to_owned()]);
        let mut numbers = |least: usize, most: usize, form: fn(usize) -> String| -> Vec<String> {
            (0..5).map(|_| form(dice.between(least, most))).collect()
        };
        words.insert("few", numbers(2, 48, |n| n.to_string()));
        words.insert("hundreds", numbers(101, 990, |n| n.to_string()));
        words.insert(
            "thousands",
            numbers(1_100, 98_000, |n| format!("{},{:03}", n / 1000, n % 1000)),
        );
        words.insert("pct", numbers(2, 79, |n| n.to_string()));
        words.insert("money", numbers(2, 900, |n| format!("{n} million euros")));
        words.insert("year", numbers(1871, 2019, |n| n.to_string()));
        Facts { topic, words }
    }

    /// A report of what happened, in words that the dice choose.
    pub(crate) fn report(&self, facts: &Facts, dice: &mut Dice) -> Story {
        let title = *dice.pick(self.list(&format!("{}.title", facts.topic)));
        let title = self.sentence(title, facts, dice);
        let mut sentences = self.list(facts.topic).to_vec();
        dice.shuffle(&mut sentences);
        sentences.truncate(dice.between(7, 11));
        let mut general = self.list("general").to_vec();
        dice.shuffle(&mut general);
        general.truncate(dice.between(6, 14));
        let lead = sentences.remove(0);
        sentences.extend(general);
        dice.shuffle(&mut sentences);
        sentences.insert(0, lead);
        let mut paragraphs = Vec::new();
        let mut rest = sentences.as_slice();
        while !rest.is_empty() {
            let (paragraph, others) = rest.split_at(dice.between(1, 3).min(rest.len()));
            let paragraph: Vec<String> = paragraph
                .iter()
                .map(|sentence| self.sentence(sentence, facts, dice))
                .collect();
            paragraphs.push(paragraph.join(" "));
            rest = others;
        }
        Story { title, paragraphs }
    }

    /// A story of its own.
    pub(crate) fn story(&self, dice: &mut Dice) -> Story {
        let facts = self.facts(dice);
        self.report(&facts, dice)
    }

    /// One number of a series: the template's sentences in their order, about the same places and firms, with the names and figures of the day.
    pub(crate) fn of_series(&self, name: &str, series: &Facts, dice: &mut Dice) -> Story {
        let today = self.facts(dice);
        let mut facts = series.clone();
        for fact in [
            "day",
            "month",
            "few",
            "hundreds",
            "thousands",
            "pct",
            "money",
            "who",
            "who2",
            "who3",
        ] {
            facts.words.insert(fact, today.words[fact].clone());
        }
        let title = self.sentence(self.list(&format!("{name}.title"))[0], &facts, dice);
        let sentences = self.list(name).iter();
        Story {
            title,
            paragraphs: sentences
                .map(|sentence| self.sentence(sentence, &facts, dice))
                .collect(),
        }
    }

    /// A sentence that says something of its own, as somebody else would quote it.
    pub(crate) fn quote(&self, facts: &Facts, dice: &mut Dice) -> String {
        self.sentence("{quote}", facts, dice)
    }

    pub(crate) fn sentence(&self, form: &str, facts: &Facts, dice: &mut Dice) -> String {
        let mut text = form.to_owned();
        for _ in 0..MAX_DEPTH {
            if !text.contains('{') {
                break;
            }
            text = self.filled(&text, facts, dice);
        }
        let mut letters = text.chars();
        match letters.next() {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => text,
        }
    }

    /// With every slot filled once.
    fn filled(&self, text: &str, facts: &Facts, dice: &mut Dice) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            match facts.words.get(slot) {
                Some(words) => filled.push_str(&words[dice.below(words.len())]),
                None => filled.push_str(self.list(slot)[dice.below(self.list(slot).len())]),
            }
            rest = after;
        }
        filled + rest
    }
}

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const STARTS: [&str; 32] = [
    "Al", "Bar", "Cor", "Dun", "El", "Fen", "Gar", "Hol", "Ing", "Kel", "Lan", "Mor", "Nor", "Oak",
    "Pen", "Quar", "Ros", "Sel", "Tarn", "Ul", "Ven", "Wal", "Yar", "Zen", "Brin", "Crag", "Drum",
    "Fal", "Glen", "Hal", "Mar", "Thorn",
];

const MIDDLES: [&str; 12] = [
    "", "", "", "de", "er", "in", "mar", "on", "ri", "sel", "tis", "wen",
];

const ENDS: [&str; 20] = [
    "ton", "by", "ham", "wick", "ford", "port", "haven", "stead", "dale", "burn", "mouth",
    "bridge", "ley", "worth", "holm", "gate", "field", "more", "ster", "ness",
];

const GIVEN: [&str; 40] = [
    "Ada", "Albin", "Berit", "Carla", "Cosmo", "Dagny", "Edwin", "Elsa", "Farid", "Flora", "Gero",
    "Hanna", "Ida", "Ivo", "Jonas", "Kaya", "Lars", "Leila", "Magda", "Mattis", "Nadia", "Nils",
    "Olga", "Oskar", "Paula", "Pavel", "Rosa", "Rufus", "Samir", "Selma", "Tamar", "Theo", "Ulla",
    "Uri", "Vera", "Viktor", "Wanda", "Xaver", "Yara", "Zora",
];

fn town(dice: &mut Dice) -> String {
    [*dice.pick(&STARTS), *dice.pick(&MIDDLES), *dice.pick(&ENDS)].concat()
}

fn person(dice: &mut Dice) -> String {
    let family = [
        *dice.pick(&STARTS),
        *dice.pick(&MIDDLES),
        *dice.pick(&[
            "sen", "mann", "er", "ova", "aldi", "ic", "ez", "ström", "ak", "ou",
        ]),
    ];
    format!("{} {}", dice.pick(&GIVEN), family.concat())
}

fn organisation(dice: &mut Dice, town: &str) -> String {
    const FORMS: [&str; 16] = [
        "Port Authority",
        "Water Board",
        "Savings Bank",
        "Chamber of Trade",
        "Steel Works",
        "Housing Trust",
        "Transport Company",
        "Farmers' Union",
        "Power Company",
        "Insurance Group",
        "Shipyard",
        "Hospital Trust",
        "School Board",
        "Brewery",
        "Foods",
        "Research Institute",
    ];
    match dice.below(3) {
        0 => format!("the {town} {}", dice.pick(&FORMS)),
        1 => format!(
            "{} & Sons",
            [*dice.pick(&STARTS), *dice.pick(&MIDDLES), "er"].concat()
        ),
        _ => format!(
            "{} {}",
            [
                *dice.pick(&STARTS),
                *dice.pick(&MIDDLES),
                *dice.pick(&["ex", "ora", "ium", "ec"])
            ]
            .concat(),
            dice.pick(&FORMS)
        ),
    }
}
