//! Ratios in words, for counts too small for a percentage.

/// Ratios that have words, ascending.
const STEPS: [(f64, &str); 21] = [
    (0.05, "a twentieth of"),
    (0.1, "a tenth of"),
    (0.2, "a fifth of"),
    (0.25, "a quarter of"),
    (1.0 / 3.0, "a third of"),
    (0.5, "half of"),
    (2.0 / 3.0, "two thirds of"),
    (0.75, "three quarters of"),
    (0.9, "nine tenths of"),
    (1.1, "a tenth more than"),
    (1.25, "a quarter more than"),
    (1.5, "half as much again as"),
    (2.0, "twice"),
    (3.0, "three times"),
    (4.0, "four times"),
    (5.0, "five times"),
    (7.0, "seven times"),
    (10.0, "ten times"),
    (20.0, "twenty times"),
    (50.0, "fifty times"),
    (100.0, "a hundred times"),
];

/// An interval of a ratio to what `was` in words, each end rounded outwards; no upper end where there is none.
pub(super) fn between(low: f64, high: Option<f64>, was: &str) -> String {
    let low = match STEPS.iter().rev().find(|s| s.0 <= low) {
        Some(_) if (1.0..1.1).contains(&low) => Some("just over"),
        step => step.map(|s| s.1),
    };
    let high = match STEPS.iter().find(|s| high.is_some_and(|high| high <= s.0)) {
        Some(_) if high.is_some_and(|h| h > 0.9 && h <= 1.0) => Some("just under"),
        step => step.map(|s| s.1),
    };
    match (low, high) {
        (Some(low), Some(high)) => format!("anything from {low} {was} to {high} that"),
        (Some(low), None) => format!("{low} {was} or more, without a limit that these counts could set"),
        (None, Some(high)) => format!("anything from next to nothing to {high} {was}"),
        (None, None) => "anything: these counts set no limit".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn ends_are_rounded_outwards_and_never_over_no_change() {
        for (low, high, words) in [
            (0.102, Some(1.59), "anything from a tenth of what it was to twice that"),
            (0.26, Some(0.97), "anything from a quarter of what it was to just under that"),
            (1.03, Some(2.9), "anything from just over what it was to three times that"),
            (0.0, Some(0.6), "anything from next to nothing to two thirds of what it was"),
            (1.6, None, "half as much again as what it was or more, without a limit that these counts could set"),
            (0.0, None, "anything: these counts set no limit"),
            (0.2, Some(1e6), "a fifth of what it was or more, without a limit that these counts could set"),
        ] {
            assert_eq!(between(low, high, "what it was"), words);
        }
    }
}
