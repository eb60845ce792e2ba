//! How many times as much CPU others take as we do.

use super::series::Series;

/// What everybody is compared with: ours that takes most, or without us whoever takes least.
pub(crate) fn base(best: &[&Series]) -> f64 {
    let cpu = |one: &&Series| one.median.cpu;
    let ours = best.iter().filter(|one| one.is_ours()).map(cpu).max_by(f64::total_cmp);
    ours.or_else(|| best.iter().map(cpu).min_by(f64::total_cmp)).unwrap_or(0.0)
}

/// A ratio in three digits, nothing if it would be one to zero.
pub(crate) fn ratio(value: f64, base: f64) -> String {
    if base > 0.0 { format!("{:.*}", usize::from(value < 10.0 * base), value / base) } else { "-".to_owned() }
}
