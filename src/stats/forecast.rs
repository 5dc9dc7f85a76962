//! How well a map of the past told the future: hit rate, PAI, PEI, RRI; and how alike two maps are: Andresen's S.

use super::{
    error::{StatsError, same_length},
    random::RandomStream,
};

/// Scores of a flagged area against later events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastScore {
    /// Share of later events in the flagged area.
    pub hit_rate: f64,
    /// Hit rate over the flagged share of the whole area (Chainey, Tompson & Uhlig 2008).
    pub pai: f64,
    /// PAI over the best PAI that as many cells could have reached; misbehaves where cells differ much in size.
    pub pei: f64,
}

/// Scores flagged cells: always with events later than those that made the flags.
///
/// # Units
/// - `areas`: size of each cell, in any one unit; `events`: later events per cell
///
/// # Errors
/// [`StatsError::Shape`]; [`StatsError::NoIncidents`]; [`StatsError::TooFew`] when no cell is flagged;
/// [`StatsError::Undefined`] without area.
///
/// # Examples
/// ```
/// use places::stats::forecast_score;
/// let (flagged, areas, events) = ([true, true, false, false, false], [1.0; 5], [8.0, 2.0, 6.0, 4.0, 0.0]);
/// let score = forecast_score(&flagged, &areas, &events)?;
/// assert_eq!((score.hit_rate, score.pai), (0.5, 1.25));
/// # Ok::<(), places::stats::StatsError>(())
/// ```
///
/// # References
/// Chainey, Tompson & Uhlig (2008), Security Journal 21, 4-28; Hunt (2016) for PEI. PEI* in the working definition of
/// methods.md: give only the cells that could have been chosen.
pub fn forecast_score(flagged: &[bool], areas: &[f64], events: &[f64]) -> Result<ForecastScore, StatsError> {
    same_length("flags and areas", flagged.len(), areas.len())?;
    same_length("flags and events", flagged.len(), events.len())?;
    let cells = flagged.iter().filter(|f| **f).count();
    if cells == 0 {
        return Err(StatsError::TooFew { what: "a forecast", needed: 1, found: 0 });
    }
    let all: f64 = events.iter().sum();
    if all.is_nan() || all <= 0.0 {
        return Err(StatsError::NoIncidents);
    }
    let (whole, inside): (f64, f64) =
        (areas.iter().sum(), areas.iter().zip(flagged).filter(|(_, f)| **f).map(|(a, _)| a).sum());
    if !(whole > 0.0 && inside > 0.0) {
        return Err(StatsError::Undefined { what: "the flagged area" });
    }
    let hits: f64 = events.iter().zip(flagged).filter(|(_, f)| **f).map(|(e, _)| e).sum();
    let hit_rate = hits / all;
    let pai = hit_rate / (inside / whole);
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by(|&a, &b| events[b].total_cmp(&events[a]).then(areas[a].total_cmp(&areas[b])));
    let best = order[..cells].iter().fold((0.0, 0.0), |(e, a), &i| (e + events[i], a + areas[i]));
    let best_pai = best.0 / all / (best.1 / whole);
    Ok(ForecastScore { hit_rate, pai, pei: pai / best_pai })
}

/// Recapture rate index: predicted over observed density ratio of the flagged area between two periods.
///
/// # Errors
/// As [`forecast_score`]; [`StatsError::Undefined`] when the flagged area had no event in the first period.
///
/// # References
/// Levine (2008), Security Journal 21, 295-302.
pub fn recapture_rate(flagged: &[bool], before: &[f64], after: &[f64]) -> Result<f64, StatsError> {
    same_length("flags and events", flagged.len(), before.len())?;
    same_length("flags and events", flagged.len(), after.len())?;
    let share = |events: &[f64]| {
        let inside: f64 = events.iter().zip(flagged).filter(|(_, f)| **f).map(|(e, _)| e).sum();
        let all: f64 = events.iter().sum();
        if all > 0.0 { Ok(inside / all) } else { Err(StatsError::NoIncidents) }
    };
    let (first, then) = (share(before)?, share(after)?);
    if first > 0.0 {
        Ok(then / first)
    } else {
        Err(StatsError::Undefined { what: "the count of the flagged area before" })
    }
}

/// How alike the shares of two sets of events are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// Share of areas whose base share lies in the interval of the test set.
    pub s: f64,
    /// The same over areas with an event in either set; NaN when there is none.
    pub robust_s: f64,
    /// Areas behind the robust value.
    pub areas: usize,
}

/// Which resampling makes the intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resampling {
    /// 85 % without replacement, as Andresen does.
    Share85,
    /// All, with replacement.
    Bootstrap,
}

/// Computes Andresen's spatial point pattern test.
///
/// # Units
/// - `base`, `test`: events per area; `replicates`: 200 is customary; the interval holds 95 % of them
///
/// # Errors
/// [`StatsError::Shape`]; [`StatsError::NoIncidents`] when either set is empty.
///
/// # References
/// Andresen (2009), Applied Geography 29, 333-345; Andresen & Malleson (2011). Sparse areas push S up: read the robust one.
pub fn similarity(
    base: &[u64],
    test: &[u64],
    resampling: Resampling,
    replicates: usize,
    seed: u64,
) -> Result<Similarity, StatsError> {
    same_length("base and test areas", base.len(), test.len())?;
    let (all_base, all_test): (u64, u64) = (base.iter().sum(), test.iter().sum());
    if all_base == 0 || all_test == 0 {
        return Err(StatsError::NoIncidents);
    }
    let points: Vec<u32> =
        test.iter().enumerate().flat_map(|(area, &n)| std::iter::repeat_n(area as u32, n as usize)).collect();
    let size = match resampling {
        Resampling::Share85 => ((0.85 * points.len() as f64).round() as usize).max(1),
        Resampling::Bootstrap => points.len(),
    };
    let mut shares = vec![Vec::with_capacity(replicates); base.len()];
    for replicate in 0..replicates.max(1) {
        let mut stream = RandomStream::new(seed, replicate as u64);
        let mut counts = vec![0_u32; base.len()];
        match resampling {
            Resampling::Share85 => {
                let mut drawn = points.clone();
                stream.choose(&mut drawn, size);
                drawn[..size].iter().for_each(|&area| counts[area as usize] += 1);
            }
            Resampling::Bootstrap => {
                (0..size).for_each(|_| counts[points[stream.below(points.len())] as usize] += 1);
            }
        }
        shares.iter_mut().zip(&counts).for_each(|(s, &n)| s.push(f64::from(n) / size as f64));
    }
    let (mut inside, mut robust_inside, mut areas) = (0, 0, 0);
    for (i, of_area) in shares.iter_mut().enumerate() {
        of_area.sort_unstable_by(f64::total_cmp);
        let cut = (0.025 * of_area.len() as f64).floor() as usize;
        let (low, high) = (of_area[cut], of_area[of_area.len() - 1 - cut]);
        let share = base[i] as f64 / all_base as f64;
        let similar = usize::from(low <= share && share <= high);
        inside += similar;
        if base[i] + test[i] > 0 {
            areas += 1;
            robust_inside += similar;
        }
    }
    let (s, robust_s) = (inside as f64 / base.len() as f64, robust_inside as f64 / areas as f64);
    Ok(Similarity { s, robust_s, areas })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_definitions() {
        let (areas, events) = ([1.0; 10], [8.0, 2.0, 0.0, 0.0, 6.0, 0.0, 0.0, 0.0, 4.0, 0.0]);
        let mut flagged = [false; 10];
        flagged[0] = true;
        flagged[1] = true;
        let found = forecast_score(&flagged, &areas, &events).unwrap();
        assert!((found.hit_rate - 0.5).abs() < 1e-12 && (found.pai - 2.5).abs() < 1e-12);
        assert!((found.pei - 10.0 / 14.0).abs() < 1e-12);
        assert!((recapture_rate(&flagged, &events, &[5.0; 10]).unwrap() - 0.4).abs() < 1e-12);
        assert!(forecast_score(&[false; 10], &areas, &events).is_err());
        assert!(forecast_score(&flagged, &areas, &[0.0; 10]).is_err());
    }

    #[test]
    fn the_same_pattern_is_similar_and_another_is_not() {
        let base: Vec<u64> = (0..60).map(|i| 5 + i % 9).collect();
        for resampling in [Resampling::Share85, Resampling::Bootstrap] {
            let same = similarity(&base, &base, resampling, 200, 4).unwrap();
            assert!(same.robust_s > 0.97 && same.areas == 60);
            let mut moved = base.clone();
            moved.rotate_left(4);
            assert!(similarity(&base, &moved, resampling, 200, 4).unwrap().s < same.s);
            assert_eq!(similarity(&base, &moved, resampling, 200, 4), similarity(&base, &moved, resampling, 200, 4));
        }
        assert!(similarity(&[0, 0], &[1, 2], Resampling::Bootstrap, 9, 1).is_err());
    }
}
