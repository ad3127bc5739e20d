//! Makes the model of `dateline-entities` from annotated text: the same model, byte for byte, from the same texts. See MODEL.md.

mod chance;
mod corpus;
mod evaluate;
mod learn;
mod quantise;
mod resources;
mod train;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use dateline_entities::training::Switches;
use dateline_entities::{Model, Tagger};

use crate::chance::Chance;
use crate::corpus::Text;
use crate::train::Plan;

/// Sets that are read, in this order.
const SETS: [&str; 5] = [
    "broad-twitter",
    "crossner-politics",
    "uner-ewt-dev",
    "wikigold",
    "worldwide",
];

/// Trains the model of named entities and says how good it is.
#[derive(Debug, Parser)]
struct Args {
    /// The folder with train/, resources/ and linking/.
    #[arg(long, default_value = "../shared/eval/entities")]
    data: PathBuf,
    /// The index of brands and operators: dist/json/nsi.min.json of the npm package name-suggestion-index.
    #[arg(long)]
    brands: Option<PathBuf>,
    /// Where to write the model.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The model's name, as records tell it.
    #[arg(long, default_value = "en-1")]
    name: String,
    /// Sets to leave out of the training.
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
    /// Parts of the features to leave out: clusters, gazetteers, document, second.
    #[arg(long, value_delimiter = ',')]
    off: Vec<String>,
    /// Hold every n-th document of every set back, and score it.
    #[arg(long)]
    hold: Option<usize>,
    /// Score these files of JSON lines besides.
    #[arg(long)]
    dev: Vec<PathBuf>,
    #[command(flatten)]
    tuning: Tuning,
}

#[derive(Debug, Clone, Copy, clap::Args)]
struct Tuning {
    /// Rows of the model: 2 to the power of this.
    #[arg(long, default_value_t = 18)]
    bits: u32,
    /// Times over the texts.
    #[arg(long, default_value_t = 14)]
    epochs: usize,
    /// The longest step.
    #[arg(long, default_value_t = 0.005)]
    step: f32,
    /// What a wrong token costs.
    #[arg(long, default_value_t = 1.0)]
    margin: f32,
    /// Models of other orders that are averaged.
    #[arg(long, default_value_t = 3)]
    models: usize,
    /// Share of features that are not looked at in one step.
    #[arg(long, default_value_t = 0.0)]
    dropout: f64,
    /// Share of texts that are copied as headlines.
    #[arg(long, default_value_t = 0.3)]
    headlines: f64,
    /// Parts that the texts are cut in for the second pass.
    #[arg(long, default_value_t = 4)]
    folds: usize,
    #[arg(long, default_value_t = 20)]
    seed: u64,
}

#[expect(clippy::print_stdout, reason = "a tool that prints figures")]
fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let began = Instant::now();
    let switches = switches(&args.off)?;
    let lexicon = resources::lexicon(&args.data, args.brands.as_deref())?;
    println!(
        "{} words, {} names",
        lexicon.words.len(),
        lexicon.names.len()
    );
    let (mut training, held) = texts(&args)?;
    let copies = corpus::headlines(
        &training,
        args.tuning.headlines,
        &mut Chance::new(args.tuning.seed ^ 0xbead),
    );
    println!(
        "{} texts, {} headlines, {} held back",
        training.len(),
        copies.len(),
        held.len()
    );
    training.extend(copies);
    let plan = Plan {
        switches,
        tuning: args.tuning,
        name: &args.name,
    };
    let model = train::train(&training, lexicon, plan)?;
    println!("trained in {:.0} s", began.elapsed().as_secs_f64());
    let file = model.write()?;
    println!("{} bytes", file.len());
    let tagger = Tagger::with(&model, switches);
    for set in SETS {
        let texts: Vec<&Text> = held.iter().filter(|text| text.set == set).collect();
        if !texts.is_empty() {
            println!("{set:20} {}", evaluate::score(&tagger, texts));
        }
    }
    if !held.is_empty() {
        let [slope, offset] = evaluate::calibrate(
            &tagger,
            train::CONFIDENCE,
            held.iter().filter(|text| text.has_misc),
        );
        println!("confidence: slope {slope:.5}, offset {offset:.3}");
    }
    let usual = [
        args.data.join("worldwide.dev.jsonl"),
        args.data.join("../timex/meantime.dev.jsonl"),
    ];
    for path in usual.iter().chain(&args.dev) {
        report(&tagger, path)?;
    }
    if let Some(out) = &args.out {
        std::fs::write(out, &file).with_context(|| format!("writing {}", out.display()))?;
        Model::read(&file)?;
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a tool that prints figures")]
fn report(tagger: &Tagger<'_>, path: &Path) -> anyhow::Result<()> {
    let texts = evaluate::read(path).with_context(|| format!("reading {}", path.display()))?;
    let began = Instant::now();
    let counts = evaluate::score(tagger, &texts);
    let words: usize = texts
        .iter()
        .map(|text| text.text.split_whitespace().count())
        .sum();
    let speed = words as f64 / began.elapsed().as_secs_f64();
    println!(
        "{:20} {counts}; {speed:.0} words/s",
        path.file_stem().unwrap_or_default().to_string_lossy()
    );
    Ok(())
}

fn switches(off: &[String]) -> anyhow::Result<Switches> {
    let mut switches = Switches::ALL;
    for part in off {
        match part.as_str() {
            "clusters" => switches.clusters = false,
            "gazetteers" => switches.gazetteers = false,
            "document" => switches.document = false,
            "second" => switches.second = false,
            other => anyhow::bail!(
                "{other:?} is no part; those that are: clusters, gazetteers, document, second"
            ),
        }
    }
    Ok(switches)
}

/// Texts to learn from, and those held back.
fn texts(args: &Args) -> anyhow::Result<(Vec<Text>, Vec<Text>)> {
    let (mut training, mut held) = (Vec::new(), Vec::new());
    for set in SETS {
        let path = args.data.join("train").join(format!("{set}.tsv"));
        let texts = corpus::read(&path, &mut Chance::new(args.tuning.seed))?;
        let left_out = args.without.iter().any(|name| name == set);
        for (at, text) in texts.into_iter().enumerate() {
            match args.hold {
                Some(every) if at % every == every - 1 => held.push(text),
                _ if !left_out => training.push(text),
                _ => {}
            }
        }
    }
    anyhow::ensure!(!training.is_empty(), "no set is left to learn from");
    Ok((training, held))
}
