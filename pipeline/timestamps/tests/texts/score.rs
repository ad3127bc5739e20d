//! Scores answers against marks as TempEval-3 does: strict and relaxed F1 of spans, F1 of values. Prints the misses when asked.

use std::fmt;

use dateline_timestamps::text::Timex;

use crate::marks::{Article, Mark};

/// Quotes, brackets and stops at the edges of a span are nobody's.
const EDGES: &[char] = &[
    ' ', '\t', '\n', '"', '\'', '`', '“', '”', '‘', '’', '«', '»', '„', '.', ',', ';', ':', '(',
    ')', '[', ']',
];

/// Counts over the articles of one file.
#[derive(Default)]
pub(crate) struct Score {
    marked: usize,
    found: usize,
    strict: usize,
    marked_touched: usize,
    found_touched: usize,
    values: usize,
    kinds: usize,
    modifiers: usize,
}

impl Score {
    pub(crate) fn add(&mut self, article: &Article, answers: &[Timex], report: Option<&str>) {
        let text = &article.text;
        let spans: Vec<(usize, usize)> = answers
            .iter()
            .map(|timex| trimmed(text, timex.bytes.start, timex.bytes.end))
            .collect();
        let marks: Vec<(usize, usize)> = article
            .marks
            .iter()
            .map(|mark| trimmed(text, mark.start, mark.end))
            .collect();
        self.marked += marks.len();
        self.found += spans.len();
        for (mark, &span) in article.marks.iter().zip(&marks) {
            self.add_mark(text, mark, span, answers, &spans, report);
        }
        for (timex, &span) in answers.iter().zip(&spans) {
            let touches = marks.iter().any(|&mark| overlap(span, mark) > 0);
            self.found_touched += usize::from(touches);
            if let (false, Some(file)) = (touches, report) {
                println!(
                    "{file}\t{}\tspurious\t{}\t{} {}\t{}",
                    article.published.date(),
                    &text[span.0..span.1],
                    timex.value,
                    timex.rule,
                    around(text, span)
                );
            }
        }
    }

    fn add_mark(
        &mut self,
        text: &str,
        mark: &Mark,
        span: (usize, usize),
        answers: &[Timex],
        spans: &[(usize, usize)],
        report: Option<&str>,
    ) {
        let expression = &text[span.0..span.1];
        let best = spans
            .iter()
            .enumerate()
            .filter(|&(_, &answer)| overlap(span, answer) > 0)
            .max_by_key(|&(index, &answer)| {
                (answer == span, overlap(span, answer), usize::MAX - index)
            });
        let Some((index, &answer)) = best else {
            if let Some(file) = report {
                println!(
                    "{file}\t{expression}\tmissed\t{}\t\t{}",
                    mark.value,
                    around(text, span)
                );
            }
            return;
        };
        let timex = &answers[index];
        let modifier = timex.modifier.map(|modifier| modifier.name());
        let verdicts = [
            ("span", answer == span),
            ("value", timex.value == mark.value),
            ("kind", timex.kind.name() == mark.kind),
            ("modifier", modifier == mark.modifier.as_deref()),
        ];
        self.marked_touched += 1;
        self.strict += usize::from(verdicts[0].1);
        self.values += usize::from(verdicts[1].1);
        self.kinds += usize::from(verdicts[2].1);
        self.modifiers += usize::from(verdicts[3].1);
        if let Some(file) = report {
            for (what, _) in verdicts.iter().filter(|(_, right)| !right) {
                let got = format!(
                    "{} {} {} {}",
                    &text[answer.0..answer.1],
                    timex.kind.name(),
                    timex.value,
                    modifier.unwrap_or_default()
                );
                println!(
                    "{file}\t{expression}\t{what}\t{}\tgot {got} ({})\t{}",
                    mark.value,
                    timex.rule,
                    around(text, span)
                );
            }
        }
    }

    pub(crate) fn strict(&self) -> f64 {
        100.0
            * f1(
                share(self.strict, self.found),
                share(self.strict, self.marked),
            )
    }

    pub(crate) fn relaxed(&self) -> f64 {
        100.0
            * f1(
                share(self.found_touched, self.found),
                share(self.marked_touched, self.marked),
            )
    }

    pub(crate) fn value(&self) -> f64 {
        self.relaxed() * share(self.values, self.marked_touched)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kinds, modifiers) = (
            share(self.kinds, self.marked_touched),
            share(self.modifiers, self.marked_touched),
        );
        write!(
            f,
            "marked {}, found {}: strict F1 {:.1}, relaxed F1 {:.1}, value F1 {:.1}; of those touched, kind right {:.1} %, modifier {:.1} %",
            self.marked,
            self.found,
            self.strict(),
            self.relaxed(),
            self.value(),
            100.0 * kinds,
            100.0 * modifiers
        )
    }
}

fn trimmed(text: &str, start: usize, end: usize) -> (usize, usize) {
    let inside = text[start..end].trim_start_matches(EDGES);
    let start = end - inside.len();
    (start, start + inside.trim_end_matches(EDGES).len())
}

fn overlap(one: (usize, usize), other: (usize, usize)) -> usize {
    one.1.min(other.1).saturating_sub(one.0.max(other.0))
}

/// A little of the text on both sides, on one line.
fn around(text: &str, span: (usize, usize)) -> String {
    const SIDE: usize = 30;
    let before: String = text[..span.0].chars().rev().take(SIDE).collect();
    let after: String = text[span.1..].chars().take(SIDE).collect();
    let before: String = before.chars().rev().collect();
    format!("{before}<{}>{after}", &text[span.0..span.1]).replace('\n', " ")
}

#[allow(clippy::cast_precision_loss, reason = "a few hundred expressions")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall == 0.0 {
        0.0
    } else {
        2.0 * precision * recall / (precision + recall)
    }
}
