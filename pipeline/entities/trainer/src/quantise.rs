//! Weights to bytes.

use dateline_entities::Label;
use dateline_entities::training::Row;

use crate::learn::Weights;

const LABELS: usize = Label::COUNT;
const HALF: usize = LABELS - 1;
/// Share of weights that may be larger than a byte holds; they are cut.
const CUT: f64 = 0.000_2;

/// Fills one half of the rows with a pass's weights; its transitions in the same unit.
pub(crate) fn quantise(
    weights: &Weights,
    pass: usize,
    rows: &mut [Row],
) -> [[i32; LABELS]; LABELS] {
    let mut sizes: Vec<f32> = weights
        .rows
        .iter()
        .flatten()
        .map(|weight| weight.abs())
        .filter(|&size| size > 0.0)
        .collect();
    sizes.sort_by(f32::total_cmp);
    let largest = sizes
        .get(((sizes.len() as f64) * (1.0 - CUT)) as usize)
        .or(sizes.last())
        .copied()
        .unwrap_or(1.0);
    let unit = 127.0 / largest;
    for (row, weights) in rows.iter_mut().zip(&weights.rows) {
        for (byte, weight) in row[pass * HALF..(pass + 1) * HALF].iter_mut().zip(weights) {
            *byte = (weight * unit).round().clamp(-127.0, 127.0) as i8;
        }
    }
    weights
        .transitions
        .map(|row| row.map(|weight| (weight * unit).round() as i32))
}
