//! Tags texts that chance has damaged, again and again, and finds their entities and quantities: nothing may panic, every span must lie where it says it does, and
//! nothing may take longer than [`SLOWEST`]. The same seed gives the same texts, so that a finding can be looked at.
//!
//! `fuzz [COUNT] [SEED]`: mutations (default 100,000), first seed. Ends with 1 and the seed of a finding; the text goes to `finding.txt`.
#![allow(clippy::print_stdout, reason = "its results are for who runs it")]

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use dateline_entities::{Context, Part, Tagger, english, entities, link, quantities, world};

/// Longest processor time for a text, none of which is longer than 20 KB.
const SLOWEST: Duration = Duration::from_millis(50);

/// Readings over which a slow one is measured again.
const REPEATS: u32 = 10;

/// Longest text that mutations may grow to, in bytes.
const LONGEST: usize = 20_000;

/// The texts that are damaged: every kind of name and of quantity is in them.
const TEXTS: [&str; 6] = [
    "Vladimir Putin received Kassym-Jomart Tokayev in Moscow on Monday, the Kremlin said. Mr. Putin's guest, 69, flew on to the U.S. via St. Petersburg.",
    "Shares of Acme Corp. (NASDAQ: ACME) rose 3.2%, or 85 cents, to $12.35; the $1.2-billion deal with O'Neill & Sons is worth between €5bn and €10bn.",
    "The magnitude-6.4 quake struck 15 km (9 miles) north of Port-au-Prince at 45°C; a million barrels a day, Rs 1,50,000 crore and half a million pounds were lost.",
    "WORLD CUP: BRAZIL BEAT GERMANY 3-2\n\nRIO DE JANEIRO, 20 June (Reuters) — “It’s over,” said Mbappé; see https://news.example/2023/05/09?id=1.\n",
    "中国 の NHK が 東京都で 5,000円… Владимир, Ελλάδα, العربية, 서울에서 ½ naïve café \u{200b}\u{feff}$TSLA to 25 basis points, two hundred and ten million yen",
    "The Institute for the Study of War (ISW) and the World Health Organization (WHO) met. Łódź’s Study of War, the ISW said, is not the Institute for the Study of War.",
];

/// What mutations put in: where readers stumble.
const PIECES: [&str; 38] = [
    "$",
    "€",
    "US$",
    "-",
    "–",
    ".",
    ",",
    "'",
    "’s",
    "n't",
    " ",
    "\u{a0}",
    "\n",
    "\n\n",
    "(",
    ")",
    "1",
    "0",
    "1/2",
    "½",
    "%",
    " million",
    " to ",
    " of ",
    "a ",
    "half a ",
    "one ",
    "km",
    "NYSE: ",
    " (ISW)",
    "Institute ",
    "Mr. ",
    "U.S.",
    "://",
    "@",
    "\u{0}",
    "\u{301}",
    "東",
];

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and good enough to damage texts.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn mutated(seed: u64) -> String {
    let mut chance = Chance(seed);
    let mut text = TEXTS[chance.below(TEXTS.len())].to_owned();
    for _ in 0..=chance.below(8) {
        let at = text.floor_char_boundary(chance.below(text.len() + 1));
        let end = text.floor_char_boundary(at + chance.below(40));
        match chance.below(6) {
            0 => text.truncate(at),
            1 => text.replace_range(at..end, ""),
            2 => {
                let piece = text[at..end].repeat(1 + chance.below(100));
                text.insert_str(at, &piece);
            }
            3 => {
                let other = TEXTS[chance.below(TEXTS.len())];
                let from = other.floor_char_boundary(chance.below(other.len()));
                text.replace_range(at..end, &other[from..]);
            }
            4 => {
                let piece = PIECES[chance.below(PIECES.len())];
                text.insert_str(at, &piece.repeat(1 + chance.below(300)));
            }
            _ => text.insert_str(at, PIECES[chance.below(PIECES.len())]),
        }
    }
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}

/// Whether everything in a text lies where it says, in order and apart.
fn is_sound(text: &str, tagger: &Tagger<'_>) -> bool {
    let names = tagger.mentions(text);
    let amounts = quantities(text);
    let part = Part {
        text,
        mentions: names.clone(),
        is_headline: false,
    };
    let parts = [part];
    let mut entities = entities(&parts);
    link(
        &mut entities,
        &parts,
        world().expect("the knowledge is sound"),
        &Context {
            publisher: Some("US"),
            year: Some(2023),
        },
    );
    let mentions = entities.iter().flat_map(|entity| &entity.mentions);
    let mut named: Vec<_> = mentions
        .map(|(_, name)| (name.start, name.end, name.chars))
        .collect();
    named.sort_unstable();
    let names = names.iter().map(|name| (name.start, name.end, name.chars));
    let amounts = amounts
        .iter()
        .map(|found| (found.start, found.end, found.chars));
    lie_well(text, names) && lie_well(text, amounts) && lie_well(text, named.into_iter())
}

fn lie_well(text: &str, mut spans: impl Iterator<Item = (usize, usize, (usize, usize))>) -> bool {
    let (mut byte, mut count) = (0, 0);
    spans.all(|(start, end, chars)| {
        let Some((gap, inside)) = text.get(byte..start).zip(text.get(start..end)) else {
            return false;
        };
        let from = count + gap.chars().count();
        (byte, count) = (end, from + inside.chars().count());
        !inside.is_empty() && chars == (from, count)
    })
}

fn try_text(text: &str, tagger: &Tagger<'_>) -> bool {
    catch_unwind(|| is_sound(text, tagger)).unwrap_or(false)
}

/// Time that this thread has had a processor, from `/proc/thread-self/schedstat`: blind to what other programs take.
fn processor_time() -> std::io::Result<Duration> {
    let stated = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let spent = stated
        .split(' ')
        .next()
        .and_then(|first| first.parse().ok());
    Ok(Duration::from_nanos(spent.unwrap_or_default()))
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| {
        let stated = arguments
            .next()
            .and_then(|text| text.replace('_', "").parse().ok());
        stated.unwrap_or(default)
    };
    let (count, first) = (number(100_000), number(1));
    let tagger = Tagger::new(english()?);
    let (mut slowest, mut read_bytes, start) = (Duration::ZERO, 0, Instant::now());
    for seed in first..first + count {
        let text = mutated(seed);
        read_bytes += text.len();
        let begin = Instant::now();
        let mut sound = try_text(&text, &tagger);
        let mut took = begin.elapsed();
        // A busy machine is slow too: then the processor's own time counts, of as many readings as make it exact.
        if took > SLOWEST {
            let before = processor_time()?;
            for _ in 0..REPEATS {
                sound &= try_text(&text, &tagger);
            }
            took = (processor_time()? - before) / REPEATS;
        }
        slowest = slowest.max(took);
        if !sound || took > SLOWEST {
            std::fs::write("finding.txt", &text)?;
            println!(
                "seed {seed}: {} bytes, {took:?}, sound: {sound}; see finding.txt",
                text.len()
            );
            return Ok(ExitCode::FAILURE);
        }
    }
    let mib = read_bytes as f64 / f64::from(1 << 20);
    println!(
        "{count} mutations of {} texts, {mib:.0} MiB in {:?}: all sound, the slowest took {slowest:?}",
        TEXTS.len(),
        start.elapsed()
    );
    Ok(ExitCode::SUCCESS)
}
