//! The two passes: texts to examples, the first pass by parts so that the second learns from mistakes such as it will meet, then both to a model.

use dateline_entities::training::{
    Extractor, Features, Lexicon, ModelParts, Opinion, ROW, Sight, Switches, first, second,
};
use dateline_entities::{Document, Label, Model};

use crate::Tuning;
use crate::corpus::Text;
use crate::learn::{Examples, Sentence, Settings, Weights, decode, learn};
use crate::quantise::quantise;

/// Slope and offset of the confidence, as `--hold` fits them to texts that were held back.
pub(crate) const CONFIDENCE: [f32; 2] = [0.002_2, 1.09];

/// How to train.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<'p> {
    pub(crate) switches: Switches,
    pub(crate) tuning: Tuning,
    pub(crate) name: &'p str,
}

pub(crate) fn train(texts: &[Text], lexicon: Lexicon, plan: Plan<'_>) -> anyhow::Result<Model> {
    let extractor = Extractor {
        lexicon: &lexicon,
        switches: plan.switches,
    };
    let documents: Vec<Document<'_>> = texts.iter().map(|text| Document::new(&text.text)).collect();
    let sights: Vec<Sight<'_>> = documents
        .iter()
        .map(|document| extractor.look(document))
        .collect();
    let examples = first_examples(texts, &sights);
    let settings = settings(plan.tuning);
    let folds = plan.tuning.folds;
    let tasks: Vec<Option<usize>> = (0..plan.tuning.models)
        .map(|_| None)
        .chain((0..folds).map(Some).filter(|_| plan.switches.second))
        .collect();
    let learnt = in_parallel(&tasks, |at, fold| {
        let settings = Settings {
            seed: settings.seed + at as u64,
            ..settings
        };
        learn(&examples, settings, |sentence| {
            fold.is_none_or(|fold| sentence.document % folds != fold)
        })
    });
    let (full, parts) = learnt.split_at(plan.tuning.models);
    let mut rows = vec![[0; ROW]; 1 << plan.tuning.bits];
    let mut transitions = [[[0; Label::COUNT]; Label::COUNT]; 2];
    transitions[0] = quantise(&mean(full), 0, &mut rows);
    if plan.switches.second {
        let labels: Vec<Label> = examples
            .sentences
            .iter()
            .flat_map(|&sentence| decode(&parts[sentence.document % folds], &examples, sentence))
            .collect();
        let examples = second_examples(&examples, &sights, &labels);
        let tasks: Vec<Option<usize>> = vec![None; plan.tuning.models];
        let learnt = in_parallel(&tasks, |at, _| {
            learn(
                &examples,
                Settings {
                    seed: settings.seed + 100 + at as u64,
                    ..settings
                },
                |_| true,
            )
        });
        transitions[1] = quantise(&mean(&learnt), 1, &mut rows);
    }
    let name = plan.name.to_owned();
    Ok(Model::new(ModelParts {
        name,
        rows,
        transitions,
        lexicon,
        confidence: CONFIDENCE,
    })?)
}

fn settings(tuning: Tuning) -> Settings {
    Settings {
        bits: tuning.bits,
        epochs: tuning.epochs,
        step: tuning.step,
        margin: tuning.margin,
        seed: tuning.seed,
        dropout: tuning.dropout,
    }
}

fn mean(models: &[Weights]) -> Weights {
    let share = 1.0 / models.len() as f32;
    let mut mean = models[0].clone();
    mean.add(&models[0], share - 1.0);
    for model in &models[1..] {
        mean.add(model, share);
    }
    mean
}

/// Two at a time; the results in order, and the same whatever runs first.
fn in_parallel<T: Sync, R: Send>(tasks: &[T], work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let mut results = Vec::new();
    for (pair, tasks) in tasks.chunks(2).enumerate() {
        let work = &work;
        std::thread::scope(|scope| {
            let threads: Vec<_> = tasks
                .iter()
                .enumerate()
                .map(|(at, task)| scope.spawn(move || work(pair * 2 + at, task)))
                .collect();
            results.extend(threads.into_iter().filter_map(|thread| thread.join().ok()));
        });
    }
    results
}

fn first_examples(texts: &[Text], sights: &[Sight<'_>]) -> Examples {
    let mut examples = Examples::default();
    examples.offsets.push(0);
    let mut features = Features::new();
    for (number, (text, sight)) in texts.iter().zip(sights).enumerate() {
        let base = examples.gold.len();
        examples.gold.extend(gold(text, sight.document));
        let mut start = 0;
        for &end in &sight.document.ends {
            for at in start..end {
                features.clear();
                first(sight, start, end, at, &mut features);
                examples.features.extend_from_slice(&features);
                examples.offsets.push(examples.features.len() as u32);
            }
            examples.sentences.push(Sentence {
                start: base + start,
                end: base + end,
                has_misc: text.has_misc,
                document: number,
            });
            start = end;
        }
    }
    examples
}

/// What each token is. A name that begins or ends within a token takes all of it; one that spans two sentences is cut.
fn gold(text: &Text, document: &Document<'_>) -> Vec<Label> {
    let tokens = &document.tokens;
    let mut labels = vec![Label::OUTSIDE; tokens.len()];
    for name in &text.names {
        let from = tokens.partition_point(|token| token.end <= name.start);
        let to = tokens.partition_point(|token| token.start < name.end);
        let sentence_end = document.ends[document
            .ends
            .partition_point(|&end| end <= from)
            .min(document.ends.len() - 1)];
        let to = to.min(sentence_end);
        let count = to.saturating_sub(from);
        for (place, label) in labels[from..from + count].iter_mut().enumerate() {
            *label = Label::of(name.kind, place, count);
        }
    }
    labels
}

fn second_examples(examples: &Examples, sights: &[Sight<'_>], labels: &[Label]) -> Examples {
    let mut all = Examples {
        gold: examples.gold.clone(),
        sentences: examples.sentences.clone(),
        ..Examples::default()
    };
    all.offsets.push(0);
    let mut features = Features::new();
    let mut base = 0;
    for sight in sights {
        let count = sight.document.tokens.len();
        let labels = &labels[base..base + count];
        let opinion = Opinion::of(sight, labels);
        let mut start = 0;
        for &end in &sight.document.ends {
            for at in start..end {
                features.clear();
                second(sight, &opinion, labels, start, end, at, &mut features);
                all.features.extend_from_slice(examples.of(base + at));
                all.features.extend_from_slice(&features);
                all.offsets.push(all.features.len() as u32);
            }
            start = end;
        }
        base += count;
    }
    all
}
