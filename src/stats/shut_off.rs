//! Runs of nothing in what was steady: a kind that is no longer recorded, not one that no longer happens.

/// Count expected of a run of nothing from which it is no chance.
const EXPECTED: f64 = 20.0;
/// Share of the other counts that must be above nought for the series to be steady.
const STEADY: f64 = 0.75;

/// A run of nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShutOff {
    /// Position of its first count.
    pub first: usize,
    /// Position of its last.
    pub last: usize,
    /// What the other counts lead to expect of it.
    pub expected: f64,
}

/// Runs of noughts in a series of (count, exposure) that was steady otherwise, of which the rate of the other counts leads to
/// expect 20 or more. Exposures are positive, such as days.
///
/// # Examples
/// ```
/// use places::stats::shut_off;
/// let months = [(30, 31.0), (28, 28.0), (0, 31.0), (33, 31.0)];
/// assert_eq!(shut_off(&months)[0].first, 2);
/// // What is rare, or came once, may well be nil.
/// assert!(shut_off(&[(2, 31.0), (0, 28.0), (3, 31.0)]).is_empty());
/// assert!(shut_off(&[(0, 31.0), (400, 28.0), (0, 31.0), (0, 30.0)]).is_empty());
/// ```
#[must_use]
pub fn shut_off(counts: &[(u64, f64)]) -> Vec<ShutOff> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, _) in counts.iter().enumerate().filter(|(_, c)| c.0 == 0) {
        match runs.last_mut() {
            Some(run) if run.1 + 1 == i => run.1 = i,
            _ => runs.push((i, i)),
        }
    }
    let found = runs.into_iter().filter_map(|(first, last)| {
        let others = || counts.iter().enumerate().filter(|(i, _)| !(first..=last).contains(i)).map(|(_, c)| c);
        let (of, above) = (others().count(), others().filter(|c| c.0 > 0).count());
        let (sum, exposure) = others().fold((0.0, 0.0), |(n, e), c| (n + c.0 as f64, e + c.1));
        let own: f64 = counts[first..=last].iter().map(|c| c.1).sum();
        let expected = sum / exposure * own;
        let is_steady = of > 0 && above as f64 >= STEADY * of as f64;
        (is_steady && expected >= EXPECTED).then_some(ShutOff { first, last, expected })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(counts: &[u64]) -> Vec<(usize, usize)> {
        let months: Vec<(u64, f64)> = counts.iter().map(|&n| (n, 30.0)).collect();
        shut_off(&months).iter().map(|r| (r.first, r.last)).collect()
    }

    #[test]
    fn a_run_of_nothing_in_what_was_steady_is_found_wherever_it_lies() {
        assert_eq!(runs(&[12, 9, 11, 0, 0, 10]), [(3, 4)]);
        assert_eq!(runs(&[0, 0, 9, 12, 11, 10]), [(0, 1)]);
        assert_eq!(runs(&[40, 0]), [(1, 1)]);
        assert!(runs(&[12, 9, 11, 0, 10]).is_empty(), "ten are expected");
        assert!(runs(&[0, 0, 0, 0]).is_empty() && runs(&[]).is_empty());
        assert!(runs(&[300, 0, 0, 0, 2, 0, 0]).is_empty(), "once a burst, seldom anything");
    }
}
