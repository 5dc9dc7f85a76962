//! From shares of what was considered to probabilities: fitted on the benchmark's training corpus, checked on others.
//!
//! Platt's method (1999): a probability is the logistic function of a line through the log-odds of the share. The
//! benchmark prints new lines with `--fit`.

/// Intercept and slope of a line through log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// Log-odds where the share is a half.
    intercept: f64,
    /// Change for one unit of log-odds.
    slope: f64,
}

/// The share is the probability.
#[cfg(test)]
const IDENTITY: Line = Line { intercept: 0.0, slope: 1.0 };
/// Right area of the study area's layer.
pub(super) const MSOA: Line = Line { intercept: 0.25, slope: 1.72 };
/// Right resolution 8 cell.
pub(super) const CELL8: Line = Line { intercept: 0.48, slope: 1.65 };
/// Right resolution 9 cell.
pub(super) const CELL9: Line = Line { intercept: 0.60, slope: 1.31 };
/// Factors on the radius by rank of what was found: coordinates, square, place or crossing, postcode, street, broad.
pub(super) const RADIUS: [f64; 6] = [0.79, 0.79, 0.68, 0.65, 0.92, 0.95];

/// A calibrated probability.
pub(super) fn probability(share: f64, line: Line) -> f64 {
    let share = share.clamp(1e-6, 1.0 - 1e-6);
    let odds = (share / (1.0 - share)).ln();
    1.0 / (1.0 + (-(line.intercept + line.slope * odds)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_changes_nothing_and_no_line_leaves_0_to_1() {
        for share in [0.0, 0.2, 0.5, 0.97, 1.0] {
            assert!((probability(share, IDENTITY) - share).abs() < 2e-6);
            for line in [MSOA, CELL8, CELL9] {
                assert!((0.0..=1.0).contains(&probability(share, line)));
            }
        }
    }
}
