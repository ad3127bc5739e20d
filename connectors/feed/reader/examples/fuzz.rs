//! Reads feeds that chance has damaged, again and again: nothing may panic, and nothing may take longer than
//! [`SLOWEST`], a limit for 100 KB. The same seed gives the same feeds, so that a finding can be looked at.
//!
//! `fuzz [COUNT] [SEED] [FOLDER]`: mutations (default 1,000,000), first seed, folder with the feeds to begin with
//! (default: the reader's own corpus). Ends with 1 and the seed of a finding; the bytes go to `finding.bin`.
#![allow(clippy::print_stdout, reason = "its results are for who runs it")]

use std::io::Write;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use dateline_feed_reader::{Context, Options, inspect_answer, read_with};

/// Longest time for a document, none of which is longer than 100 KB.
const SLOWEST: Duration = Duration::from_millis(100);

/// Readings over which a slow one is measured again.
const REPEATS: u32 = 10;

/// Longest document that mutations may grow to, in bytes.
const LONGEST: usize = 100_000;

/// What mutations put in: the marks of the formats, where readers stumble.
const WORDS: [&str; 40] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?",
    "?>",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "&a;",
    "&amp;",
    "&#0;",
    "&#x41;",
    "&nosuch;",
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "<rss>",
    "</channel>",
    "<div>",
    "</div>",
    "<title type=\"xhtml\">",
    "<content type=\"html\">",
    "<media:group>",
    "xml:base=\"//x\"",
    " mode=\"base64\"",
    "\u{0}",
    "\u{feff}",
    "é",
    "\u{92}",
    "{",
    "}",
    "[",
    "]",
    "\\u",
    "x@y.example",
];

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and good enough to damage feeds.
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

fn mutated(seeds: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut chance = Chance(seed);
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(40)).min(bytes.len());
        match chance.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.insert(at, chance.next() as u8),
            3 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            4 => {
                let piece = bytes[at..end].to_vec();
                let times = 1 + chance.below(200);
                bytes.splice(at..at, piece.repeat(times));
            }
            5 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len());
                let to = (from + chance.below(400)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            _ => {
                let word = WORDS[chance.below(WORDS.len())];
                bytes.splice(at..at, word.bytes());
            }
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

fn try_read(bytes: &[u8], seed: u64) -> bool {
    let options = Options {
        sanitise: seed.is_multiple_of(4),
        tidy: seed.is_multiple_of(2),
        as_written: seed.is_multiple_of(3),
    };
    catch_unwind(|| inspect_answer(&read_with(bytes, &Context::default(), options))).is_ok()
}

/// Time that this process has used of all processors, from `/proc/self/schedstat`: in nanoseconds, and blind to others.
fn processor_time() -> std::io::Result<Duration> {
    let stated = std::fs::read_to_string("/proc/self/schedstat")?;
    let spent = stated
        .split(' ')
        .next()
        .and_then(|first| first.parse().ok());
    Ok(Duration::from_nanos(spent.unwrap_or_default()))
}

fn corpus(folder: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    paths.iter().map(std::fs::read).collect()
}

fn main() -> std::io::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| {
        let stated = arguments
            .next()
            .and_then(|text| text.replace('_', "").parse().ok());
        stated.unwrap_or(default)
    };
    let (count, first) = (number(1_000_000), number(1));
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let seeds = corpus(Path::new(
        &arguments.next().unwrap_or_else(|| own.to_owned()),
    ))?;
    let (mut slowest, mut read_bytes, start) = (Duration::ZERO, 0, Instant::now());
    for seed in first..first + count {
        let bytes = mutated(&seeds, seed);
        read_bytes += bytes.len();
        let begin = Instant::now();
        let mut sound = try_read(&bytes, seed);
        let mut took = begin.elapsed();
        // A busy machine is slow too: then the processor's own time counts, of as many readings as make it exact.
        if took > SLOWEST {
            let before = processor_time()?;
            for _ in 0..REPEATS {
                sound &= try_read(&bytes, seed);
            }
            took = (processor_time()? - before) / REPEATS;
        }
        slowest = slowest.max(took);
        if !sound || took > SLOWEST {
            std::fs::File::create("finding.bin")?.write_all(&bytes)?;
            println!(
                "seed {seed}: {} bytes, {took:?}, panic: {}; see finding.bin",
                bytes.len(),
                !sound
            );
            return Ok(ExitCode::FAILURE);
        }
    }
    let mib = read_bytes as f64 / f64::from(1 << 20);
    println!(
        "{count} mutations of {} feeds, {mib:.0} MiB in {:?}: no panic, the slowest took {slowest:?}",
        seeds.len(),
        start.elapsed()
    );
    Ok(ExitCode::SUCCESS)
}
